"""Tickets below a ticket: work orders, parts of a larger task."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from chassis.errors import FieldError, InvalidInput
from deskmesh.tickets.v1 import ticket_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import listing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.models import tickets as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.render import tickets as render
from gateway.http.routes.tickets import creation

door = Door("tickets")

WORK_ORDER = "task"


@door.route("GET", "/tickets/{ticket}/children", rpcs.LIST_TICKETS, gives=list_of(models.Ticket))
async def list_children(request: Request, ticket: str, query: Annotated[PageQuery, Query()]) -> Response:
    """List the tickets right below a ticket that you may read, the oldest first."""
    parent = (await ask(request, rpcs.GET_TICKET, pb.GetTicketRequest(ticket=ticket))).ticket
    question = pb.ListTicketsRequest(
        page_size=query.page_size,
        page_token=query.page_token,
        filter=f'parent_id = "{parent.id}"',
        order_by="created_at",
    )
    answer = await ask(request, rpcs.LIST_TICKETS, question)
    return listing([render.ticket(child) for child in answer.tickets], answer.next_page_token)


@door.route(
    "POST",
    "/tickets/{ticket}/children",
    rpcs.CREATE_TICKET,
    gives=models.Ticket,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_child(request: Request, ticket: str, body: models.NewTicket) -> Response:
    """Create a ticket below another one.

    A `task` in the queue of its parent, where the body names no type, and no queue or process.
    """
    if body.parent_id is not None:
        raise InvalidInput([FieldError("parent_id", "is the ticket in the path")])
    parent = (await ask(request, rpcs.GET_TICKET, pb.GetTicketRequest(ticket=ticket))).ticket
    question = creation(body)
    question.parent_id = parent.id
    question.type = question.type or WORK_ORDER
    if not question.queue and not question.process:
        question.queue = parent.queue.id
    child = (await ask(request, rpcs.CREATE_TICKET, question)).ticket
    return resource(render.ticket(child), child.version, HTTPStatus.CREATED, f"{API}/tickets/{child.id}")
