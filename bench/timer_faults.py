"""Timers of clocks under faults: 5,000 come due while workers are killed and stopped and the database goes away."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import uvloop
from desk import quantile, report
from timer_faults_run import LATER, Plan, under_faults

from chassis.testing.databases import DatabaseFactory
from chassis.testing.identity import Issuer
from chassis.testing.servers import run_nats, run_postgres


async def main() -> None:
    """Ends with an error where a breach is missed, told twice or too early."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5, help="of faults")
    parser.add_argument("--seed", type=int, default=0, help="another one puts the faults at other places")
    options = parser.parse_args()
    plan = Plan(options.tickets, options.rounds, options.seed)
    with run_postgres() as postgres, run_nats() as nats, tempfile.TemporaryDirectory() as folder:
        database = DatabaseFactory(postgres).make("sla")
        outcome = await under_faults(plan, database, postgres, nats, Issuer(), Path(folder))
    expected = {str(ticket) for ticket in outcome.due}
    missed = len(expected - outcome.told.keys())
    doubled = sum(count > 1 for count in outcome.told.values())
    early = sum(seconds < 0 for seconds in outcome.late)
    others = len(outcome.told.keys() - expected) + abs(outcome.timers_left - LATER)
    report(
        "timer faults",
        [
            ("timers", len(expected), "", ""),
            ("rounds of faults", plan.rounds, "", ""),
            ("missed", missed, "", "must 0"),
            ("told twice", doubled, "", "must 0"),
            ("told too early", early, "", "must 0"),
            ("told of others, or timers lost", others, "", "must 0"),
            ("late, p99, fault time apart", quantile(outcome.late_apart, 0.99), "s", "must 5"),
            ("late, p99, fault time included", quantile(outcome.late, 0.99), "s", ""),
        ],
    )
    sys.exit(1 if missed or doubled or early or others else 0)


if __name__ == "__main__":
    uvloop.run(main())
