"""One ticket of several, and several of one."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import merge_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import merging as models
from gateway.http.models.tickets import Ticket
from gateway.http.render import tickets as render
from gateway.http.routes.tickets import creation

door = Door("tickets")


@door.route("POST", "/tickets/{ticket}/merge", rpcs.MERGE_TICKETS, gives=Ticket, versioned=True)
async def merge_tickets(request: Request, ticket: str, body: models.Merge) -> Response:
    """Merge tickets into this one, all of them or none.

    They end (`merged_into` says where), and their conversation, files and requesters are shown on this ticket; mail that
    answers them comes here. What is merged already, closed, or has tickets merged into it is refused.
    """
    question = pb.MergeTicketsRequest(
        ticket=ticket,
        merged=[one.word() for one in body.ticket_ids],
        expected_version=expected_version(request),
    )
    merged = (await ask(request, rpcs.MERGE_TICKETS, question)).ticket
    return resource(render.ticket(merged), merged.version)


@door.route(
    "DELETE",
    "/tickets/{ticket}/merge/{merged}",
    rpcs.UNMERGE_TICKET,
    status=HTTPStatus.NO_CONTENT,
)
async def unmerge_ticket(request: Request, ticket: str, merged: str) -> Response:
    """Undo a merge.

    The merged ticket has all that was its own, and the state that it had; what was said on this one meanwhile stays here.
    """
    await ask(request, rpcs.UNMERGE_TICKET, pb.UnmergeTicketRequest(ticket=ticket, merged=merged))
    return nothing()


@door.route(
    "POST",
    "/tickets/{ticket}/split",
    rpcs.SPLIT_TICKET,
    gives=Ticket,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def split_ticket(request: Request, ticket: str, body: models.Split) -> Response:
    """Make a new ticket of some comments of this one.

    They move with their files, answers to their mails go to the new ticket, and both tickets are linked.
    """
    question = pb.SplitTicketRequest(ticket=ticket, comment_ids=body.comment_ids, new=creation(body))
    new = (await ask(request, rpcs.SPLIT_TICKET, question)).ticket
    return resource(render.ticket(new), new.version, HTTPStatus.CREATED, f"{API}/tickets/{new.id}")
