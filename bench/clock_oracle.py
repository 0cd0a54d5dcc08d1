"""Business time against a walk minute by minute over the wall clocks of all time zones: 100,000 calendars."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

import wall_clock
from hypothesis import HealthCheck, Phase, given, seed, settings

from sla.domain import zones


def walk(zone: str, each: int, number: int) -> tuple[int, int]:
    """So many calendars of a zone, compared; gives how many they were and the minutes walked."""
    done = minutes = 0

    @settings(
        max_examples=each,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @seed(f"{zone} {number}")
    @given(wall_clock.cases(zone))
    def calendars(case: wall_clock.Case) -> None:
        nonlocal done, minutes
        wall_clock.check(case)
        done, minutes = done + 1, minutes + case.minutes

    calendars()
    return done, minutes


def main() -> None:
    """Ends with an error, and the smallest calendar that shows it, where product and walk differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0, help="another one tries other calendars")
    parser.add_argument("--processes", type=int, default=2, help="that share the zones")
    options = parser.parse_args()
    names = sorted(zones.names())
    each = -(-options.cases // len(names))
    begun, done, minutes = time.monotonic(), 0, 0
    with ProcessPoolExecutor(options.processes) as pool:
        walks = {pool.submit(walk, zone, each, options.seed): zone for zone in names}
        try:
            for walked in as_completed(walks):
                calendars, length = walked.result()
                done, minutes = done + calendars, minutes + length
                print(f"\r{done:,} calendars, {walks[walked]:40}", end="", file=sys.stderr, flush=True)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    print(file=sys.stderr)
    figures = {
        "cases": done,
        "zones": len(names),
        "processes": options.processes,
        "minutes_walked": minutes,
        "differences": 0,
        "seconds": round(time.monotonic() - begun),
        "load_average": round(os.getloadavg()[0], 1),
    }
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):20} {value:>15,}")
    print(json.dumps({"benchmark": "clock_oracle", **figures}))


if __name__ == "__main__":
    main()
