"""Reading among many tickets: by REST on the running desk, and the product's own statements as the app role."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

import asyncpg
import uvloop
from desk import Measured, measured_desk, median, quantile, report
from fill import Filled, fill
from load import Outcome, Request, closed_loop, paced, request_bytes
from sqlalchemy import Engine, event

from chassis.context import Caller, use_caller
from chassis.db import Database, Databases, Tx
from chassis.paging import Page
from tickets.app.configuration import Configuration, Configurations
from tickets.app.counting import count_tickets
from tickets.app.listing import Wanted, list_tickets
from tickets.app.reports import VolumeQuestion, count_volume

CONNECTIONS = 16
PAGE = 25
QUEUES = ("service-desk", "network", "applications")
WARM_UP = 20
Row = tuple[str, float, str, str]


@dataclass
class Statement:
    """The list statement that the product sent: seconds each time, as its driver waited, and the last one's words."""

    seconds: list[float] = field(default_factory=list)
    sql: str = ""
    arguments: Sequence[object] = ()
    _begun_at: float = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Notes the statements of the block that read a page of tickets, not those that follow it for names and clocks."""
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", self._before)
            event.remove(Engine, "after_cursor_execute", self._after)

    def _before(self, *_: object) -> None:
        self._begun_at = time.perf_counter()

    def _after(self, _: object, __: object, sql: str, arguments: Sequence[object], *___: object) -> None:
        if "FROM tickets" in sql and "LIMIT" in sql:
            self.seconds.append(time.perf_counter() - self._begun_at)
            self.sql, self.arguments = sql, arguments


def agent_of(tenant: UUID) -> Caller:
    """An agent who reads and reports on every queue but the confidential ones, and reads his own tickets."""
    return Caller(
        tenant_id=tenant,
        subject=str(uuid4()),
        kind="user",
        name="bench",
        scopes=frozenset({"tickets.read", "tickets.read_own", "reports.read"}),
        cause="bench",
    )


def queue_page(filled: Filled) -> Wanted:  # noqa: ARG001 - the same call as of the search
    """The open tickets of a queue, most urgent first."""
    return Wanted(f'queue = "{random.choice(QUEUES)}" AND open = true', "due_at", "")


def two_words(filled: Filled) -> Wanted:
    """Open tickets that hold two words of some ticket's title."""
    return Wanted('state = "open"', "", " ".join(random.choice(filled.titles).split()[:2]))


async def measure_statement(
    database: Database, filled: Filled, wanted: Callable[[Filled], Wanted], times: int
) -> Statement:
    """Have the product list tickets of one tenant after the other, and note what its list statement took."""
    configurations = Configurations(Databases([database]))
    statement = Statement()
    with statement.watched():
        for number in range(WARM_UP + times):
            tenant = filled.tenants[number % len(filled.tenants)]
            with use_caller(agent_of(tenant)):
                async with database.transaction(tenant) as tx:
                    await list_tickets(
                        tx,
                        configuration=await configurations.within(tx),
                        wanted=wanted(filled),
                        page=Page(PAGE, ""),
                    )
    del statement.seconds[:WARM_UP]
    async with database.transaction(tenant) as tx:
        plan = await (await tx.raw()).fetch(
            f"EXPLAIN (ANALYZE, BUFFERS) {statement.sql}", *statement.arguments
        )
    print(f"\nplan of the {wanted.__name__.replace('_', ' ')}:", *(f"  {row[0]}" for row in plan), sep="\n")
    return statement


async def counts(tx: Tx, configuration: Configuration) -> None:
    """The numbers of a menu: what is open, nobody's, late, and each queue's."""
    open_ones = ["open = true", "open = true AND assignee = null", "open = true AND breached = true"]
    of_queues = [f'open = true AND queue = "{queue}"' for queue in QUEUES]
    await count_tickets(tx, configuration=configuration, filters=open_ones + of_queues, up_to=0)


async def volume_of_days(tx: Tx, configuration: Configuration) -> None:
    """Thirty days of a tenant, by queue."""
    await _volume(tx, configuration, days=30, interval="day")


async def volume_of_months(tx: Tx, configuration: Configuration) -> None:
    """A year of a tenant, by queue."""
    await _volume(tx, configuration, days=365, interval="month")


async def _volume(tx: Tx, configuration: Configuration, *, days: int, interval: str) -> None:
    now = datetime.now(UTC)
    question = VolumeQuestion(
        since=(now - timedelta(days=days)).isoformat(), until=now.isoformat(), interval=interval, by="queue"
    )
    volume = await count_volume(tx, configuration=configuration, question=question)
    assert sum(one.created for one in volume.all.counts) > 0


