"""Tickets: create, list, read, change, move, assign."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import ticket_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import listing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import conversation
from gateway.http.models import tickets as models
from gateway.http.models.common import PageQuery, list_of, word
from gateway.http.render import tickets as render
from gateway.http.values import struct, timestamp

door = Door("tickets")


@door.route(
    "POST",
    "/tickets",
    rpcs.CREATE_TICKET,
    gives=models.Ticket,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_ticket(request: Request, body: models.NewTicket) -> Response:
    """Create a ticket.

    Only the title is required. Whoever may create tickets for others names the requester; an unknown e-mail address
    becomes a new requester. The number is never reused.
    """
    ticket = (await ask(request, rpcs.CREATE_TICKET, creation(body))).ticket
    return resource(render.ticket(ticket), ticket.version, HTTPStatus.CREATED, f"{API}/tickets/{ticket.id}")


def creation(body: models.NewTicket) -> pb.CreateTicketRequest:
    """Read what a new ticket says."""
    return pb.CreateTicketRequest(
        type=body.type or "",
        title=body.title,
        description=body.description,
        description_format=body.description_format or "",
        requester=word(body.requester),
        organization=word(body.organization),
        impact=body.impact or "",
        urgency=body.urgency or "",
        priority=body.priority or "",
        process=word(body.process),
        queue=word(body.queue),
        category=body.category or "",
        tags=body.tags,
        fields=struct(body.fields) if body.fields else None,
        channel=body.channel or "",
        ci_ids=body.ci_ids,
        service_id=body.service_id or "",
        parent_id=body.parent_id or "",
        language=body.language or "",
        occurred_at=timestamp(body.occurred_at),
    )


@door.route("GET", "/tickets", rpcs.LIST_TICKETS, gives=list_of(models.Ticket))
async def list_tickets(request: Request, query: Annotated[models.TicketQuery, Query()]) -> Response:
    """List tickets.

    Those that you may read: all of your queues for agents, for requesters their own and, with
    `tickets.read_organization`, those of their organisations. `q` searches the words of number, title, description,
    own fields and conversation; `filter` is AIP-160, for example `state = "open" AND priority = "high"`.
    """
    answer = await ask(
        request,
        rpcs.LIST_TICKETS,
        pb.ListTicketsRequest(
            page_size=query.page_size,
            page_token=query.page_token,
            filter=query.filter,
            order_by=query.order_by,
            query=query.q,
        ),
    )
    return listing([render.ticket(ticket) for ticket in answer.tickets], answer.next_page_token)


@door.route("GET", "/tickets/counts", rpcs.COUNT_TICKETS, gives=list_of(models.TicketCount))
async def count_tickets(request: Request, query: Annotated[models.CountQuery, Query()]) -> Response:
    """Count tickets under several filters at once.

    Those that you may read, in the order of the filters, each up to `up_to`.
    """
    question = pb.CountTicketsRequest(filters=query.filter, up_to=query.up_to)
    answer = await ask(request, rpcs.COUNT_TICKETS, question)
    return listing([render.count(one) for one in answer.counts])


@door.route("GET", "/tickets/{ticket}", rpcs.GET_TICKET, gives=models.Ticket, versioned=True)
async def get_ticket(request: Request, ticket: str) -> Response:
    """Read a ticket, by its id or its number."""
    found = (await ask(request, rpcs.GET_TICKET, pb.GetTicketRequest(ticket=ticket))).ticket
    return resource(render.ticket(found), found.version)


@door.route("PATCH", "/tickets/{ticket}", rpcs.UPDATE_TICKET, gives=models.Ticket, versioned=True)
async def update_ticket(request: Request, ticket: str, body: models.TicketPatch) -> Response:
    """Change fields of a ticket.

    Fields that are left out stay, null empties one. The state is changed by a transition, team and assignee by an
    assignment.
    """
    question = edit(body)
    question.ticket, question.expected_version = ticket, expected_version(request)
    changed = (await ask(request, rpcs.UPDATE_TICKET, question)).ticket
    return resource(render.ticket(changed), changed.version)


def edit(body: models.TicketPatch) -> pb.UpdateTicketRequest:
    """Read what is to be changed."""
    return pb.UpdateTicketRequest(
        patch=pb.TicketPatch(
            title=body.title or "",
            description=body.description or "",
            description_format=body.description_format or "",
            type=body.type or "",
            impact=body.impact or "",
            urgency=body.urgency or "",
            priority=body.priority or "",
            queue=word(body.queue),
            category=body.category or "",
            tags=body.tags,
            fields=struct(body.fields) if body.fields else None,
            requester=word(body.requester),
            organization=word(body.organization),
            ci_ids=body.ci_ids,
            service_id=body.service_id or "",
            parent_id=body.parent_id or "",
            remind_at=timestamp(body.remind_at),
        ),
        update_mask=FieldMask(paths=body.named(besides={"occurred_at"})),
        occurred_at=timestamp(body.occurred_at),
    )


@door.route("PUT", "/tickets/{ticket}/assignment", rpcs.ASSIGN_TICKET, gives=models.Ticket, versioned=True)
async def assign_ticket(request: Request, ticket: str, body: models.Assignment) -> Response:
    """Assign a ticket to a team, a person, or both.

    What is left out stays, null takes it off.
    """
    question = assignment(body)
    question.ticket, question.expected_version = ticket, expected_version(request)
    changed = (await ask(request, rpcs.ASSIGN_TICKET, question)).ticket
    return resource(render.ticket(changed), changed.version)


def assignment(body: models.Assignment) -> pb.AssignTicketRequest:
    """Read who is to work a ticket."""
    return pb.AssignTicketRequest(
        team=word(body.team),
        assignee=word(body.assignee),
        occurred_at=timestamp(body.occurred_at),
        update_mask=FieldMask(paths=body.named(besides={"occurred_at"})),
    )


@door.route("GET", "/tickets/{ticket}/transitions", rpcs.LIST_TRANSITIONS, gives=list_of(models.Transition))
async def list_transitions(request: Request, ticket: str) -> Response:
    """List the legal moves of a ticket, for you."""
    answer = await ask(request, rpcs.LIST_TRANSITIONS, pb.ListTransitionsRequest(ticket=ticket))
    return listing([render.transition(item) for item in answer.transitions])


@door.route(
    "POST", "/tickets/{ticket}/transitions", rpcs.TRANSITION_TICKET, gives=models.Ticket, versioned=True
)
async def transition_ticket(request: Request, ticket: str, body: models.Move) -> Response:
    """Move a ticket to another state.

    An illegal move is refused with 409; `allowed` has the legal ones. A ticket with open children is neither resolved
    nor closed, unless they go along (`cascade`).
    """
    question = move(body)
    question.ticket, question.expected_version = ticket, expected_version(request)
    moved = (await ask(request, rpcs.TRANSITION_TICKET, question)).ticket
    return resource(render.ticket(moved), moved.version)


def move(body: models.Move) -> pb.TransitionTicketRequest:
    """Read where a ticket is to go."""
    return pb.TransitionTicketRequest(
        to=body.to,
        comment=body.comment or "",
        fields=struct(body.fields) if body.fields else None,
        cascade=body.cascade,
        occurred_at=timestamp(body.occurred_at),
    )


@door.route("GET", "/tickets/{ticket}/history", rpcs.LIST_HISTORY, gives=list_of(conversation.HistoryEntry))
async def list_history(request: Request, ticket: str, query: Annotated[PageQuery, Query()]) -> Response:
    """List the changes of a ticket: who, when, what, from, to, why."""
    answer = await ask(
        request,
        rpcs.LIST_HISTORY,
        pb.ListHistoryRequest(ticket=ticket, page_size=query.page_size, page_token=query.page_token),
    )
    return listing([render.history_entry(item) for item in answer.entries], answer.next_page_token)
