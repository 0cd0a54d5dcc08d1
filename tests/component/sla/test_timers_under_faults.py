"""Clocks whose moment comes while the processes that watch them are killed, stopped or wrong about the time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sla_doors import Desk, Ticket, target
from timer_faults_run import LATER, NOWHERE, Plan, breaches, under_faults

from chassis.context import Caller, use_caller
from chassis.db import Tx
from chassis.testing.databases import ServiceDatabase
from chassis.testing.events import open_bus
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats, Postgres
from chassis.testing.services import running
from sla.app.reckoning import reckon
from sla.db import ledger
from sla.main import SERVICE


async def test_killed_stopped_and_misled_workers_tell_each_breach_once_and_none_too_early(
    service_database: Callable[[str], ServiceDatabase],
    postgres: Postgres,
    nats: Nats,
    issuer: Issuer,
    tmp_path: Path,
) -> None:
    """The database goes away under two workers, too."""
    plan = Plan(tickets=400, rounds=1, seed=0)
    outcome = await under_faults(plan, service_database("sla"), postgres, nats, issuer, tmp_path)
    assert outcome.told == Counter({str(ticket): 1 for ticket in outcome.due})
    assert min(outcome.late) >= 0
    assert outcome.timers_left == LATER


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
        told = [of for of, _, _ in await breaches(desk)]
        assert told == [str(ticket.id)] * times
