"""What tickets are worked by; read here."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import configuration_service_pb2 as pb
from gateway import clients
from gateway.http.answers import listing, resource
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.models import configuration as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.render import tickets as render

door = Door("configuration")


@door.route("GET", "/processes", clients.LIST_PROCESSES, gives=list_of(models.Process))
async def list_processes(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the business processes."""
    question = pb.ListProcessesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, clients.LIST_PROCESSES, question)
    return listing([render.process(item) for item in answer.processes], answer.next_page_token)


@door.route("GET", "/queues", clients.LIST_QUEUES, gives=list_of(models.Queue))
async def list_queues(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the queues."""
    question = pb.ListQueuesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, clients.LIST_QUEUES, question)
    return listing([render.queue(item) for item in answer.queues], answer.next_page_token)


@door.route("GET", "/queues/{queue}", clients.GET_QUEUE, gives=models.Queue, versioned=True)
async def get_queue(request: Request, queue: str) -> Response:
    """Read a queue, by id or slug."""
    found = (await ask(request, clients.GET_QUEUE, pb.GetQueueRequest(queue=queue))).queue
    return resource(render.queue(found), found.version)


@door.route("GET", "/ticket-types", clients.LIST_TICKET_TYPES, gives=list_of(models.TicketType))
async def list_ticket_types(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the ticket types."""
    question = pb.ListTicketTypesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, clients.LIST_TICKET_TYPES, question)
    return listing([render.ticket_type(item) for item in answer.ticket_types], answer.next_page_token)
