"""The desk under measurement: started as `make up` starts it, with what a benchmark needs to know of it."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from embedded.credentials import load_credentials
from embedded.nats import USER
from embedded.postgres import SUPERUSER, local_database_url
from embedded.testing import Desk, begin_desk, clear_desk, new_home

START_SECONDS = 600.0
IDLE_SECONDS = 65.0
"""Of nothing to do, by which the connections to the databases that only the load before needed are closed."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """A running desk, and how to reach its databases."""

    desk: Desk
    postgres_port: int
    nats_port: int

    @property
    def http_port(self) -> int:
        """The port of the gateway."""
        return int(self.desk.url.rsplit(":", 1)[1])

    def database_url(self, service: str, role: str = "app") -> str:
        """The address of a service's database for one of its roles, as the services have it."""
        password = getattr(load_credentials(self.desk.home).roles[service], role)
        return local_database_url(self.desk.home, self.postgres_port, service, f"{service}_{role}", password)

    def superuser_url(self, database: str) -> str:
        """The address of a database for the superuser, who alone can write and see all tenants' rows."""
        password = load_credentials(self.desk.home).postgres
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self.postgres_port}/{database}"

    @property
    def nats_url(self) -> str:
        """The address of NATS."""
        return f"nats://{USER}:{load_credentials(self.desk.home).nats}@127.0.0.1:{self.nats_port}"

    def token(self, who: str) -> str:
        """An access token of a demo person."""
        form = {
            "grant_type": "password",
            "username": who,
            "password": "deskmesh",
            "tenant": who.split("@")[1].split(".", maxsplit=1)[0],
        }
        return str(
            httpx.post(f"{self.desk.url}/api/v1/auth/token", data=form, timeout=60)
            .raise_for_status()
            .json()["access_token"]
        )

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time used so far by each process of the desk, its children included (PostgreSQL's backends)."""
        return {name: _tree_seconds(pid) for name, pid in self.desk.processes().items()}

    def memory_by_process(self) -> dict[str, float]:
        """Proportional memory (PSS) of each process of the desk, its children included, in MB."""
        return {
            name: sum(_pss_kb(one) for one in _tree(pid)) / 1000
            for name, pid in self.desk.processes().items()
        }

    def memory_mb(self) -> float:
        """Proportional memory (PSS) of all processes of the desk, in MB."""
        pids = [child for pid in self.desk.processes().values() for child in _tree(pid)]
        return sum(_pss_kb(pid) for pid in [*pids, self.desk.process.pid]) / 1000


@contextmanager
def measured_desk() -> Iterator[Measured]:
    """A desk in a folder of its own, gone afterwards. Raises AssertionError with what it said if it does not start."""
    desk = begin_desk(new_home())
    try:
        desk.wait_ready(START_SECONDS)
        ports = {one["name"]: one["ports"] for one in desk.run_file()["processes"]}
        yield Measured(desk, ports["postgres"]["sql"], ports["nats"]["nats"])
    finally:
        clear_desk(desk)


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields:
                found.setdefault(int(fields[1]), []).append(int(entry.name))
    return found


def _tree(pid: int) -> list[int]:
    children, found, waiting = _children(), [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name; nothing for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def _tree_seconds(pid: int) -> float:
    total = 0
    for one in _tree(pid):
        fields = _stat(one)
        # utime and stime of the process; of children that have ended, for the root alone.
        total += sum(int(field) for field in fields[11:13]) if fields else 0
    own = _stat(pid)
    return (total + (sum(int(field) for field in own[13:15]) if own else 0)) / _TICKS


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def report(title: str, rows: Sequence[tuple[str, float, str, str]]) -> None:
    """Print figures as a table and as one line of JSON; a row is name, figure, unit, and what it must be."""
    print(f"\n{title}  (load average {' '.join(f'{one:.1f}' for one in os.getloadavg())})")
    for name, figure, unit, wanted in rows:
        print(f"  {name:<58} {figure:>10.3f} {unit:<6} {wanted}")
    print(
        json.dumps(
            {
                "benchmark": title,
                "load_average": [round(one, 2) for one in os.getloadavg()],
                "figures": {name: [figure, unit, wanted] for name, figure, unit, wanted in rows},
            }
        )
    )


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values stays under. Raises SystemExit where nothing was measured."""
    if not values:
        raise SystemExit("nothing was measured")
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)
