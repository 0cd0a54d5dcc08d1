"""Timers: ten thousand due within a second beside a million pending ones, and a hundred thousand paused and resumed."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import uvloop
from desk import Measured, measured_desk, median, quantile, report

from chassis import messaging, outbox, timers
from chassis.db import Database, Databases, Tx
from chassis.timers import NewTimer, Timer, TimerHandler, Worker
from chassis.wake import Waker
from deskmesh.sla.v1 import events_pb2, sla_pb2

KIND = "bench"
TENANTS = 10
LEAD_SECONDS = 5.0
CHUNK = 1_000
PATIENCE_SECONDS = 120.0

# As many as a large installation has in a month, over the tenants and the days to come.
_FILL = """
INSERT INTO timers (tenant_id, id, kind, key, due_at, payload)
SELECT ($1::uuid[])[1 + n % cardinality($1)], uuidv7(), $2, 'pending-' || n,
    now() + interval '1 day' + n % 2592000 * interval '1 second', '{}'
FROM generate_series(1, $3) AS n
"""

_LATENESS = """
SELECT extract(epoch FROM created_at)::float8 AS begun, extract(epoch FROM published_at)::float8 AS published,
    aggregate_id::float8 AS due
FROM outbox WHERE tenant_id = ANY ($1) AND subject = 'deskmesh.sla.v1.ClockWarning' AND published_at IS NOT NULL
    AND aggregate_id::float8 >= $2
"""


async def tell(tx: Tx, due: list[Timer]) -> None:
    """Publish an event for each timer, of a ticket that nobody knows; the aggregate is the moment at which it was due."""
    for timer in due:
        clock = sla_pb2.Clock(
            id=str(timer.id), ticket_id=str(timer.id), name="resolution", kind="sla", state="running"
        )
        ticket = events_pb2.TicketFacts(id=clock.ticket_id, number="INC-1", title="The printer is on fire")
        message = events_pb2.ClockWarning(clock=clock, ticket=ticket, warning="50%")
        outbox.add(tx, message, aggregate_id=repr(timer.due_at.timestamp()), version=1)


@asynccontextmanager
async def working(measured: Measured, databases: Databases) -> AsyncIterator[None]:
    """The timers' worker in this process, as a process of sla has one; the relay is that of the running sla."""
    client, stop = messaging.connect(measured.nats_url, "bench"), asyncio.Event()
    worker = Worker("sla", databases, client, [TimerHandler(KIND, tell, tenants_at_once=5)])
    running = [
        asyncio.create_task(worker.run(stop)),
        asyncio.create_task(Waker("sla", databases, client).run(stop)),
    ]
    try:
        await client.until_connected()
        yield
    finally:
        stop.set()
        await asyncio.gather(*running)
        await client.close()


async def due_at_once(
    measured: Measured, databases: Databases, tenants: Sequence[UUID], count: int
) -> tuple[list[float], list[float]]:
    """Milliseconds from the moment a timer was due until its transaction began, and until its event was on the stream."""
    begin = datetime.now(UTC) + timedelta(seconds=LEAD_SECONDS + count / 10_000)
    for index, tenant in enumerate(tenants):
        mine = range(index, count, len(tenants))
        async with databases.for_tenant(tenant).transaction(tenant) as tx:
            await timers.schedule_many(
                tx, [NewTimer(KIND, f"{begin}/{n}", begin + timedelta(seconds=n / count)) for n in mine]
            )
    if datetime.now(UTC) > begin:
        raise SystemExit("setting the timers took longer than they were due")
    connection = await asyncpg.connect(measured.superuser_url("sla"))
    try:
        async with asyncio.timeout(LEAD_SECONDS + PATIENCE_SECONDS):
            while len(rows := await connection.fetch(_LATENESS, tenants, begin.timestamp())) < count:  # noqa: ASYNC110 - another process publishes
                await asyncio.sleep(2)
    finally:
        await connection.close()
    return (
        [1000 * (row["begun"] - row["due"]) for row in rows],
        [1000 * (row["published"] - row["due"]) for row in rows],
    )


async def paused_and_resumed(databases: Databases, tenant: UUID, count: int) -> tuple[float, float]:
    """Seconds in which so many timers of a tenant are taken away, and set again, a thousand at a time."""
    due_at = datetime.now(UTC) + timedelta(days=3)
    keys = [f"paused-{n}" for n in range(count)]
    database = databases.for_tenant(tenant)

    async def resume() -> None:
        for start in range(0, count, CHUNK):
            async with database.transaction(tenant) as tx:
                await timers.schedule_many(
                    tx, [NewTimer(KIND, key, due_at) for key in keys[start : start + CHUNK]]
                )

    await resume()
    began = time.perf_counter()
    for start in range(0, count, CHUNK):
        async with database.transaction(tenant) as tx:
            await timers.cancel_many(tx, kind=KIND, keys=keys[start : start + CHUNK])
    paused = time.perf_counter() - began
    began = time.perf_counter()
    await resume()
    return paused, time.perf_counter() - began


async def fill(measured: Measured, tenants: Sequence[UUID], count: int) -> None:
    """Set so many timers that are not due for a day."""
    connection = await asyncpg.connect(measured.superuser_url("sla"))
    try:
        await connection.execute(_FILL, tenants, KIND, count)
        await connection.execute("VACUUM ANALYZE timers")
    finally:
        await connection.close()


async def main() -> None:
    """Fill, measure, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pending", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=10_000, help="how many are due within the second")
    parser.add_argument("--paused", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    tenants = [uuid4() for _ in range(TENANTS)]
    with measured_desk() as measured:
        databases = Databases(
            [Database(measured.database_url("sla"), measured.database_url("sla", "relay"), name="bench")]
        )
        try:
            await fill(measured, tenants, options.pending)
            async with working(measured, databases):
                late = [
                    await due_at_once(measured, databases, tenants, options.due)
                    for _ in range(options.rounds)
                ]
            moved = [
                await paused_and_resumed(databases, tenants[0], options.paused) for _ in range(options.rounds)
            ]
        finally:
            await databases.close()
    begun, published = zip(*late, strict=True)
    report(
        "timers",
        [
            *_quantiles("in its transaction", begun, ""),
            *_quantiles("event published", published, "must 250, aim 150"),
            ("pause, all timers", median([one for one, _ in moved]), "s", "must 15, aim 5"),
            ("resume, all timers", median([one for _, one in moved]), "s", "must 15, aim 5"),
        ],
    )


def _quantiles(
    what: str, rounds: Sequence[Sequence[float]], wanted: str
) -> list[tuple[str, float, str, str]]:
    return [
        (f"late, {what}, p50", median([quantile(one, 0.5) for one in rounds]), "ms", ""),
        (f"late, {what}, p99", median([quantile(one, 0.99) for one in rounds]), "ms", wanted),
    ]


if __name__ == "__main__":
    uvloop.run(main())
