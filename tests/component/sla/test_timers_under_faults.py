"""Clocks whose moment comes while the processes that watch them are killed, stopped or wrong about the time."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from sla_doors import Desk, Ticket, target, time_of
from sla_process import environment, worker

from chassis.context import Caller, use_caller
from chassis.db import Tx
from chassis.testing.databases import ServiceDatabase
from chassis.testing.events import open_bus
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats, Postgres
from chassis.testing.services import running
from chassis.testing.waiting import eventually
from deskmesh.sla.v1 import events_pb2
from sla.app.reckoning import reckon
from sla.db import ledger
from sla.main import SERVICE

NOWHERE = {"SLA_GATEWAY_TARGET": "unix:/nonexistent/gateway.sock"}
TICKETS = 400
LATER = 20
HOUR = timedelta(hours=1)
LEASE_SECONDS = 6.0
AWAY_SECONDS = 1.0
BREACHES = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND subject LIKE '%ClockBreached'"


async def breaches(desk: Desk) -> tuple[Counter[str], list[float]]:
    """How often each ticket was told as breached, and the seconds from when it was until it was told."""
    connection = await asyncpg.connect(desk.service.database.superuser_url)
    try:
        rows = await connection.fetch(
            "SELECT payload, created_at FROM outbox WHERE tenant_id = $1 AND subject LIKE '%ClockBreached'",
            desk.id,
        )
    finally:
        await connection.close()
    told = [(events_pb2.ClockBreached.FromString(row["payload"]), row["created_at"]) for row in rows]
    late = [(at - time_of(one.occurred_at)).total_seconds() for one, at in told]
    return Counter(one.clock.ticket_id for one, _ in told), late


async def test_killed_stopped_and_misled_workers_tell_each_breach_once_and_none_too_early(
    service_database: Callable[[str], ServiceDatabase],
    postgres: Postgres,
    nats: Nats,
    issuer: Issuer,
    tmp_path: Path,
) -> None:
    """The database goes away under two workers, too."""
    database = service_database("sla")
    async with open_bus(nats) as bus:
        async with running(SERVICE, database, nats, issuer, NOWHERE) as service:
            desk = Desk(service, bus)
            await desk.opens()
            await desk.make_policy(targets=[target("resolution", "PT1H")])
            await desk.settles()
            # Due from twenty seconds on, fifty each second; some in an hour.
            first = datetime.now(UTC) - HOUR + timedelta(seconds=20)
            due = [await Ticket(desk, first + timedelta(seconds=n / 50)).created() for n in range(TICKETS)]
            for _ in range(LATER):
                await Ticket(desk, datetime.now(UTC)).created()
            await service.drain(60)

        async def told(at_least: int) -> bool:
            count = await desk.fetch_value(BREACHES, desk.id)
            assert isinstance(count, int)
            return count >= at_least

        folders = [tmp_path / name for name in "abc"]
        for folder in folders:
            folder.mkdir()
        async with AsyncExitStack() as processes:
            stopped, killed, misled = (
                worker(environment(database, nats, folder), ahead=folder is folders[2]) for folder in folders
            )
            sleeper = await processes.enter_async_context(stopped)
            victim = await processes.enter_async_context(killed)
            await eventually(lambda: told(TICKETS // 20), 90)
            with postgres.away(database.name):
                await asyncio.sleep(AWAY_SECONDS)
            await eventually(lambda: told(TICKETS // 4), 90)
            sleeper.send_signal(signal.SIGSTOP)
            victim.kill()
            await processes.enter_async_context(misled)
            await asyncio.sleep(LEASE_SECONDS)
            sleeper.send_signal(signal.SIGCONT)
            await eventually(lambda: told(TICKETS), 90)
            await eventually(lambda: _nothing_due(desk), 60)
        counts, late = await breaches(desk)
        assert counts == Counter({str(ticket.id): 1 for ticket in due})
        assert min(late) >= 0
        assert await desk.fetch_value("SELECT count(*) FROM timers WHERE tenant_id = $1", desk.id) == LATER


async def _nothing_due(desk: Desk) -> bool:
    due = "SELECT count(*) FROM timers WHERE tenant_id = $1 AND due_at <= now()"
    return not await desk.fetch_value(due, desk.id)


@pytest.mark.parametrize(("fenced", "times"), [(True, 1), (False, 2)])
async def test_two_who_fire_the_same_moment_at_once_tell_it_once_because_the_ticket_is_locked(
    service_database: Callable[[str], ServiceDatabase],
    nats: Nats,
    issuer: Issuer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    fenced: bool,
    times: int,
) -> None:
    """Without the lock the same harness sees the breach twice."""
    async with (
        open_bus(nats) as bus,
        running(SERVICE, service_database("sla"), nats, issuer, NOWHERE) as service,
    ):
        desk = Desk(service, bus)
        await desk.opens()
        await desk.make_policy(targets=[target("resolution", "PT1H")])
        await desk.settles()
        ticket = await Ticket(desk, datetime.now(UTC)).created()
        await desk.settles()
        await desk.execute("UPDATE ticket_events SET occurred_at = occurred_at - interval '2 hours'")
        if not fenced:
            both, clocks_of = asyncio.Barrier(2), ledger.clocks_of

            async def unlocked(tx: Tx, _: object) -> datetime:
                now: datetime = await (await tx.raw()).fetchval("SELECT clock_timestamp()")
                return now

            async def at_once(tx: Tx, ids: list[UUID]) -> object:
                found = await clocks_of(tx, ids)
                await both.wait()
                return found

            monkeypatch.setattr(ledger, "lock_tickets", unlocked)
            monkeypatch.setattr(ledger, "clocks_of", at_once)

        async def fire() -> None:
            databases = service.process.runtime.databases
            with use_caller(Caller.system(desk.id, "sla", "timer:1")):
                async with databases.for_tenant(desk.id).transaction(desk.id) as tx:
                    await reckon(tx, ticket_ids=[ticket.id])

        await asyncio.gather(fire(), fire())
        counts, _ = await breaches(desk)
        assert counts == Counter({str(ticket.id): times})
