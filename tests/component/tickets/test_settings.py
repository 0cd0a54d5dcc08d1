"""Processes, queues, types and the priority matrix, as administrators change them."""

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from tickets_desk import TicketsDesk

from chassis.context import Caller, use_caller
from chassis.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, Stale, WrongState
from chassis.ids import new_id
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import configuration_service_pb2 as rpc
from deskmesh.tickets.v1 import events_pb2, ticket_pb2
from tickets.app.configuration import Configurations


async def make_process(desk: TicketsDesk, name: str, *, by: Person | None = None) -> ticket_pb2.Process:
    request = rpc.CreateProcessRequest(name=name)
    answer = await desk.call("CreateProcess", request, rpc.CreateProcessResponse, by=by or desk.admin)
    return answer.process


async def make_queue(desk: TicketsDesk, name: str, process: str = "it") -> ticket_pb2.Queue:
    request = rpc.CreateQueueRequest(name=name, process=process)
    return (await desk.call("CreateQueue", request, rpc.CreateQueueResponse, by=desk.admin)).queue


async def change_queue(
    desk: TicketsDesk, queue: str, *, version: int = 0, by: Person | None = None, **values: object
) -> ticket_pb2.Queue:
    request = rpc.UpdateQueueRequest(
        queue=queue,
        patch=rpc.QueuePatch(**values),  # type: ignore[arg-type]  # fields by name
        update_mask=FieldMask(paths=list(values)),
        expected_version=version,
    )
    return (await desk.call("UpdateQueue", request, rpc.UpdateQueueResponse, by=by or desk.admin)).queue


async def change_matrix(desk: TicketsDesk, *cells: tuple[str, str, str], version: int = 0) -> int:
    request = rpc.UpdatePriorityMatrixRequest(
        cells=[ticket_pb2.PriorityCell(impact=i, urgency=u, priority=p) for i, u, p in cells],
        expected_version=version,
    )
    answer = await desk.call("UpdatePriorityMatrix", request, rpc.UpdatePriorityMatrixResponse, by=desk.admin)
    return answer.version


async def test_a_new_process_works_as_soon_as_it_has_a_queue(desk: TicketsDesk) -> None:
    process = await make_process(desk, "Prawo i Łady")
    assert (process.slug, process.active, process.is_default) == ("prawo-i-lady", True, False)
    with pytest.raises(InvalidInput) as refused:
        await desk.create(process=process.slug)
    assert [(one.field, one.reason) for one in refused.value.errors] == [("process", "has no queue yet")]
    queue = await make_queue(desk, "Contracts", process.slug)
    assert queue.is_default
    ticket = await desk.create(process=process.slug, type="problem")
    assert (ticket.queue.key, ticket.process.key, ticket.state) == ("contracts", process.slug, "new")


async def test_a_new_type_counts_by_its_own_prefix_which_nobody_else_gets(desk: TicketsDesk) -> None:
    request = rpc.CreateTicketTypeRequest(name="Complaint", prefix="CMP")
    made = await desk.call("CreateTicketType", request, rpc.CreateTicketTypeResponse, by=desk.admin)
    ticket = await desk.create(type=made.ticket_type.slug)
    assert ticket.number.startswith("CMP-")
    again = rpc.CreateTicketTypeRequest(name="Compliment", prefix="CMP")
    with pytest.raises(AlreadyExists):
        await desk.call("CreateTicketType", again, rpc.CreateTicketTypeResponse, by=desk.admin)
    patch = rpc.UpdateTicketTypeRequest(
        ticket_type="complaint",
        patch=rpc.TicketTypePatch(active=False),
        update_mask=FieldMask(paths=["active"]),
    )
    with pytest.raises(WrongState):
        await desk.call("UpdateTicketType", patch, rpc.UpdateTicketTypeResponse, by=desk.admin)
    await desk.move(ticket.id, "cancelled")
    await desk.call("UpdateTicketType", patch, rpc.UpdateTicketTypeResponse, by=desk.admin)
    with pytest.raises(InvalidInput):
        await desk.create(type="complaint")
    assert (await desk.get(ticket.id)).type == "complaint"


async def test_another_queue_becomes_the_default_and_both_changes_are_told(desk: TicketsDesk) -> None:
    process = await make_process(desk, "Security")
    first, second = await make_queue(desk, "Gate", "security"), await make_queue(desk, "Badges", "security")
    changed = await change_queue(desk, second.id, is_default=True, team="service-desk")
    assert (changed.is_default, changed.team.key, changed.version) == (
        True,
        "service-desk",
        second.version + 1,
    )
    assert (await desk.create(process=process.id)).queue.key == "badges"
    for queue, told in (
        (first, [("is_default", False)]),
        (second, [("team", "service-desk"), ("is_default", True)]),
    ):
        last = (await desk.events(events_pb2.SettingChanged, queue.id))[-1]
        values = [(one.field, one.new_value.string_value or one.new_value.bool_value) for one in last.changes]
        assert (last.kind, last.actor.email, values) == ("queue", desk.admin.email, told)


