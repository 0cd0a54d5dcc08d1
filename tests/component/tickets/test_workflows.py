"""Workflows as administrators save them, and tickets that live by them."""

import json
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from tickets_desk import TicketsDesk
from tickets_upgrade import upgrade

from chassis.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.testing.identity import Person
from chassis.testing.waiting import eventually
from deskmesh.tickets.v1 import approval_service_pb2 as approvals
from deskmesh.tickets.v1 import events_pb2, workflow_pb2
from deskmesh.tickets.v1 import workflow_service_pb2 as rpc
from tickets.domain.shipped_workflows import is_earlier, workflow_definition
from tickets.domain.workflow import REMINDED

Document = dict[str, Any]


async def find_workflow(desk: TicketsDesk, kind: str, process: str = "it") -> workflow_pb2.Workflow:
    request = rpc.ListWorkflowsRequest(process=process, type=kind)
    answer = await desk.call("ListWorkflows", request, rpc.ListWorkflowsResponse, by=desk.admin)
    assert len(answer.workflows) == 1
    return answer.workflows[0]


async def save(
    desk: TicketsDesk,
    workflow: workflow_pb2.Workflow,
    definition: Document,
    *,
    by: Person | None = None,
    version: int = 0,
    **running: object,
) -> workflow_pb2.Workflow:
    request = rpc.UpdateWorkflowRequest(
        workflow_id=workflow.id,
        patch=rpc.WorkflowPatch(definition=_struct(definition)),
        update_mask=FieldMask(paths=["definition"]),
        running=rpc.RunningTickets(**running),  # type: ignore[arg-type]  # fields by name
        expected_version=version,
    )
    return (
        await desk.call("UpdateWorkflow", request, rpc.UpdateWorkflowResponse, by=by or desk.admin)
    ).workflow


async def running(desk: TicketsDesk, workflow: workflow_pb2.Workflow) -> dict[int, int]:
    request = rpc.ListWorkflowVersionsRequest(workflow_id=workflow.id)
    answer = await desk.call("ListWorkflowVersions", request, rpc.ListWorkflowVersionsResponse, by=desk.admin)
    return {version.revision: version.running_tickets for version in answer.versions}


def _struct(document: Document) -> Struct:
    struct = Struct()
    struct.update(document)
    return struct


def definition_of(workflow: workflow_pb2.Workflow) -> Document:
    document: Document = MessageToDict(workflow.definition)
    return document


def with_testing(document: Document, **demands: object) -> Document:
    """The shared life cycle with a state between work and resolution."""
    move = {"name": "Test", "permission": "tickets.transition"}
    return {
        **document,
        "states": [*document["states"], {"slug": "testing", "name": "Testing", "category": "active"}],
        "moves": [
            *(one for one in document["moves"] if (one["from"], one["to"]) != ("open", "resolved")),
            {**move, "from": "open", "to": "testing", **demands},
            {**move, "from": "testing", "to": "resolved"},
        ],
    }


async def test_new_tickets_live_by_a_saved_version_and_running_ones_keep_theirs(desk: TicketsDesk) -> None:
    workflow = await find_workflow(desk, "question")
    old = await desk.create(type="question")
    saved = await save(desk, workflow, with_testing(definition_of(workflow)))
    assert (saved.revision, saved.version) == (2, workflow.version + 1)
    new = await desk.create(type="question")
    for ticket, allowed in ((old, "resolved"), (new, "testing")):
        await desk.move(ticket.id, "open")
        assert (await desk.move(ticket.id, allowed)).state == allowed
    assert await running(desk, workflow) == {2: 1, 1: 1}
    again = await save(desk, saved, definition_of(saved))
    assert (again.revision, again.version) == (saved.revision, saved.version)
    [told] = await desk.events(events_pb2.SettingChanged, workflow.id)
    assert (told.kind, [change.field for change in told.changes]) == ("workflow", ["definition"])
    with pytest.raises(Stale):
        await save(desk, saved, definition_of(workflow), version=workflow.version)


async def test_running_tickets_are_moved_where_the_rule_says_so_with_history(desk: TicketsDesk) -> None:
    workflow = await find_workflow(desk, "task")
    waiting, open_one = await desk.create(type="task"), await desk.create(type="task")
    await desk.move(waiting.id, "pending_supplier")
    await desk.move(open_one.id, "open")
    document = definition_of(workflow)
    document["states"] = [one for one in document["states"] if one["slug"] != "pending_supplier"]
    document["moves"] = [
        one for one in document["moves"] if "pending_supplier" not in (one["from"], one["to"])
    ]
    for automatic in document["automatic"]:
        automatic["from"] = [source for source in automatic["from"] if source != "pending_supplier"]
    with pytest.raises(InvalidInput) as refused:
        await save(desk, workflow, document, rule="move")
    assert [one.field for one in refused.value.errors] == ["running.state_map.pending_supplier"]
    assert (await find_workflow(desk, "task")).revision == 1
    await save(desk, workflow, document, rule="move", state_map={"pending_supplier": "open"})

    async def all_moved() -> bool:
        return await running(desk, workflow) == {2: 2, 1: 0}

    await eventually(all_moved)
    for ticket, fields in ((waiting, ["state", "workflow_revision"]), (open_one, ["workflow_revision"])):
        entries = [one for one in await desk.history(ticket.id) if one.rule == "workflow:moved"]
        assert [one.change.field for one in entries] == fields
        assert (await desk.get(ticket.id)).state == "open"
    event = (await desk.events(events_pb2.TicketStateChanged, waiting.id))[-1]
    assert (event.old_state, event.new_state) == ("pending_supplier", "open")


