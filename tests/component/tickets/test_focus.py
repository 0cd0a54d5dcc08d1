"""Focus mode, and the next ticket from the desk."""

import asyncio
from dataclasses import dataclass

import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from tickets_desk import TicketsDesk

from chassis.errors import Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import focus_service_pb2 as rpc


@dataclass
class Floor:
    """The desk, where nothing waits yet, and agents of its teams."""

    desk: TicketsDesk
    agent: Person
    """Of the team that works the default queue."""

    async def pull(self, by: Person | None = None) -> rpc.PullTicketResponse:
        """Get the next ticket."""
        return await self.desk.call(
            "PullTicket", rpc.PullTicketRequest(), rpc.PullTicketResponse, by=by or self.agent
        )

    async def focus(self, version: int = 0, by: Person | None = None, **said: object) -> rpc.Focus:
        """Change how somebody gets work."""
        request = rpc.SetFocusRequest(
            focus=rpc.Focus(**said),  # type: ignore[arg-type]  # fields by name
            update_mask=FieldMask(paths=list(said)),
            expected_version=version,
        )
        return (await self.desk.call("SetFocus", request, rpc.SetFocusResponse, by=by or self.agent)).focus


@pytest_asyncio.fixture
async def floor(desk: TicketsDesk) -> Floor:
    await desk.rows("UPDATE tickets SET state = 'closed', state_category = 'closed'")
    floor = Floor(desk, desk.agent)
    floor.agent = await floor.desk.hire("service-desk")
    await desk.service.drain()
    return floor


async def test_the_most_urgent_ticket_of_ones_teams_comes_first(floor: Floor) -> None:
    old, urgent, new = [
        await floor.desk.create(title, impact=impact, urgency=impact)
        for title, impact in (("Old", "medium"), ("Urgent", "high"), ("New", "medium"))
    ]
    await floor.desk.create("Cable", queue="network")
    await floor.desk.rows("UPDATE tickets SET due_at = now() + interval '1 hour' WHERE id = $1", new.id)
    pulled = [await floor.pull() for _ in range(4)]
    assert [answer.ticket.number for answer in pulled] == [urgent.number, new.number, old.number, ""]
    assert [answer.waiting for answer in pulled] == [2, 1, 0, 0]
    assert (pulled[0].ticket.assignee.email, pulled[0].ticket.state) == (floor.agent.email, "open")


async def test_the_history_says_why_this_one(floor: Floor) -> None:
    ticket = await floor.desk.create()
    await floor.desk.create("Another")
    await floor.pull()
    entries = {entry.change.field: entry for entry in await floor.desk.history(ticket.id)}
    reasons = dict(entries["routing"].change.new_value.struct_value)
    assert reasons == {
        "strategy": "next",
        "order": "priority, due_at, created_at",
        "waiting": 2,
        "in_hand": 0,
        "max_open": 5,
    }
    assert entries["assignee"].rule == "routing:next"
    assert entries["assignee"].actor.id == str(floor.agent.id)


async def test_nobody_gets_more_than_they_take_and_what_waits_frees_a_place(floor: Floor) -> None:
    await floor.focus(max_open=2)
    for number in range(4):
        await floor.desk.create(f"Number {number}")
    taken = [(await floor.pull()).ticket for _ in range(2)]
    with pytest.raises(WrongState, match="2 tickets in hand"):
        await floor.pull()
    await floor.desk.move(taken[0].id, "pending_requester")
    assert (await floor.pull()).ticket.number
    with pytest.raises(WrongState):
        await floor.pull()


async def test_no_two_agents_ever_get_the_same_ticket_nor_one_more_than_they_take(floor: Floor) -> None:
    agents = [floor.agent, *[await floor.desk.hire("service-desk") for _ in range(7)]]
    await floor.desk.service.drain()
    for agent in agents:
        await floor.focus(by=agent, max_open=2)
    tickets = {(await floor.desk.create(f"Number {number}")).id for number in range(12)}

    async def pull(agent: Person) -> str:
        try:
            return (await floor.pull(agent)).ticket.id
        except WrongState:
            return ""

    got = [one for one in await asyncio.gather(*(pull(agent) for agent in agents * 3)) if one]
    assert len(got) == len(set(got))
    # What another was just being given may have been passed over: whoever asks again gets it.
    rest = [one for agent in agents * 2 if (one := await pull(agent))]
    assert sorted([*got, *rest]) == sorted(tickets)
    rows = await floor.desk.rows(
        "SELECT count(*) AS held FROM tickets WHERE state_category = 'active' GROUP BY assignee_id"
    )
    assert max(row["held"] for row in rows) <= 2


async def test_focus_mode_hides_what_is_not_ones_own(floor: Floor) -> None:
    own, others = await floor.desk.create("Own printer"), await floor.desk.create("Others' printer")
    asked = await floor.desk.create("Asked for", by=floor.agent)
    await floor.desk.assign(own.id, assignee=floor.agent.email)
    await floor.focus(enabled=True)
    try:
        listed = await floor.desk.tickets(by=floor.agent, filter="open = true")
        assert {ticket.id for ticket in listed} == {own.id, asked.id}
        assert [ticket.id for ticket in await floor.desk.tickets(by=floor.agent, query="printer")] == [own.id]
        assert (await floor.desk.get(own.id, by=floor.agent)).id == own.id
        for refused in (floor.desk.get, floor.desk.history, floor.desk.comment):
            with pytest.raises(NotFound):
                await refused(others.id, by=floor.agent)
        assert (await floor.desk.get(others.id)).id == others.id
        assert (await floor.pull()).ticket.id == others.id
    finally:
        await floor.focus(enabled=False)
    assert len(await floor.desk.tickets(by=floor.agent, filter="open = true")) == 3


async def test_focus_is_ones_own_and_bounded(floor: Floor) -> None:
    request = rpc.GetFocusRequest()
    found = (await floor.desk.call("GetFocus", request, rpc.GetFocusResponse, by=floor.agent)).focus
    assert (found.enabled, found.max_open) == (False, 5)
    changed = await floor.focus(version=found.version, max_open=7)
    with pytest.raises(Stale):
        await floor.focus(version=found.version, max_open=8)
    for wrong in (0, 51):
        with pytest.raises(InvalidInput):
            await floor.focus(max_open=wrong)
    again = (await floor.desk.call("GetFocus", request, rpc.GetFocusResponse, by=floor.agent)).focus
    assert again == changed
    with pytest.raises(Forbidden):
        await floor.pull(floor.desk.requester)


async def test_another_tenants_tickets_are_never_given(floor: Floor) -> None:
    await floor.desk.create(by=floor.desk.stranger)
    assert not (await floor.pull()).HasField("ticket")
