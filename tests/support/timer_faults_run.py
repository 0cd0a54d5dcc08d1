"""Clocks whose moments come while the processes that watch them are killed, stopped or wrong about the time."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from sla_doors import Desk, Ticket, target, time_of
from sla_process import environment, worker

from chassis.testing.databases import ServiceDatabase
from chassis.testing.events import open_bus
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats, Postgres
from chassis.testing.services import running
from chassis.testing.waiting import eventually
from deskmesh.sla.v1 import events_pb2
from sla.main import SERVICE

NOWHERE = {"SLA_GATEWAY_TARGET": "unix:/nonexistent/gateway.sock"}
HOUR = timedelta(hours=1)
LATER = 20
_EACH_SECOND = 50
_LEASE_SECONDS = 6.0
_AWAY_SECONDS = 1.0
_PATIENCE_SECONDS = 90.0
_TOLD = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND subject LIKE '%ClockBreached'"


@dataclass(frozen=True, slots=True)
class Plan:
    """So many tickets come due, fifty each second; so many rounds of faults meanwhile, placed by a seed."""

    tickets: int
    rounds: int
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was told, beside the journal of what had to be."""

    due: Sequence[UUID]
    """The tickets whose target passed."""
    told: Counter[str]
    """How often each ticket was told as breached."""
    late: Sequence[float]
    """Seconds from when each was breached until it was told."""
    late_apart: Sequence[float]
    """The same of those that were not breached while a fault lasted."""
    timers_left: int
    """`LATER`, where all is well: of the tickets that are not due yet."""


async def breaches(desk: Desk) -> list[tuple[str, datetime, datetime]]:
    """The tickets told as breached: each with when it was, and when it was told."""
    connection = await asyncpg.connect(desk.service.database.superuser_url)
    try:
        rows = await connection.fetch(
            "SELECT payload, created_at FROM outbox WHERE tenant_id = $1 AND subject LIKE '%ClockBreached'",
            desk.id,
        )
    finally:
        await connection.close()
    told = [(events_pb2.ClockBreached.FromString(row["payload"]), row["created_at"]) for row in rows]
    return [(one.clock.ticket_id, time_of(one.occurred_at), at) for one, at in told]


async def under_faults(
    plan: Plan, database: ServiceDatabase, postgres: Postgres, nats: Nats, issuer: Issuer, folder: Path
) -> Outcome:
    """Lets tickets come due under three workers, and gives what became of it.

    In each round the database goes away, one worker is stopped and goes on when its lease is over, another is killed and
    followed by a third whose machine is five hours ahead.
    """
    dice = random.Random(plan.seed)  # noqa: S311 (a plan, no secret)
    faults: list[tuple[datetime, datetime]] = []
    async with open_bus(nats) as bus, AsyncExitStack() as processes:
        async with running(SERVICE, database, nats, issuer, NOWHERE) as service:
            desk = Desk(service, bus)
            await desk.opens()
            await desk.make_policy(targets=[target("resolution", "PT1H")])
            await desk.settles()
            # Due when all of them are taken in, and the workers have begun.
            first = datetime.now(UTC) - HOUR + timedelta(seconds=20 + plan.tickets / 100)
            due = [
                await Ticket(desk, first + timedelta(seconds=n / _EACH_SECOND)).created()
                for n in range(plan.tickets)
            ]
            for _ in range(LATER):
                await Ticket(desk, datetime.now(UTC)).created()
            await service.drain(_PATIENCE_SECONDS)
        if datetime.now(UTC) > first + HOUR:
            raise TimeoutError("the tickets were due before all were taken in")

        async def starts(name: str, *, ahead: bool = False) -> asyncio.subprocess.Process:
            (folder / name).mkdir()
            told = environment(database, nats, folder / name)
            return await processes.enter_async_context(worker(told, ahead=ahead))

        async def told(share: float) -> None:
            async def is_so() -> bool:
                count = await desk.fetch_value(_TOLD, desk.id)
                assert isinstance(count, int)
                return count >= share * plan.tickets

            await eventually(is_so, _PATIENCE_SECONDS)

        alive = [await starts("a"), await starts("b")]
        for number in range(plan.rounds):
            await told((number + dice.uniform(0.05, 0.2)) / plan.rounds)
            began = datetime.now(UTC)
            with postgres.away(database.name):
                await asyncio.sleep(_AWAY_SECONDS)
            await told((number + dice.uniform(0.25, 0.4)) / plan.rounds)
            dice.shuffle(alive)
            sleeper, victim = alive
            sleeper.send_signal(signal.SIGSTOP)
            victim.kill()
            alive = [sleeper, await starts(f"ahead-{number}", ahead=True)]
            await asyncio.sleep(_LEASE_SECONDS)
            sleeper.send_signal(signal.SIGCONT)
            faults.append((began, datetime.now(UTC)))
        await told(1)
        await eventually(lambda: _nothing_due(desk), _PATIENCE_SECONDS)
        found = await breaches(desk)
        left = await desk.fetch_value("SELECT count(*) FROM timers WHERE tenant_id = $1", desk.id)
    assert isinstance(left, int)
    return Outcome(
        due=[ticket.id for ticket in due],
        told=Counter(ticket for ticket, _, _ in found),
        late=[(at - was).total_seconds() for _, was, at in found],
        late_apart=[
            (at - was).total_seconds()
            for _, was, at in found
            if not any(began <= was <= ended for began, ended in faults)
        ],
        timers_left=left,
    )


async def _nothing_due(desk: Desk) -> bool:
    due = "SELECT count(*) FROM timers WHERE tenant_id = $1 AND due_at <= now()"
    return not await desk.fetch_value(due, desk.id)
