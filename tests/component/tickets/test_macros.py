"""Macros: kept, shared, previewed, applied as a whole or not at all."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from tickets_desk import TicketsDesk, actions

from chassis.errors import Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import macro_pb2, view_pb2
from deskmesh.tickets.v1 import macro_service_pb2 as rpc

GREETING = {
    "type": "reply",
    "body": "Hello {{requester.first_name}}, {{ticket.number}} is mine. {{agent.name}}",
}
TAKE = {"type": "assign", "assignee": "me"}
WAIT = {"type": "move", "to": "pending_requester"}
URGENT = {"type": "set", "values": {"priority": "critical"}, "fields": {"location": "Gdynia"}}
TAG = {"type": "tag", "add": ["answered"], "remove": ["unread"]}


async def keep(
    desk: TicketsDesk, *written: Mapping[str, object], by: Person | None = None, everybody: bool = False
) -> macro_pb2.Macro:
    macro = macro_pb2.Macro(
        name="Canned", actions=actions(*written), shared_with=view_pb2.ViewSharing(everybody=everybody)
    )
    request = rpc.CreateMacroRequest(macro=macro)
    return (await desk.call("CreateMacro", request, rpc.CreateMacroResponse, by=by)).macro


async def apply(
    desk: TicketsDesk, ticket: str, macro: macro_pb2.Macro, *, by: Person | None = None, **said: object
) -> rpc.MacroEffect:
    request = rpc.ApplyMacroRequest(ticket=ticket, macro_id=macro.id, **said)  # type: ignore[arg-type]
    return (await desk.call("ApplyMacro", request, rpc.ApplyMacroResponse, by=by)).effect


async def preview(desk: TicketsDesk, ticket: str, macro: macro_pb2.Macro) -> rpc.MacroEffect:
    request = rpc.PreviewMacroRequest(ticket=ticket, macro_id=macro.id)
    return (await desk.call("PreviewMacro", request, rpc.PreviewMacroResponse)).effect


async def test_a_preview_tells_what_applying_does_and_changes_nothing(desk: TicketsDesk) -> None:
    ticket = await desk.create(tags=["unread"])
    macro = await keep(desk, GREETING, TAKE, URGENT, TAG, WAIT)
    previewed = await preview(desk, ticket.id, macro)
    assert await desk.get(ticket.id) == ticket
    assert await desk.comments(ticket.id) == []
    effect = await apply(desk, ticket.id, macro)
    for one in (previewed, effect):
        assert [comment.body for comment in one.comments] == [
            f"Hello Rita, {ticket.number} is mine. Agnes Agent"
        ]
        now = one.ticket
        assert (now.state, now.priority, now.assignee.email, list(now.tags), dict(now.fields)) == (
            "pending_requester",
            "critical",
            desk.agent.email,
            ["answered"],
            {"location": "Gdynia"},
        )
    assert [change.field for change in previewed.changes] == [change.field for change in effect.changes]
    assert {"state", "priority", "assignee", "tags", "fields.location"} <= {
        change.field for change in effect.changes
    }
    assert await desk.get(ticket.id) == effect.ticket


async def test_history_and_events_tell_of_the_macro_and_of_who_applied_it(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    macro = await keep(desk, TAG)
    await apply(desk, ticket.id, macro)
    entry = (await desk.history(ticket.id))[-1]
    assert (entry.rule, entry.actor.email) == (f"macro:{macro.id}:Canned", desk.agent.email)
    (told,) = await desk.events(events.TicketUpdated, ticket.id)
    assert list(told.changed_fields) == ["tags"]


async def test_a_macro_that_may_not_do_all_does_nothing(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    macro = await keep(desk, TAG, WAIT, by=desk.admin, everybody=True)
    writer = replace(desk.agent, scopes=desk.agent.scopes - {"tickets.transition"})
    with pytest.raises(Forbidden):
        await apply(desk, ticket.id, macro, by=writer)
    await desk.move(ticket.id, "cancelled")
    before = await desk.get(ticket.id)
    with pytest.raises(WrongState):
        await apply(desk, ticket.id, macro)
    with pytest.raises(Stale):
        await apply(desk, ticket.id, macro, expected_version=ticket.version)
    assert await desk.get(ticket.id) == before


async def test_a_macro_is_its_owners_until_it_is_shared(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    own, shared = await keep(desk, TAG), await keep(desk, TAG, by=desk.admin, everybody=True)
    with pytest.raises(Forbidden):
        await keep(desk, TAG, everybody=True)
    request = rpc.ListMacrosRequest(page_size=200)
    for person, seen in (
        (desk.agent, {own.id, shared.id}),
        (desk.admin, {shared.id}),
        (desk.stranger, set()),
    ):
        answer = await desk.call("ListMacros", request, rpc.ListMacrosResponse, by=person)
        assert {macro.id for macro in answer.macros} & {own.id, shared.id} == seen
    with pytest.raises(NotFound):
        await apply(desk, ticket.id, own, by=desk.admin)
    theirs = await keep(desk, TAG, by=desk.stranger, everybody=True)
    with pytest.raises(NotFound):
        await apply(desk, ticket.id, theirs)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ({"type": "reply", "body": "{{ticket.colour}}"}, "actions[1].body"),
        ({"type": "move", "to": "nowhere"}, "actions[1].to"),
        ({"type": "assign", "team": "nobody"}, "actions[1].team"),
        ({"type": "assign", "assignee": "nobody@acme.example"}, "actions[1].assignee"),
        ({"type": "set", "values": {"queue": "nowhere"}}, "actions[1].values.queue"),
        ({"type": "set", "values": {"impact": "huge"}}, "actions[1].values.impact"),
        ({"type": "set", "fields": {"colour": "red"}}, "actions[1].fields.colour"),
    ],
)
async def test_what_cannot_be_done_is_refused_on_saving(
    desk: TicketsDesk, written: Mapping[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await keep(desk, TAG, written)
    assert [error.field for error in refused.value.errors] == [field]


async def test_a_macro_is_changed_and_removed_by_version(desk: TicketsDesk) -> None:
    macro = await keep(desk, TAG)
    change = rpc.UpdateMacroRequest(
        macro_id=macro.id,
        patch=macro_pb2.Macro(actions=actions(WAIT)),
        update_mask=FieldMask(paths=["actions"]),
        expected_version=macro.version,
    )
    changed = (await desk.call("UpdateMacro", change, rpc.UpdateMacroResponse)).macro
    assert ([action.type for action in changed.actions], changed.version) == (["move"], macro.version + 1)
    with pytest.raises(Stale):
        await desk.call("UpdateMacro", change, rpc.UpdateMacroResponse)
    remove = rpc.DeleteMacroRequest(macro_id=macro.id, expected_version=changed.version)
    await desk.call("DeleteMacro", remove, rpc.DeleteMacroResponse)
    with pytest.raises(NotFound):
        await desk.call("GetMacro", rpc.GetMacroRequest(macro_id=macro.id), rpc.GetMacroResponse)
    assert len(await desk.events(events.SettingChanged, macro.id)) == 3