async def test_a_guard_says_what_holds_a_move_back(desk: TicketsDesk) -> None:
    workflow = await find_workflow(desk, "service_request")
    guards = [
        {"kind": "no_open_children"},
        {"kind": "condition", "filter": "fields.location != null", "message": "the location is not known"},
    ]
    await save(desk, workflow, with_testing(definition_of(workflow), guards=guards))
    ticket = await desk.create(type="service_request")
    child = await desk.create(type="question", parent_id=ticket.id)
    await desk.move(ticket.id, "open")
    with pytest.raises(WrongState) as refused:
        await desk.move(ticket.id, "testing")
    assert (refused.value.reason, refused.value.detail) == (
        "MOVE_HELD_BACK",
        "The ticket cannot go to testing: a child is open; the location is not known.",
    )
    assert "testing" not in refused.value.allowed
    moves = await desk.moves(ticket.id)
    assert {one.to: list(one.held_back) for one in moves if one.held_back} == {
        "testing": ["a child is open", "the location is not known"]
    }
    await desk.move(child.id, "cancelled")
    moved = await desk.move(ticket.id, "testing", fields=_struct({"location": "Hall 3"}))
    assert (moved.state, moved.fields["location"]) == ("testing", "Hall 3")


async def test_a_change_is_scheduled_once_it_is_approved(desk: TicketsDesk) -> None:
    change = await desk.create(type="change")
    for state in ("assessment", "approval"):
        await desk.move(change.id, state)
    with pytest.raises(WrongState, match="cannot go to scheduled: nobody was asked to approve it"):
        await desk.move(change.id, "scheduled")
    step = approvals.NewApprovalStep(approvers=[approvals.Approver(person=desk.admin.email)])
    ask = approvals.CreateApprovalRequest(ticket=change.id, steps=[step])
    approval = (await desk.call("CreateApproval", ask, approvals.CreateApprovalResponse)).approval
    with pytest.raises(WrongState, match="cannot go to scheduled: its approval is pending"):
        await desk.move(change.id, "scheduled")
    decide = approvals.DecideApprovalRequest(ticket=change.id, approval_id=approval.id, decision="approve")
    await desk.call("DecideApproval", decide, approvals.DecideApprovalResponse, by=desk.admin)
    entry = next(one for one in await desk.history(change.id) if one.rule == "workflow:approved")
    assert ((await desk.get(change.id)).state, entry.actor.email) == ("scheduled", desk.admin.email)


async def test_a_change_that_is_turned_down_is_assessed_again(desk: TicketsDesk) -> None:
    change = await desk.create(type="change")
    for state in ("assessment", "approval"):
        await desk.move(change.id, state)
    step = approvals.NewApprovalStep(approvers=[approvals.Approver(person=desk.admin.email)])
    asked = [
        (await desk.call("CreateApproval", request, approvals.CreateApprovalResponse)).approval
        for request in [approvals.CreateApprovalRequest(ticket=change.id, steps=[step])] * 2
    ]
    states = []
    for approval, decision in zip(asked, ("approve", "reject"), strict=True):
        decide = approvals.DecideApprovalRequest(ticket=change.id, approval_id=approval.id, decision=decision)
        await desk.call("DecideApproval", decide, approvals.DecideApprovalResponse, by=desk.admin)
        states.append((await desk.get(change.id)).state)
    assert states == ["approval", "assessment"]


async def test_a_move_may_be_left_to_the_assignee(desk: TicketsDesk) -> None:
    workflow = await find_workflow(desk, "incident", "hr")
    await save(
        desk, workflow, with_testing(definition_of(workflow), only=["assignee"], comment_required=True)
    )
    ticket = await desk.create(process="hr")
    await desk.move(ticket.id, "open")
    with pytest.raises(Forbidden):
        await desk.move(ticket.id, "testing", comment="Tested.")
    await desk.assign(ticket.id, assignee=desk.agent.email)
    with pytest.raises(InvalidInput):
        await desk.move(ticket.id, "testing")
    assert (await desk.move(ticket.id, "testing", comment="Tested.")).state == "testing"


async def test_time_moves_a_ticket_out_of_any_state_that_says_so(desk: TicketsDesk) -> None:
    workflow = await find_workflow(desk, "incident", "facilities")
    document = definition_of(workflow)
    document["automatic"].append({"after": "PT1S", "from": ["pending_requester"], "to": "cancelled"})
    await save(desk, workflow, document)
    ticket = await desk.create(process="facilities")
    await desk.move(ticket.id, "pending_requester")
    assert await desk.rows("SELECT 1 FROM timers WHERE kind = 'auto_close' AND key = $1", ticket.id)
    await desk.move(ticket.id, "open")
    assert not await desk.rows("SELECT 1 FROM timers WHERE kind = 'auto_close' AND key = $1", ticket.id)


