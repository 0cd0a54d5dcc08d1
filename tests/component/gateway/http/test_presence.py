"""Who is at a ticket, told between two gateways and to who listens."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import grpc
import pytest
from gateway_doors import Doors, running_doors, signing_key
from live_ear import listening

from chassis.testing.databases import ServiceDatabase
from chassis.testing.servers import Nats
from chassis.testing.waiting import eventually
from deskmesh.common.v1.types_pb2 import Ref
from deskmesh.tickets.v1 import configuration_service_pb2 as configuration
from deskmesh.tickets.v1 import ticket_service_pb2 as rpc
from deskmesh.tickets.v1.ticket_pb2 import Ticket

TICKET = Ticket(
    id="0193a5c2-7b1e-7c3a-9f42-5d8e6b1a2c30", process=Ref(key="it"), queue=Ref(id="q", key="network")
)
PATH = "/api/v1/tickets/INC-1/presence"
OF_TICKET = f"/api/v1/tickets/{TICKET.id}/presence"


@pytest.fixture
async def tickets(tmp_path: Path) -> AsyncIterator[str]:
    """A service that knows one ticket, which everybody may read."""

    async def get_ticket(_: bytes, __: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return rpc.GetTicketResponse(ticket=TICKET).SerializeToString()

    async def list_queues(_: bytes, __: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return configuration.ListQueuesResponse().SerializeToString()

    server = grpc.aio.server()
    for service, name, answer in (
        (rpc.DESCRIPTOR.services_by_name["TicketService"], "GetTicket", get_ticket),
        (configuration.DESCRIPTOR.services_by_name["ConfigurationService"], "ListQueues", list_queues),
    ):
        handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            name: grpc.unary_unary_rpc_method_handler(answer)
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, handlers),))
    target = f"unix:{tmp_path}/t.sock"
    server.add_insecure_port(target)
    await server.start()
    yield target
    await server.stop(None)


async def people(doors: Doors, who: str) -> list[tuple[str, str]]:
    answer = await doors.http.get(PATH, headers=await doors.as_(who))
    assert answer.status_code == 200, answer.text
    return [(one["person"]["email"], one["state"]) for one in answer.json()["items"]]


async def test_who_is_at_a_ticket_is_known_to_all_gateways_and_told_to_agents_of_the_tenant(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, tickets: str
) -> None:
    database, settings = service_database("gateway"), {"GATEWAY_SIGNING_KEY": signing_key()}
    targets = {"tickets": tickets}
    async with (
        running_doors(database, nats, targets, **settings) as here,
        running_doors(database, nats, targets, tenants=(), **settings) as there,
    ):
        await here.person("agent@acme.example", "agent")
        await here.person("requester@acme.example", "requester")
        agent = await here.as_("agent@acme.example")
        async with listening(there, await here.as_("admin@acme.example")) as ear:
            # A gateway begins to listen within a quarter of a second of its connection.
            await asyncio.sleep(0.5)
            said = await here.http.post(PATH, json={"state": "typing"}, headers=agent)
            assert [one["state"] for one in said.json()["items"]] == ["typing"]
            heard = await ear.until(OF_TICKET)
            assert (heard.name, heard.id) == ("TicketPresence", "")
        assert await people(there, "admin@acme.example") == [("agent@acme.example", "typing")]
        assert await people(there, "admin@globex.example") == []
        requester = await here.as_("requester@acme.example")
        assert (await here.http.get(PATH, headers=requester)).status_code == 403
        wrong = await here.http.post(PATH, json={"state": "asleep"}, headers=agent)
        assert wrong.status_code == 422
        await here.http.post(PATH, json={"state": "left"}, headers=agent)

        async def gone() -> bool:
            return await people(there, "admin@acme.example") == []

        await eventually(gone)
