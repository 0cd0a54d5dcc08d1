"""Who sees which ticket, and what of it."""

from dataclasses import replace

import pytest
from tickets_desk import AGENT, TicketsDesk

from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.testing.identity import Person
from deskmesh.tickets.v1 import configuration_service_pb2 as configuration_rpc
from deskmesh.tickets.v1 import ticket_service_pb2 as rpc


def scoped(desk: TicketsDesk, reach: str) -> Person:
    """An agent in one process or queue alone."""
    return replace(desk.agent, id=new_id(), scopes=frozenset(f"{one}:{reach}" for one in AGENT))


async def test_another_tenants_ticket_is_like_none(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    errors = []
    for reference in (ticket.id, str(new_id()), "INC-99999", "no reference at all", ""):
        with pytest.raises(NotFound) as caught:
            await desk.get(reference, by=desk.stranger)
        errors.append((caught.value.detail, caught.value.reason, caught.value.metadata))
    assert len({str(error) for error in errors}) == 1


async def test_a_requester_sees_own_tickets_alone(desk: TicketsDesk) -> None:
    ticket = await desk.create("Mine")
    assert (await desk.get(ticket.id, by=desk.requester)).title == "Mine"
    with pytest.raises(NotFound):
        await desk.get(ticket.id, by=desk.colleague)
    assert ticket.id not in {one.id for one in await desk.tickets(by=desk.colleague)}


async def test_a_role_in_one_process_ends_there(desk: TicketsDesk) -> None:
    agent = scoped(desk, "hr")
    leave, printer = await desk.create("Leave", process="hr"), await desk.create("Printer")
    assert (await desk.get(leave.id, by=agent)).id == leave.id
    with pytest.raises(NotFound):
        await desk.get(printer.id, by=agent)
    seen = {ticket.id for ticket in await desk.tickets(by=agent, page_size=200)}
    assert leave.id in seen
    assert printer.id not in seen


async def test_a_role_in_one_queue_ends_there(desk: TicketsDesk) -> None:
    agent = scoped(desk, "it/network")
    cable, printer = await desk.create("Cable", queue="network"), await desk.create("Printer")
    seen = {ticket.id for ticket in await desk.tickets(by=agent, page_size=200)}
    assert cable.id in seen
    assert printer.id not in seen
    with pytest.raises(NotFound):
        await desk.get(printer.id, by=agent)


async def test_a_confidential_queue_is_for_its_own_people(desk: TicketsDesk) -> None:
    await desk.rows(
        "UPDATE queues SET confidential = true WHERE tenant_id = $1 AND slug = 'hr-desk'", desk.acme
    )
    await desk.refresh_configuration()
    secret = await desk.create("A complaint about my manager", process="hr")
    with pytest.raises(NotFound):
        await desk.get(secret.id, by=desk.agent)
    assert secret.id not in {ticket.id for ticket in await desk.tickets(page_size=200)}
    assert (await desk.get(secret.id, by=scoped(desk, "hr"))).id == secret.id
    assert (await desk.get(secret.id, by=desk.requester)).id == secret.id


async def test_requesters_do_not_see_what_is_internal(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    await desk.comment(ticket.id, "He does this every week.", visibility="internal")
    await desk.comment(ticket.id, "We have a look.")
    assert [one.body for one in await desk.comments(ticket.id, by=desk.requester)] == ["We have a look."]
    assert len(await desk.comments(ticket.id)) == 2
    seen = await desk.history(ticket.id, by=desk.requester)
    assert [entry.action for entry in seen].count("commented") == 1
    assert [entry.action for entry in await desk.history(ticket.id)].count("commented") == 2


async def test_queues_processes_and_types_are_listed(desk: TicketsDesk) -> None:
    queues = await desk.call(
        "ListQueues",
        configuration_rpc.ListQueuesRequest(),
        configuration_rpc.ListQueuesResponse,
        by=desk.requester,
    )
    assert [queue.slug for queue in queues.queues] == [
        "service-desk",
        "network",
        "applications",
        "hr-desk",
        "facilities-desk",
    ]
    assert [queue.team.key for queue in queues.queues][:3] == ["service-desk", "network", ""]
    processes = await desk.call(
        "ListProcesses", configuration_rpc.ListProcessesRequest(), configuration_rpc.ListProcessesResponse
    )
    assert [process.slug for process in processes.processes] == ["it", "hr", "facilities"]
    types = await desk.call(
        "ListTicketTypes",
        configuration_rpc.ListTicketTypesRequest(),
        configuration_rpc.ListTicketTypesResponse,
    )
    assert [(kind.slug, kind.prefix) for kind in types.ticket_types] == [
        ("incident", "INC"),
        ("service_request", "REQ"),
        ("problem", "PRB"),
        ("change", "CHG"),
        ("question", "QST"),
        ("task", "TSK"),
    ]


async def test_a_queue_is_found_by_id_and_slug(desk: TicketsDesk) -> None:
    async def get(queue: str) -> str:
        answer = await desk.call(
            "GetQueue", configuration_rpc.GetQueueRequest(queue=queue), configuration_rpc.GetQueueResponse
        )
        return answer.queue.id

    assert await get(await get("network")) == await get("network")
    with pytest.raises(NotFound):
        await get("nowhere")


async def test_the_history_comes_in_pages(desk: TicketsDesk) -> None:
    ticket = await desk.create()
    for number in range(5):
        await desk.comment(ticket.id, f"Step {number}", visibility="internal")
    seen, token = [], ""
    while True:
        page = await desk.call(
            "ListHistory",
            rpc.ListHistoryRequest(ticket=ticket.id, page_size=2, page_token=token),
            rpc.ListHistoryResponse,
        )
        seen += [entry.id for entry in page.entries]
        token = page.next_page_token
        if not token:
            break
    assert seen == [entry.id for entry in await desk.history(ticket.id)]
    assert len(seen) == 6