async def test_what_is_wrong_is_told_by_place_before_and_on_saving(desk: TicketsDesk) -> None:
    workflow = await find_workflow(desk, "incident")
    document = with_testing(
        definition_of(workflow),
        required_fields=["colour"],
        guards=[{"kind": "condition", "filter": "priority = urgent"}],
    )
    places = {
        f"definition.moves[{len(document['moves']) - 2}].{one}"
        for one in ("required_fields[0]", "guards[0].filter")
    }
    answer = await desk.call(
        "ValidateWorkflow",
        rpc.ValidateWorkflowRequest(definition=_struct(document)),
        rpc.ValidateWorkflowResponse,
        by=desk.admin,
    )
    assert {fault.place for fault in answer.faults} == places
    with pytest.raises(InvalidInput) as refused:
        await save(desk, workflow, document)
    assert {one.field for one in refused.value.errors} == places
    assert (await find_workflow(desk, "incident")).version == workflow.version


async def test_a_removed_workflow_leaves_its_type_to_the_default_ones(desk: TicketsDesk) -> None:
    workflow = await find_workflow(desk, "change", "hr")
    delete = rpc.DeleteWorkflowRequest(workflow_id=workflow.id)
    ticket = await desk.create(process="hr", type="change")
    with pytest.raises(WrongState):
        await desk.call("DeleteWorkflow", delete, rpc.DeleteWorkflowResponse, by=desk.admin)
    await desk.move(ticket.id, "cancelled")
    await desk.call("DeleteWorkflow", delete, rpc.DeleteWorkflowResponse, by=desk.admin)
    assert (await desk.get(ticket.id)).state == "cancelled"
    assert (await desk.create(process="hr", type="change")).state == "new"
    create = rpc.CreateWorkflowRequest(
        process="hr", type="change", name="Change in HR", definition=workflow.definition
    )
    made = await desk.call("CreateWorkflow", create, rpc.CreateWorkflowResponse, by=desk.admin)
    assert (made.workflow.revision, made.workflow.type) == (1, "change")
    with pytest.raises(AlreadyExists):
        await desk.call("CreateWorkflow", create, rpc.CreateWorkflowResponse, by=desk.admin)
    first = await find_workflow(desk, "incident")
    with pytest.raises(WrongState):
        await desk.call(
            "DeleteWorkflow",
            rpc.DeleteWorkflowRequest(workflow_id=first.id),
            rpc.DeleteWorkflowResponse,
            by=desk.admin,
        )


async def test_a_changed_type_brings_its_workflow_and_its_times(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.move(ticket.id, "resolved")
    moved = await desk.update(ticket.id, ["type"], type="problem")
    assert (moved.state, moved.state_category) == ("resolved", "resolved")
    await desk.move(ticket.id, "investigating")
    with pytest.raises(WrongState):
        await desk.update(ticket.id, ["type"], type="incident")


async def test_workflows_are_for_administrators_of_their_own_tenant(desk: TicketsDesk) -> None:
    workflow = await find_workflow(desk, "problem")
    with pytest.raises(Forbidden):
        await save(desk, workflow, definition_of(workflow), by=desk.agent)
    with pytest.raises(NotFound):
        await save(desk, workflow, definition_of(workflow), by=desk.stranger)


async def test_workflows_as_an_earlier_release_shipped_them_get_what_this_one_ships(
    desk: TicketsDesk,
) -> None:
    workflow = await find_workflow(desk, "task", "hr")
    shipped = definition_of(workflow)
    other = await find_workflow(desk, "task")
    before: Document = workflow_definition("hr", "task")
    before["automatic"] = [one for one in before["automatic"] if one.get("on") != REMINDED]
    assert is_earlier(before)
    # What somebody has changed since is no earlier one any more.
    for row, stored in ((workflow, before), (other, {**before, "moves": before["moves"][1:]})):
        await desk.rows(
            "UPDATE workflow_versions SET definition = $2 WHERE workflow_id = $1", row.id, json.dumps(stored)
        )
    old = await desk.create(type="task", process="hr")
    await upgrade(desk)
    upgraded = await find_workflow(desk, "task", "hr")
    assert (upgraded.revision, definition_of(upgraded)) == (2, shipped)
    assert await running(desk, upgraded) == {2: 0, 1: 1}
    assert (await desk.get(old.id)).version == 1
    (told,) = await desk.events(events_pb2.SettingChanged, workflow.id)
    assert (told.actor.kind, [change.field for change in told.changes]) == ("system", ["definition"])
    await upgrade(desk)
    assert (await find_workflow(desk, "task", "hr")).version == upgraded.version
    untouched = await find_workflow(desk, "task")
    assert (untouched.revision, untouched.version) == (other.revision, other.version)
