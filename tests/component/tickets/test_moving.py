"""Moves through the workflow."""

import asyncio

import pytest
from tickets_desk import TicketsDesk

from chassis.errors import Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.testing.waiting import eventually
from deskmesh.tickets.v1 import events_pb2


async def legal(desk: TicketsDesk, ticket: str, **who: object) -> set[str]:
    return {move.to for move in await desk.moves(ticket, **who)}  # type: ignore[arg-type]  # by=


async def test_a_ticket_is_resolved_and_closed(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    resolved = await desk.move(ticket.id, "resolved")
    assert (resolved.state, resolved.state_category) == ("resolved", "resolved")
    assert resolved.HasField("resolved_at")
    closed = await desk.move(ticket.id, "closed")
    assert closed.HasField("closed_at")
    assert closed.resolved_at == resolved.resolved_at
    moved = await desk.events(events_pb2.TicketStateChanged, ticket.id)
    assert [(event.old_state, event.new_state) for event in moved] == [
        ("new", "resolved"),
        ("resolved", "closed"),
    ]
    assert moved[-1].ticket == closed


async def test_reopening_forgets_the_resolution(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "resolved")
    assert not (await desk.move(ticket.id, "open")).HasField("resolved_at")


async def test_an_illegal_move_names_the_legal_ones(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    with pytest.raises(WrongState) as caught:
        await desk.move(ticket.id, "closed")
    assert set(caught.value.allowed) == await legal(desk, ticket.id)
    assert set(caught.value.allowed) == {
        "open",
        "pending_requester",
        "pending_supplier",
        "resolved",
        "cancelled",
    }
    assert (await desk.get(ticket.id)).version == ticket.version


async def test_a_closed_ticket_cannot_be_resolved(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "resolved")
    await desk.move(ticket.id, "closed")
    with pytest.raises(WrongState) as caught:
        await desk.move(ticket.id, "resolved")
    assert caught.value.allowed == []


async def test_an_unknown_state_is_a_wrong_field(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    for to in ("banana", ""):
        with pytest.raises(InvalidInput) as caught:
            await desk.move(ticket.id, to)
        assert [error.field for error in caught.value.errors] == ["to"]


async def test_a_requester_closes_or_reopens_what_was_resolved_and_no_more(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    assert await legal(desk, ticket.id, by=desk.requester) == set()
    with pytest.raises(Forbidden):
        await desk.move(ticket.id, "resolved", by=desk.requester)
    await desk.move(ticket.id, "resolved")
    assert await legal(desk, ticket.id, by=desk.requester) == {"open", "closed"}
    await desk.move(ticket.id, "open", by=desk.requester)
    await desk.move(ticket.id, "resolved")
    assert (await desk.move(ticket.id, "closed", by=desk.requester)).state == "closed"


async def test_nobody_moves_what_he_does_not_see(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "resolved")
    for person in (desk.colleague, desk.stranger):
        with pytest.raises(NotFound):
            await desk.move(ticket.id, "closed", by=person)


async def test_a_move_takes_a_comment_and_fields_along(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    moved = await desk.move(
        ticket.id, "resolved", comment="Replaced the fuser.", fields={"device_kind": "printer"}
    )
    assert dict(moved.fields) == {"device_kind": "printer"}
    assert [one.body for one in await desk.comments(ticket.id)] == ["Replaced the fuser."]
    (event,) = await desk.events(events_pb2.TicketStateChanged, ticket.id)
    assert list(event.changed_fields) == ["state", "fields.device_kind"]
    assert event.ticket.version == 3


async def test_a_move_with_a_stale_version_changes_nothing(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.comment(ticket.id, "Hello")
    with pytest.raises(Stale):
        await desk.move(ticket.id, "resolved", expected_version=ticket.version)
    assert (await desk.get(ticket.id)).state == "open"


async def test_what_a_workflow_demands_must_be_given(desk: TicketsDesk) -> None:
    await desk.rows(
        """
        UPDATE workflow_versions SET definition = jsonb_set(definition, '{moves}', (
            SELECT jsonb_agg(CASE WHEN move ->> 'to' = 'cancelled' THEN move ||
                '{"comment_required": true, "required_fields": ["location"]}' ELSE move END)
            FROM jsonb_array_elements(definition -> 'moves') AS move))
        WHERE tenant_id = $1
        """,
        desk.acme,
    )
    await desk.refresh_configuration()
    ticket = await desk.create()
    with pytest.raises(InvalidInput) as caught:
        await desk.move(ticket.id, "cancelled")
    assert {error.field for error in caught.value.errors} == {"comment", "fields.location"}
    fields = {"location": "Łódź", "on_behalf_of": desk.colleague.email}
    moved = await desk.move(ticket.id, "cancelled", comment="A mistake", fields=fields)
    assert (moved.state, moved.HasField("closed_at"), moved.HasField("resolved_at")) == (
        "cancelled",
        True,
        False,
    )
    assert [watcher.email for watcher in moved.watchers] == [desk.colleague.email]


async def test_a_resolved_ticket_closes_by_itself(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "resolved")
    (timer,) = await desk.rows("SELECT due_at - now() AS left FROM timers WHERE key = $1", ticket.id)
    assert 4 < timer["left"].days + 1 <= 5
    await desk.rows("UPDATE timers SET due_at = now() WHERE key = $1", ticket.id)

    async def is_closed() -> bool:
        return (await desk.get(ticket.id)).state == "closed"

    await eventually(is_closed)
    entry = (await desk.history(ticket.id))[-1]
    assert (entry.rule, entry.actor.kind) == ("workflow:auto_close", "system")
    assert entry.cause.startswith("timer:")


async def test_a_reopened_ticket_does_not_close_by_itself(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "resolved")
    await desk.comment(ticket.id, "Not yet!", by=desk.requester)
    assert await desk.rows("SELECT 1 FROM timers WHERE key = $1", ticket.id) == []


async def test_of_two_who_move_at_once_one_is_told(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "resolved")
    results = await asyncio.gather(
        *(desk.move(ticket.id, "closed") for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(result, WrongState) for result in results) == 3
    assert len(await desk.events(events_pb2.TicketStateChanged, ticket.id)) == 2