async def test_a_queue_rests_only_when_it_is_empty_and_not_the_default(desk: TicketsDesk) -> None:
    queue = await make_queue(desk, "Old queue")
    ticket = await desk.create(queue=queue.slug)
    for refused in (queue.slug, "service-desk"):
        with pytest.raises(WrongState):
            await change_queue(desk, refused, active=False)
    await desk.move(ticket.id, "cancelled")
    assert not (await change_queue(desk, queue.slug, active=False)).active
    with pytest.raises(InvalidInput):
        await desk.create(queue=queue.slug)
    moved = await desk.create()
    with pytest.raises(InvalidInput):
        await desk.update(moved.id, ["queue"], queue=queue.slug)
    assert (await desk.get(ticket.id)).queue.key == queue.slug


async def test_a_transaction_that_reads_the_configuration_twice_keeps_the_newer(desk: TicketsDesk) -> None:
    queue = await make_queue(desk, "Read twice")
    configurations = Configurations(desk.service.process.runtime.databases)
    database = desk.service.process.runtime.databases.for_tenant(desk.acme)
    with use_caller(Caller.system(desk.acme, "tickets", "timer:test")):
        async with database.transaction(desk.acme) as tx:
            first = (await configurations.within(tx)).find_queue(queue.slug)
            assert first is not None
            assert first.active
            await change_queue(desk, queue.slug, active=False)
            await configurations.within(tx)
    kept = (await configurations.of(desk.acme)).find_queue(queue.slug)
    assert kept is not None
    assert not kept.active


async def test_the_matrix_sets_the_priority_of_new_tickets_and_changes_as_one(desk: TicketsDesk) -> None:
    version = await change_matrix(desk, ("low", "low", "medium"), ("low", "medium", "low"))
    assert (await desk.create(impact="low", urgency="low")).priority == "medium"
    with pytest.raises(Stale):
        await change_matrix(desk, ("low", "low", "low"), version=version - 1)
    assert await change_matrix(desk, ("low", "low", "low"), version=version) == version + 1
    assert (await desk.create(impact="low", urgency="low")).priority == "low"
    foreign = await desk.call(
        "GetPriorityMatrix", rpc.GetPriorityMatrixRequest(), rpc.GetPriorityMatrixResponse, by=desk.stranger
    )
    assert (foreign.version, len(foreign.cells)) == (1, 9)


@pytest.mark.parametrize(
    ("method", "request_", "answer", "fields"),
    [
        ("CreateProcess", rpc.CreateProcessRequest(slug="No!"), rpc.CreateProcessResponse, ["slug", "name"]),
        (
            "CreateQueue",
            rpc.CreateQueueRequest(name="x", process="none", team="none"),
            rpc.CreateQueueResponse,
            ["process", "team"],
        ),
        (
            "CreateTicketType",
            rpc.CreateTicketTypeRequest(slug="a-b", name="x", prefix="x"),
            rpc.CreateTicketTypeResponse,
            ["slug", "prefix"],
        ),
        (
            "UpdatePriorityMatrix",
            rpc.UpdatePriorityMatrixRequest(
                cells=[ticket_pb2.PriorityCell(impact="high", urgency="none", priority="urgent")]
            ),
            rpc.UpdatePriorityMatrixResponse,
            ["cells[0].urgency", "cells[0].priority"],
        ),
        (
            "UpdateQueue",
            rpc.UpdateQueueRequest(queue="network", update_mask=FieldMask(paths=["slug"])),
            rpc.UpdateQueueResponse,
            ["slug"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_is_refused_by_field(
    desk: TicketsDesk,
    method: str,
    request_: rpc.CreateProcessRequest,
    answer: type[rpc.CreateProcessResponse],
    fields: list[str],
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await desk.call(method, request_, answer, by=desk.admin)
    assert [one.field for one in refused.value.errors] == fields


async def test_settings_are_for_administrators_of_their_own_tenant(desk: TicketsDesk) -> None:
    with pytest.raises(Forbidden):
        await make_process(desk, "Mine", by=desk.agent)
    queue = await make_queue(desk, "Ours")
    for key in (queue.id, queue.slug, str(new_id())):
        with pytest.raises(NotFound):
            await change_queue(desk, key, by=desk.stranger, name="Theirs")
    with pytest.raises(Stale):
        await change_queue(desk, queue.id, version=queue.version + 1, name="Late")
