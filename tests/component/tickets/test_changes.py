"""Planning changes: risk, windows, freezes, collisions, standard changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from tickets_desk import TicketsDesk

from chassis.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.ids import new_id
from deskmesh.tickets.v1 import approval_service_pb2 as approvals
from deskmesh.tickets.v1 import change_pb2 as nouns
from deskmesh.tickets.v1 import change_service_pb2 as rpc
from deskmesh.tickets.v1 import ticket_pb2

NIGHT = datetime(2031, 3, 3, 22, tzinfo=UTC)


def at(hours: float) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(NIGHT + timedelta(hours=hours))
    return stamp


def window(start: float, end: float) -> dict[str, Any]:
    return {"planned_start": at(start), "planned_end": at(end)}


async def a_change(desk: TicketsDesk, **said: Any) -> ticket_pb2.Ticket:  # noqa: ANN401 - fields by name
    return await desk.create("New database cluster", type="change", by=desk.agent, **said)


async def plan(
    desk: TicketsDesk,
    ticket: ticket_pb2.Ticket,
    version: int = 0,
    **said: Any,  # noqa: ANN401 - fields by name
) -> nouns.Change:
    request = rpc.UpdateChangeRequest(ticket=ticket.id, change=nouns.Change(**said), expected_version=version)
    return (await desk.call("UpdateChange", request, rpc.UpdateChangeResponse)).change


async def freeze(desk: TicketsDesk, start: float, end: float, *services: str) -> nouns.ChangeFreeze:
    kept = nouns.ChangeFreeze(name="Closing", starts_at=at(start), ends_at=at(end), service_ids=services)
    request = rpc.CreateFreezeRequest(freeze=kept)
    return (await desk.call("CreateFreeze", request, rpc.CreateFreezeResponse, by=desk.admin)).freeze


async def planned(desk: TicketsDesk, **wanted: Any) -> list[nouns.Change]:  # noqa: ANN401 - fields by name
    request = rpc.ListChangesRequest(page_size=200, **wanted)
    return list((await desk.call("ListChanges", request, rpc.ListChangesResponse)).changes)


async def test_a_plan_is_kept_with_its_risk_and_its_history(desk: TicketsDesk) -> None:
    ticket = await a_change(desk)
    answers = {"critical_service": True, "hard_to_undo": True, "untested": False}
    change = await plan(
        desk, ticket, plan="Move.", backout_plan="Move back.", risk_answers=answers, **window(0, 2)
    )
    assert (change.risk, change.version, change.backout_plan) == ("high", 2, "Move back.")
    found = await desk.call("GetChange", rpc.GetChangeRequest(ticket=ticket.number), rpc.GetChangeResponse)
    assert found.change == change
    entries = [entry for entry in await desk.history(ticket.id) if entry.action == "planned"]
    assert {entry.change.field for entry in entries} >= {"risk", "planned_start"}
    with pytest.raises(Stale):
        await plan(desk, ticket, version=1)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"risk_answers": {"moon": True}}, "risk_answers.moon"),
        ({"planned_start": at(0)}, "planned_end"),
        (window(2, 2), "planned_end"),
    ],
)
async def test_a_plan_that_cannot_be_right_changes_nothing(
    desk: TicketsDesk, said: dict[str, Any], field: str
) -> None:
    ticket = await a_change(desk)
    with pytest.raises(InvalidInput) as caught:
        await plan(desk, ticket, **said)
    assert [error.field for error in caught.value.errors] == [field]
    assert (await desk.get(ticket.id)).version == ticket.version


async def test_only_changes_are_planned_by_those_who_may(desk: TicketsDesk) -> None:
    incident = await desk.create()
    with pytest.raises(WrongState):
        await plan(desk, incident)
    ticket = await a_change(desk)
    request = rpc.GetChangeRequest(ticket=ticket.id)
    with pytest.raises(NotFound):
        await desk.call("GetChange", request, rpc.GetChangeResponse, by=desk.stranger)
    with pytest.raises(Forbidden):
        await desk.call(
            "UpdateChange",
            rpc.UpdateChangeRequest(ticket=ticket.id),
            rpc.UpdateChangeResponse,
            by=desk.requester,
        )


async def test_a_freeze_keeps_changes_out_but_emergencies(desk: TicketsDesk) -> None:
    kept = await freeze(desk, 100, 110, "payments")
    other = await a_change(desk, service_id="shop")
    assert (await plan(desk, other, **window(101, 102))).warnings == []
    ticket = await a_change(desk, service_id="payments")
    with pytest.raises(WrongState) as caught:
        await plan(desk, ticket, **window(99, 101))
    assert caught.value.reason == "CHANGE_FREEZE"
    change = await plan(desk, ticket, emergency=True, **window(99, 101))
    assert [(one.kind, one.subject) for one in change.warnings] == [("freeze", "Closing")]
    await desk.call(
        "DeleteFreeze", rpc.DeleteFreezeRequest(freeze_id=kept.id), rpc.DeleteFreezeResponse, by=desk.admin
    )
    assert (await plan(desk, ticket, **window(99, 101))).warnings == []


async def test_changes_of_the_same_things_at_the_same_time_are_warned_of(desk: TicketsDesk) -> None:
    ci, service = str(new_id()), f"service-{new_id()}"
    first = await a_change(desk, ci_ids=[ci])
    second = await a_change(desk, ci_ids=[ci], service_id=service)
    third = await a_change(desk, service_id=service)
    await plan(desk, first, **window(200, 204))
    await plan(desk, third, **window(203, 205))
    change = await plan(desk, second, **window(202, 206))
    assert {(one.kind, one.subject, one.change.key) for one in change.warnings} == {
        ("ci", ci, first.number),
        ("service", service, third.number),
    }
    await desk.move(first.id, "cancelled")
    assert {one.kind for one in (await plan(desk, second, **window(202, 206))).warnings} == {"service"}
    assert (await plan(desk, second, **window(205, 206))).warnings == []


async def test_the_calendar_holds_what_is_planned_of_a_time_and_a_release(desk: TicketsDesk) -> None:
    tickets = [await a_change(desk) for _ in range(3)]
    for place, ticket in enumerate(tickets):
        release = "spring" if place else ""
        await plan(desk, ticket, release=release, **window(300 + 10 * place, 305 + 10 * place))
    within = await planned(desk, **{"from": at(305), "until": at(320)})
    assert [change.ticket.id for change in within] == [tickets[1].id]
    assert (within[0].state, within[0].state_category) == ("new", "new")
    together = await planned(desk, release="spring")
    assert [change.ticket.id for change in together] == [tickets[1].id, tickets[2].id]
    request = rpc.ListChangesRequest(page_size=200)
    foreign = await desk.call("ListChanges", request, rpc.ListChangesResponse, by=desk.stranger)
    assert not {change.ticket.id for change in foreign.changes} & {ticket.id for ticket in tickets}


async def test_a_standard_change_is_approved_before(desk: TicketsDesk) -> None:
    template = nouns.ChangeTemplate(slug="restart-web", name="Restart", plan="One by one.")
    request = rpc.CreateTemplateRequest(template=template)
    await desk.call("CreateTemplate", request, rpc.CreateTemplateResponse, by=desk.admin)
    with pytest.raises(AlreadyExists):
        await desk.call("CreateTemplate", request, rpc.CreateTemplateResponse, by=desk.admin)
    made = await desk.call(
        "CreateStandardChange",
        rpc.CreateStandardChangeRequest(template="restart-web", **window(400, 401)),
        rpc.CreateStandardChangeResponse,
    )
    assert (made.change.ticket.key[:4], made.change.standard, made.change.plan) == (
        "CHG-",
        True,
        "One by one.",
    )
    listed = await desk.call(
        "ListApprovals",
        approvals.ListApprovalsRequest(ticket=made.change.ticket.id),
        approvals.ListApprovalsResponse,
    )
    assert [approval.state for approval in listed.approvals] == ["approved"]
    gone = rpc.DeleteTemplateRequest(template="restart-web")
    await desk.call("DeleteTemplate", gone, rpc.DeleteTemplateResponse, by=desk.admin)
    with pytest.raises(NotFound):
        await desk.call("DeleteTemplate", gone, rpc.DeleteTemplateResponse, by=desk.admin)


async def test_a_freeze_is_moved_and_narrowed(desk: TicketsDesk) -> None:
    kept = await freeze(desk, 500, 510)

    async def change(version: int = 0, **said: Any) -> nouns.ChangeFreeze:  # noqa: ANN401 - fields by name
        request = rpc.UpdateFreezeRequest(
            freeze_id=kept.id,
            patch=nouns.ChangeFreeze(**said),
            update_mask=FieldMask(paths=list(said)),
            expected_version=version,
        )
        return (await desk.call("UpdateFreeze", request, rpc.UpdateFreezeResponse, by=desk.admin)).freeze

    moved = await change(1, ends_at=at(520), service_ids=["payments"])
    assert (moved.name, moved.ends_at, list(moved.service_ids), moved.version) == (
        "Closing",
        at(520),
        ["payments"],
        2,
    )
    with pytest.raises(Stale):
        await change(1, name="Too late")
    with pytest.raises(InvalidInput, match="ends_at"):
        await change(ends_at=at(490))
    assert (await change(name="Closing")).version == 2  # nothing has become different
    request = rpc.UpdateFreezeRequest(
        freeze_id=kept.id, patch=nouns.ChangeFreeze(name="Mine"), update_mask=FieldMask(paths=["name"])
    )
    with pytest.raises(NotFound):
        await desk.call("UpdateFreeze", request, rpc.UpdateFreezeResponse, by=desk.stranger)


async def test_a_template_is_changed_and_what_was_made_of_it_stays(desk: TicketsDesk) -> None:
    template = nouns.ChangeTemplate(slug="swap-disk", name="Swap a disk", plan="Swap it.")
    request = rpc.CreateTemplateRequest(template=template)
    await desk.call("CreateTemplate", request, rpc.CreateTemplateResponse, by=desk.admin)

    async def change(version: int = 0, **said: Any) -> nouns.ChangeTemplate:  # noqa: ANN401 - fields by name
        request = rpc.UpdateTemplateRequest(
            template="swap-disk",
            patch=nouns.ChangeTemplate(**said),
            update_mask=FieldMask(paths=list(said)),
            expected_version=version,
        )
        return (
            await desk.call("UpdateTemplate", request, rpc.UpdateTemplateResponse, by=desk.admin)
        ).template

    make = rpc.CreateStandardChangeRequest(template="swap-disk")
    before = (await desk.call("CreateStandardChange", make, rpc.CreateStandardChangeResponse)).change
    changed = await change(1, plan="Swap it by night.", queue="network")
    assert (changed.name, changed.plan, changed.version) == ("Swap a disk", "Swap it by night.", 2)
    assert changed.queue
    after = (await desk.call("CreateStandardChange", make, rpc.CreateStandardChangeResponse)).change
    assert (before.plan, after.plan) == ("Swap it.", "Swap it by night.")
    with pytest.raises(Stale):
        await change(1, name="Too late")
    with pytest.raises(InvalidInput, match="queue"):
        await change(queue="nowhere")
    with pytest.raises(InvalidInput, match="slug"):
        await change(slug="other")
    assert (await change(queue="")).queue == ""
