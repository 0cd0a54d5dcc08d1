"""Reminders: tickets that are put aside until a moment."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from tickets_desk import TicketsDesk

from chassis.errors import Forbidden, InvalidInput
from chassis.testing.waiting import eventually
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import ticket_pb2


def moment(later: timedelta) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime((datetime.now(UTC) + later).replace(microsecond=0))
    return stamp


async def put_aside(desk: TicketsDesk, ticket: str) -> ticket_pb2.Ticket:
    """Have the desk reminded of a ticket tomorrow."""
    return await desk.update(ticket, ["remind_at"], remind_at=moment(timedelta(days=1)))


async def come(desk: TicketsDesk, ticket: str) -> None:
    """Let the moment come, and wait until the reminder has been dealt with."""
    await desk.rows("UPDATE tickets SET remind_at = now() WHERE id = $1", ticket)
    await desk.rows("UPDATE timers SET due_at = now() WHERE kind = 'reminder' AND key = $1", ticket)

    async def gone() -> bool:
        return not await desk.rows("SELECT 1 FROM timers WHERE kind = 'reminder' AND key = $1", ticket)

    await eventually(gone)


@pytest.mark.parametrize(
    ("path", "state"),
    [
        (["pending_supplier"], "open"),
        (["pending_requester"], "open"),
        ([], "new"),
        (["resolved"], "resolved"),
    ],
)
async def test_a_ticket_that_waits_is_worked_again_when_its_moment_has_come(
    desk: TicketsDesk, path: list[str], state: str
) -> None:
    ticket = await desk.create()
    aside = await put_aside(desk, ticket.id)
    assert aside.remind_at.ToDatetime(tzinfo=UTC) > datetime.now(UTC)
    for step in path:
        await desk.move(ticket.id, step)
    await come(desk, ticket.id)
    back = await desk.get(ticket.id)
    assert (back.state, back.HasField("remind_at")) == (state, False)
    (event,) = await desk.events(events.ReminderDue, ticket.id)
    assert event.actor.kind == "system"
    (entry,) = [one for one in await desk.history(ticket.id) if one.action == "reminded"]
    assert (entry.change.field, entry.rule) == ("remind_at", "reminder")


async def test_a_reminder_that_is_taken_off_or_of_a_ticket_at_its_end_reminds_nobody(
    desk: TicketsDesk,
) -> None:
    dropped, closed = await desk.create(), await desk.create()
    for ticket in (dropped, closed):
        await put_aside(desk, ticket.id)
    cleared = await desk.update(dropped.id, ["remind_at"])
    assert not cleared.HasField("remind_at")
    assert not await desk.rows("SELECT 1 FROM timers WHERE kind = 'reminder' AND key = $1", dropped.id)
    for state in ("resolved", "closed"):
        await desk.move(closed.id, state)
    await come(desk, closed.id)
    assert not (await desk.get(closed.id)).HasField("remind_at")
    for ticket in (dropped, closed):
        assert not await desk.events(events.ReminderDue, ticket.id)


async def test_requesters_do_not_see_when_the_desk_goes_on(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await put_aside(desk, ticket.id)
    assert not (await desk.get(ticket.id, by=desk.requester)).HasField("remind_at")
    fields = {entry.change.field for entry in await desk.history(ticket.id)}
    seen = {entry.change.field for entry in await desk.history(ticket.id, by=desk.requester)}
    assert fields - seen == {"remind_at"}
    for asked, by_the_desk in (("", 1), ("remind_at:*", 1), ("NOT remind_at:*", 0), ("remind_at = null", 0)):
        found = f'id = "{ticket.id}" {asked}'
        assert len(await desk.tickets(filter=found)) == by_the_desk
        assert bool(await desk.tickets(by=desk.requester, filter=found)) == (not asked)


async def test_a_reminder_that_was_moved_does_not_come_at_its_old_moment(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await put_aside(desk, ticket.id)
    await desk.rows("UPDATE timers SET due_at = now() WHERE kind = 'reminder' AND key = $1", ticket.id)

    async def rung() -> bool:
        return not await desk.rows("SELECT 1 FROM timers WHERE kind = 'reminder' AND key = $1", ticket.id)

    await eventually(rung)
    assert (await desk.get(ticket.id)).HasField("remind_at")
    assert not await desk.events(events.ReminderDue, ticket.id)


async def test_a_moment_that_has_passed_is_refused(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    with pytest.raises(InvalidInput) as refused:
        await desk.update(ticket.id, ["remind_at"], remind_at=moment(timedelta(minutes=-1)))
    assert [error.field for error in refused.value.errors] == ["remind_at"]
    with pytest.raises(Forbidden):
        await desk.update(ticket.id, ["remind_at"], by=desk.requester, remind_at=moment(timedelta(days=1)))
    assert (await desk.get(ticket.id)).version == 1


async def test_what_the_desk_wants_to_be_reminded_of_is_found(desk: TicketsDesk) -> None:
    ticket, _ = await desk.create("Aside"), await desk.create("Not aside")
    await put_aside(desk, ticket.id)
    found = await desk.tickets(filter='remind_at > "2026-01-01T00:00:00Z" AND title = "Aside"')
    assert [one.id for one in found] == [ticket.id]
