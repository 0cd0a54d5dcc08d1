"""The nightly check: how long it takes to compare the clocks of many tickets with the ledger, and in how much memory."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import uvloop
from desk import report

from chassis.context import Caller, use_caller
from chassis.db import Database
from chassis.ids import new_id
from chassis.testing.databases import DatabaseFactory
from chassis.testing.servers import run_postgres
from sla.app.nightly import check_on
from sla.app.reckoning import TicketNews, take_in
from sla.app.seeding import take_tenant
from sla.domain.ledger import TicketEvent, TicketState

AT_ONCE = 200


def news(number: int, created_at: datetime) -> list[TicketNews]:
    """A ticket that was made, and worked on since."""
    id_, facts = new_id(), {"type": "incident", "state": "new", "state_category": "new", "priority": "high"}
    state = TicketState(2, f"INC-{number}", "it", "service-desk", False, "", (), {"id": str(id_)}, True)
    later = created_at + timedelta(hours=1)
    moved = {"state": "open", "state_category": "active"}
    return [
        TicketNews(
            id_, "TicketCreated", TicketEvent(new_id(), True, created_at, created_at, 1, facts), state
        ),
        TicketNews(id_, "TicketStateChanged", TicketEvent(new_id(), False, later, later, 2, moved), state),
    ]


async def fill(database: Database, tenant: UUID, tickets: int) -> None:
    """Take the events of so many tickets in, made over the last thirty days, by the shipped policies."""
    now = datetime.now(UTC)
    async with database.transaction(tenant) as tx:
        await take_tenant(tx, version=1, time_zone="Europe/Warsaw", country="PL")
    for start in range(0, tickets, AT_ONCE):
        made = [
            one
            for number in range(start, min(start + AT_ONCE, tickets))
            for one in news(number, now - timedelta(days=30) * (number + 1) / tickets - timedelta(hours=2))
        ]
        async with database.transaction(tenant) as tx:
            await take_in(tx, news=made)
        print(f"\r{start:,} tickets", end="", file=sys.stderr, flush=True)
    async with database.transaction(tenant) as tx:
        await (await tx.raw()).execute("DELETE FROM timers")


async def measured(database: Database, tickets: int) -> None:
    """Fill, check, print the figures."""
    tenant = new_id()
    with use_caller(Caller.system(tenant, "sla", "bench")):
        await fill(database, tenant, tickets)
        async with database.transaction(tenant) as tx:
            clocks: int = await (await tx.raw()).fetchval("SELECT count(*) FROM clocks")
        before, began, longest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter(), 0.0
        is_over, different = False, 0
        while not is_over:
            chunk = time.perf_counter()
            async with database.transaction(tenant) as tx:
                progress = await check_on(tx, begun_after=datetime.min.replace(tzinfo=UTC))
            longest = max(longest, time.perf_counter() - chunk)
            is_over, different = progress.is_over, progress.different
        seconds = time.perf_counter() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    report(
        "clock check",
        [
            ("clocks", clocks, "", ""),
            ("tickets that differ", different, "", "must 0"),
            ("clocks checked in a second, without the rests", clocks / seconds, "", ""),
            ("a million clocks, with as much rest as work", 2e6 * seconds / clocks / 60, "min", ""),
            ("longest that tickets were locked", 1000 * longest, "ms", ""),
            ("memory grown", grown / 1000, "MB", ""),
        ],
    )


async def main() -> None:
    """Measure on a PostgreSQL of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    options = parser.parse_args()
    with run_postgres() as server:
        made = DatabaseFactory(server).make("sla")
        database = Database(made.app_url, made.relay_url, name="bench")
        try:
            await measured(database, options.tickets)
        finally:
            await database.close()


if __name__ == "__main__":
    uvloop.run(main())