async def measure_calls(
    database: Database,
    filled: Filled,
    ask: Callable[[Tx, Configuration], Awaitable[None]],
    times: int,
) -> list[float]:
    """Seconds that the product took for a question, with its transaction, of one tenant after the other."""
    configurations = Configurations(Databases([database]))
    seconds: list[float] = []
    for number in range(2 * len(filled.tenants) + times):
        tenant = filled.tenants[number % len(filled.tenants)]
        with use_caller(agent_of(tenant)):
            begun = time.perf_counter()
            async with database.transaction(tenant) as tx:
                await ask(tx, await configurations.within(tx))
            seconds.append(time.perf_counter() - begun)
    return seconds[2 * len(filled.tenants) :]


async def ticket_reads(measured: Measured, tenant: UUID) -> Request:
    """What makes the bytes of the n-th read of a ticket."""
    connection = await asyncpg.connect(measured.superuser_url("tickets"))
    try:
        rows = await connection.fetch(
            "SELECT id FROM tickets WHERE tenant_id = $1 ORDER BY random() LIMIT 5000", tenant
        )
    finally:
        await connection.close()
    return _gets(measured, [f"/api/v1/tickets/{row['id']}" for row in rows])


def page_reads(measured: Measured) -> Request:
    """What makes the bytes of the n-th page of a queue."""
    return _gets(
        measured,
        [
            "/api/v1/tickets?"
            + urlencode(
                {"filter": f'queue = "{queue}" AND open = true', "order_by": "due_at", "page_size": PAGE}
            )
            for queue in QUEUES
        ],
    )


def _gets(measured: Measured, paths: Sequence[str]) -> Request:
    token = measured.token("agent@acme.example")
    requests = [request_bytes("GET", path, port=measured.http_port, token=token) for path in paths]
    return lambda number: requests[number % len(requests)]


async def by_rest(measured: Measured, request: Request, seconds: int, rounds: int) -> tuple[float, Outcome]:
    """The median peak of the rounds, and the outcome at 70 % of it."""
    peaks = [
        await closed_loop(measured.http_port, request, connections=CONNECTIONS, seconds=seconds)
        for _ in range(rounds)
    ]
    peak = median([one.rate for one in peaks])
    calm = await paced(
        measured.http_port, request, rate=0.7 * peak, connections=CONNECTIONS, seconds=2 * seconds
    )
    refused = sum(one.unlike(200) for one in [*peaks, calm])
    if refused:
        raise SystemExit(f"{refused} reads were not answered with 200")
    return peak, calm


async def main() -> None:
    """Fill the desk, read from it, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000, help="how many, in ten tenants")
    parser.add_argument("--queries", type=int, default=500, help="how often each statement is sent")
    parser.add_argument("--seconds", type=int, default=8, help="length of each load by REST")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rows: list[Row] = []
    with measured_desk() as measured:
        filled = await fill(measured, options.tickets)
        database = Database(measured.database_url("tickets"), measured.database_url("tickets", "relay"))
        try:
            page = await measure_statement(database, filled, queue_page, options.queries)
            rows += sql_rows(f"queue page of {PAGE}", page, "must 20, aim 5")
            search = await measure_statement(database, filled, two_words, options.queries)
            rows += sql_rows("search of two words", search, "must 150, aim 50")
            for what, ask, times in (
                ("six counts of open tickets", counts, options.queries),
                ("volume of 30 days by queue", volume_of_days, max(1, options.queries // 10)),
                ("volume of a year by queue", volume_of_months, max(1, options.queries // 25)),
            ):
                rows += call_rows(what, await measure_calls(database, filled, ask, times))
        finally:
            await database.close()
        reads = await ticket_reads(measured, filled.tenants[0])
        peak, calm = await by_rest(measured, reads, options.seconds, options.rounds)
        rows += rest_rows("ticket", peak, calm, "must 40, aim 15")
        peak, calm = await by_rest(measured, page_reads(measured), options.seconds, options.rounds)
        rows += rest_rows(f"queue page of {PAGE}", peak, calm, "")
    report("read", rows)


def sql_rows(what: str, statement: Statement, wanted: str) -> list[Row]:
    """The figures of a statement, in milliseconds."""
    return [
        (f"{what}, SQL p50", 1000 * quantile(statement.seconds, 0.5), "ms", ""),
        (f"{what}, SQL p99", 1000 * quantile(statement.seconds, 0.99), "ms", wanted),
    ]


def call_rows(what: str, seconds: Sequence[float]) -> list[Row]:
    """The figures of a question to the product, in milliseconds."""
    return [
        (f"{what}, p50", 1000 * quantile(seconds, 0.5), "ms", ""),
        (f"{what}, p99", 1000 * quantile(seconds, 0.99), "ms", ""),
    ]


def rest_rows(what: str, peak: float, calm: Outcome, wanted: str) -> list[Row]:
    """The figures of reads by REST."""
    return [
        (f"{what} by REST, peak", peak, "/s", ""),
        (f"{what} by REST, p50 at 70 %", calm.quantile(0.5), "ms", ""),
        (f"{what} by REST, p99 at 70 %", calm.quantile(0.99), "ms", wanted),
    ]


if __name__ == "__main__":
    uvloop.run(main())
