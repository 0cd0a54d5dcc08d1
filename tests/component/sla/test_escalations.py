"""Escalation chains through the doors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sla_doors import Desk, Ticket, target, time_of

from chassis.errors import InvalidInput
from chassis.testing.waiting import eventually
from deskmesh.sla.v1 import events_pb2
from deskmesh.sla.v1.sla_pb2 import Escalation

AT_ONCE = Escalation(at="PT1S", time="wall", to=["supervisor"])


async def test_the_steps_of_a_chain_are_told_in_time_and_shown(acme: Desk) -> None:
    chain = [Escalation(at="50%", to=["assignee", "team"]), AT_ONCE, Escalation(at="PT1H", to=["manager"])]
    made = await acme.make_policy(targets=[target("resolution", "PT2S")], escalations=chain)
    assert [step.time for step in made.escalations] == ["business", "wall", "business"]
    began = datetime.now(UTC)
    ticket = await Ticket(acme, began).created()

    async def told() -> bool:
        return (await acme.clock_events(ticket.id)).count(("ClockEscalated", "resolution")) == 2

    await eventually(told, 60)
    await acme.settles()
    steps = [one for _, one in await acme.told(of=ticket.id) if isinstance(one, events_pb2.ClockEscalated)]
    assert [(one.step.at, list(one.step.to)) for one in steps] == [
        ("50%", ["assignee", "team"]),
        ("PT1S", ["supervisor"]),
    ]
    assert [time_of(one.occurred_at) - began for one in steps] == [timedelta(seconds=1), timedelta(seconds=3)]
    clock = (await acme.clocks(ticket.id, explain=True))["resolution"]
    assert [(one.step.at, one.reached) for one in clock.escalations] == [
        ("50%", True),
        ("PT1S", True),
        ("PT1H", False),
    ]
    next_at = await acme.fetch_value("SELECT due_at FROM timers WHERE tenant_id = $1", acme.id)
    assert next_at == began + timedelta(seconds=2, hours=1)


async def test_a_resolved_ticket_escalates_no_more(acme: Desk) -> None:
    await acme.make_policy(targets=[target("resolution", "PT1S")], escalations=[AT_ONCE])
    ticket = await Ticket(acme, datetime.now(UTC)).created()
    await ticket.moves("resolved", ticket.at + timedelta(seconds=1.5))
    await acme.service.drain(60)

    async def nothing_is_left() -> bool:
        return await acme.fetch_value("SELECT count(*) FROM timers WHERE tenant_id = $1", acme.id) == 0

    await eventually(nothing_is_left, 60)
    assert ("ClockEscalated", "resolution") not in await acme.clock_events(ticket.id)


async def test_a_chain_that_makes_no_sense_is_refused_and_changes_nothing(acme: Desk) -> None:
    with pytest.raises(InvalidInput) as refused:
        await acme.make_policy(
            targets=[target("resolution", "PT1H")], escalations=[Escalation(at="50%", to=["everybody"])]
        )
    assert [one.field for one in refused.value.errors] == ["escalations[0].to[0]"]
    assert await acme.fetch_value("SELECT count(*) FROM policies WHERE tenant_id = $1", acme.id) == 2
