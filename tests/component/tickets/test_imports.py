"""Telling afterwards what happened, in whatever order."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from tickets_desk import TicketsDesk

from chassis.errors import Forbidden, InvalidInput
from deskmesh.tickets.v1 import events_pb2, ticket_pb2

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def at(hours: float) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(START + timedelta(hours=hours))
    return moment


async def created(desk: TicketsDesk) -> ticket_pb2.Ticket:
    return await desk.create("From the old desk", by=desk.admin, occurred_at=at(0))


async def test_an_imported_ticket_counts_from_when_it_happened(desk: TicketsDesk) -> None:
    ticket = await created(desk)
    assert ticket.created_at == at(0)
    assert ticket.updated_at.ToDatetime(tzinfo=UTC) > START
    (entry,) = await desk.history(ticket.id)
    assert entry.occurred_at == at(0)
    assert entry.recorded_at == ticket.updated_at
    (event,) = await desk.events(events_pb2.TicketCreated, ticket.id)
    assert (event.occurred_at, event.recorded_at) == (at(0), ticket.updated_at)


async def test_only_importers_tell_when_something_happened(desk: TicketsDesk) -> None:
    with pytest.raises(Forbidden):
        await desk.create(by=desk.agent, occurred_at=at(0))
    ticket = await created(desk)
    with pytest.raises(Forbidden):
        await desk.move(ticket.id, "open", occurred_at=at(1))
    with pytest.raises(Forbidden):
        await desk.comment(ticket.id, "x", occurred_at=at(1))


async def test_nothing_happens_in_the_future_or_before_the_ticket(desk: TicketsDesk) -> None:
    ticket = await created(desk)
    future = Timestamp()
    future.FromDatetime(datetime.now(UTC) + timedelta(minutes=1))
    for moment in (future, at(-1)):
        with pytest.raises(InvalidInput) as caught:
            await desk.move(ticket.id, "open", by=desk.admin, occurred_at=moment)
        assert [error.field for error in caught.value.errors] == ["occurred_at"]
    with pytest.raises(InvalidInput):
        await desk.create(by=desk.admin, occurred_at=future)


STORY = (("open", 1), ("pending_requester", 2), ("open", 3), ("resolved", 4), ("closed", 5))


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::17])
async def test_moves_may_be_told_in_any_order(desk: TicketsDesk, order: tuple[int, ...]) -> None:
    ticket = await created(desk)
    for place in order:
        to, hours = STORY[place]
        await desk.move(ticket.id, to, by=desk.admin, occurred_at=at(hours))
    after = await desk.get(ticket.id)
    assert (after.state, after.resolved_at, after.closed_at) == ("closed", at(4), at(5))
    moves = [entry for entry in await desk.history(ticket.id) if entry.change.field == "state"]
    assert [
        (entry.change.old_value.string_value, entry.change.new_value.string_value, entry.occurred_at)
        for entry in moves
    ] == [
        ("new", "open", at(1)),
        ("open", "pending_requester", at(2)),
        ("pending_requester", "open", at(3)),
        ("open", "resolved", at(4)),
        ("resolved", "closed", at(5)),
    ]


async def test_an_event_of_the_past_says_what_happened_then(desk: TicketsDesk) -> None:
    ticket = await created(desk)
    await desk.move(ticket.id, "resolved", by=desk.admin, occurred_at=at(5))
    await desk.move(ticket.id, "pending_requester", by=desk.admin, occurred_at=at(1))
    events = await desk.events(events_pb2.TicketStateChanged, ticket.id)
    assert [(event.old_state, event.new_state, event.occurred_at) for event in events] == [
        ("new", "resolved", at(5)),
        ("new", "pending_requester", at(1)),
    ]
    assert events[-1].ticket.state == "resolved"
    assert [event.new_state_category for event in events] == ["resolved", "waiting"]


async def test_a_field_keeps_what_it_got_later(desk: TicketsDesk) -> None:
    ticket = await created(desk)
    await desk.update(ticket.id, ["priority"], priority="low", by=desk.admin, occurred_at=at(4))
    after = await desk.update(ticket.id, ["priority"], priority="critical", by=desk.admin, occurred_at=at(2))
    assert after.priority == "low"
    changes = [
        (entry.change.old_value.string_value, entry.change.new_value.string_value)
        for entry in await desk.history(ticket.id)
        if entry.change.field == "priority"
    ]
    assert changes == [("medium", "critical"), ("critical", "low")]
    events = await desk.events(events_pb2.TicketUpdated, ticket.id)
    assert events[-1].changes[0].new_value.string_value == "critical"
    assert events[-1].ticket.priority == "low"


async def test_a_field_given_with_an_old_move_keeps_what_it_got_later(desk: TicketsDesk) -> None:
    ticket = await created(desk)
    await desk.update(ticket.id, ["fields"], fields={"location": "Sopot"}, by=desk.admin, occurred_at=at(4))
    moved = await desk.move(ticket.id, "open", fields={"location": "Hel"}, by=desk.admin, occurred_at=at(2))
    assert dict(moved.fields) == {"location": "Sopot"}
    (event,) = await desk.events(events_pb2.TicketStateChanged, ticket.id)
    assert [change.field for change in event.changes] == ["state", "fields.location"]


async def test_a_value_that_is_the_present_one_may_still_be_news(desk: TicketsDesk) -> None:
    ticket = await created(desk)
    await desk.update(ticket.id, ["category"], category="mail", by=desk.admin, occurred_at=at(4))
    await desk.update(ticket.id, ["category"], category="mail", by=desk.admin, occurred_at=at(2))
    assert len(await desk.events(events_pb2.TicketUpdated, ticket.id)) == 2


async def test_an_imported_answer_is_the_first_response_and_moves_nothing(desk: TicketsDesk) -> None:
    ticket = await desk.create(by=desk.admin, occurred_at=at(0), requester="requester@acme.example")
    await desk.comment(ticket.id, "Later", by=desk.admin, occurred_at=at(3))
    await desk.comment(ticket.id, "First", by=desk.admin, occurred_at=at(1))
    after = await desk.get(ticket.id)
    assert (after.first_responded_at, after.state) == (at(1), "new")
    assert [comment.body for comment in await desk.comments(ticket.id)] == ["First", "Later"]


async def test_an_old_resolution_is_not_closed_at_once(desk: TicketsDesk) -> None:
    ticket = await created(desk)
    await desk.move(ticket.id, "resolved", by=desk.admin, occurred_at=at(1))
    (timer,) = await desk.rows("SELECT due_at > now() AS later FROM timers WHERE key = $1", ticket.id)
    assert timer["later"]


async def test_an_assignment_of_the_past_does_not_undo_a_later_one(desk: TicketsDesk) -> None:
    ticket = await created(desk)
    mask = {"paths": ["assignee"]}
    await desk.assign(
        ticket.id, assignee="admin@acme.example", by=desk.admin, occurred_at=at(3), update_mask=mask
    )
    after = await desk.assign(
        ticket.id, assignee="agent@acme.example", by=desk.admin, occurred_at=at(1), update_mask=mask
    )
    assert after.assignee.email == "admin@acme.example"
