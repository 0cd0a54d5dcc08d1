"""Mistakes of other desks that are about timers and workers, each by its name; those of rules are in tests/unit/sla."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from sla_doors import Desk, Ticket, target, time_of

from chassis.testing.databases import ServiceDatabase
from chassis.testing.events import open_bus
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats
from chassis.testing.services import running
from chassis.testing.waiting import eventually
from deskmesh.sla.v1 import events_pb2
from sla.main import SERVICE

NOWHERE = {"SLA_GATEWAY_TARGET": "unix:/nonexistent/gateway.sock"}
TICKETS = 40
BREACHES = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND subject LIKE '%ClockBreached'"
# Far below the minutes of a desk that polls, far above what a busy machine needs.
LATE = timedelta(seconds=20)


async def test_a_second_instance_does_not_fire_a_second_time(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer
) -> None:
    database = service_database("sla")
    async with (
        open_bus(nats) as bus,
        running(SERVICE, database, nats, issuer, NOWHERE) as first,
        running(SERVICE, database, nats, issuer, NOWHERE) as second,
    ):
        desk = Desk(first, bus)
        await desk.opens()
        await desk.make_policy(targets=[target("resolution", "PT4S")], warnings=["50%"])
        await desk.settles()
        began = datetime.now(UTC)
        opened = [await Ticket(desk, began).created() for _ in range(TICKETS)]

        async def all_breached() -> bool:
            return await desk.fetch_value(BREACHES, desk.id) == TICKETS

        await eventually(all_breached, 60)
        await desk.settles()
        await second.drain(60)
        for ticket in opened:
            told = await desk.clock_events(ticket.id)
            assert told.count(("ClockBreached", "resolution")) == 1
            assert told.count(("ClockWarning", "resolution")) <= 1
        assert await desk.fetch_value("SELECT count(*) FROM timers WHERE tenant_id = $1", desk.id) == 0


async def test_a_breach_is_told_when_it_happens_and_not_at_the_next_poll(acme: Desk) -> None:
    await acme.make_policy(targets=[target("resolution", "PT2S")])
    await acme.settles()
    began = datetime.now(UTC)
    ticket = await Ticket(acme, began).created()

    async def breached() -> bool:
        return ("ClockBreached", "resolution") in await acme.clock_events(ticket.id)

    await eventually(breached, 60)
    assert datetime.now(UTC) - (began + timedelta(seconds=2)) < LATE
    [told] = [one for _, one in await acme.told(of=ticket.id) if isinstance(one, events_pb2.ClockBreached)]
    assert time_of(told.occurred_at) == began + timedelta(seconds=2)


async def test_a_ticket_that_pends_past_its_due_moment_is_not_told_as_breached(acme: Desk) -> None:
    await acme.make_policy(
        targets=[target("resolution", "PT3S")], pause_states=["pending_requester"], warnings=["50%"]
    )
    await acme.settles()
    other = await Ticket(acme, datetime.now(UTC)).created()
    waiting = await Ticket(acme, datetime.now(UTC)).created()
    await waiting.moves("pending_requester", waiting.at + timedelta(seconds=1))

    async def breached() -> bool:
        return ("ClockBreached", "resolution") in await acme.clock_events(other.id)

    await eventually(breached, 60)
    await acme.settles()
    clock = (await acme.clocks(waiting.id))["resolution"]
    assert (clock.state, clock.elapsed, clock.breached) == ("paused", "PT1S", False)
    assert ("ClockBreached", "resolution") not in await acme.clock_events(waiting.id)


class Ahead(datetime):
    """The clock of a machine that runs five hours ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Ahead:
        return super().now(tz) + timedelta(hours=5)


async def test_a_machine_whose_clock_jumps_ahead_tells_no_breach(
    acme: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await acme.make_policy(targets=[target("resolution", "PT4H")], warnings=["50%"])
    await acme.settles()
    for name, module in [*sys.modules.items()]:
        if name.startswith("sla.") and getattr(module, "datetime", None) is datetime:
            monkeypatch.setattr(module, "datetime", Ahead)
    ticket = await Ticket(acme, datetime.now(UTC)).created()
    await acme.settles()
    assert await acme.clock_events(ticket.id) == [("ClockStarted", "resolution")]
