"""The reply and the note that agents write together on a ticket, before either is sent."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import draft_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.headers import expected_version
from gateway.http.models import drafts as models
from gateway.http.models.common import list_of
from gateway.http.models.conversation import Comment
from gateway.http.render.tickets import comment
from gateway.http.values import JsonObject, actor, moment

door = Door("tickets")


@door.route("GET", "/tickets/{ticket}/drafts", rpcs.LIST_DRAFTS, gives=list_of(models.Draft))
async def list_drafts(request: Request, ticket: str) -> Response:
    """List what is being written on a ticket: one reply and one note at most."""
    answer = await ask(request, rpcs.LIST_DRAFTS, pb.ListDraftsRequest(ticket=ticket))
    return listing([_draft(one) for one in answer.drafts], "")


@door.route(
    "GET", "/tickets/{ticket}/drafts/{visibility}", rpcs.GET_DRAFT, gives=models.Draft, versioned=True
)
async def get_draft(request: Request, ticket: str, visibility: str) -> Response:
    """Read the draft: `public` is the reply, `internal` the note."""
    question = pb.GetDraftRequest(ticket=ticket, visibility=visibility)
    found = (await ask(request, rpcs.GET_DRAFT, question)).draft
    return resource(_draft(found), found.version)


@door.route(
    "PUT", "/tickets/{ticket}/drafts/{visibility}", rpcs.SAVE_DRAFT, gives=models.Draft, versioned=True
)
async def save_draft(request: Request, ticket: str, visibility: str, body: models.DraftInput) -> Response:
    """Write the draft, whoever began it.

    With `If-Match` what somebody else has written meanwhile is not lost: 412. Once it is sent there is none to match.
    """
    question = pb.SaveDraftRequest(
        ticket=ticket,
        visibility=visibility,
        body=body.body,
        format=body.format or "",
        expected_version=expected_version(request),
    )
    saved = (await ask(request, rpcs.SAVE_DRAFT, question)).draft
    return resource(_draft(saved), saved.version)


@door.route(
    "DELETE",
    "/tickets/{ticket}/drafts/{visibility}",
    rpcs.DELETE_DRAFT,
    status=HTTPStatus.NO_CONTENT,
    versioned=True,
)
async def delete_draft(request: Request, ticket: str, visibility: str) -> Response:
    """Throw the draft away."""
    question = pb.DeleteDraftRequest(
        ticket=ticket, visibility=visibility, expected_version=expected_version(request)
    )
    await ask(request, rpcs.DELETE_DRAFT, question)
    return nothing()


@door.route(
    "POST",
    "/tickets/{ticket}/drafts/{visibility}/send",
    rpcs.SEND_DRAFT,
    gives=Comment,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def send_draft(request: Request, ticket: str, visibility: str) -> Response:
    """Send the draft: it becomes your comment, and ends."""
    question = pb.SendDraftRequest(
        ticket=ticket, visibility=visibility, expected_version=expected_version(request)
    )
    sent = (await ask(request, rpcs.SEND_DRAFT, question)).comment
    return resource(comment(sent), sent.version, HTTPStatus.CREATED)


def _draft(value: pb.Draft) -> JsonObject:
    return {
        "ticket_id": value.ticket_id,
        "visibility": value.visibility,
        "body": value.body,
        "format": value.format,
        "author": actor(value.author),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }
