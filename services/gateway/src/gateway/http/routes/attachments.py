"""Files of a ticket."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chassis.context import current_caller
from chassis.errors import NotFound
from deskmesh.common.v1.types_pb2 import FileRef
from deskmesh.tickets.v1 import ticket_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing
from gateway.http.desk import ask, desk
from gateway.http.door import API, Door
from gateway.http.files import MOST_FORM_BYTES, Upload, inert
from gateway.http.models import conversation as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.render import tickets as render

door = Door("tickets")

PREFIX = "gateway"


@door.route(
    "POST",
    "/tickets/{ticket}/attachments",
    rpcs.CREATE_ATTACHMENT,
    gives=models.Attachment,
    status=HTTPStatus.CREATED,
    accepts="multipart/form-data",
    most_bytes=MOST_FORM_BYTES,
)
async def create_attachment(request: Request, ticket: str) -> Response:
    """Attach a file to a ticket.

    A multipart form with the one field `file`, at most 25 MiB, of a kind that the tenant takes (`/file-policy`). To send a file with a comment, attach it first and name
    its id in the comment.
    """
    # Before any byte is stored: whoever cannot see the ticket stores nothing.
    await ask(request, rpcs.GET_TICKET, pb.GetTicketRequest(ticket=ticket))
    upload = Upload(request)
    await upload.open()
    caller = current_caller()
    stored = await desk(request).objects.put(PREFIX, caller.tenant_id, upload.content())
    file = FileRef(
        name=upload.name,
        content_type=upload.content_type,
        size_bytes=stored.size,
        sha256=stored.sha256,
        key=stored.key,
    )
    question = pb.CreateAttachmentRequest(ticket=ticket, file=file)
    made = (await ask(request, rpcs.CREATE_ATTACHMENT, question)).attachment
    location = f"{API}/tickets/{made.ticket_id}/attachments/{made.file.id}"
    return document(render.attachment(made), HTTPStatus.CREATED, {"location": location})


@door.route("GET", "/tickets/{ticket}/attachments", rpcs.LIST_ATTACHMENTS, gives=list_of(models.Attachment))
async def list_attachments(request: Request, ticket: str, query: Annotated[PageQuery, Query()]) -> Response:
    """List the files of a ticket."""
    question = pb.ListAttachmentsRequest(
        ticket=ticket, page_size=query.page_size, page_token=query.page_token
    )
    answer = await ask(request, rpcs.LIST_ATTACHMENTS, question)
    return listing([render.attachment(item) for item in answer.attachments], answer.next_page_token)


@door.route(
    "GET",
    "/tickets/{ticket}/attachments/{attachment}",
    rpcs.GET_ATTACHMENT,
    gives="application/octet-stream",
)
async def get_attachment(request: Request, ticket: str, attachment: str) -> Response:
    """Download a file of a ticket.

    The answer has the media type that the sender gave, with headers under which browsers save it and never show it.
    """
    question = pb.GetAttachmentRequest(ticket=ticket, attachment_id=attachment)
    file = (await ask(request, rpcs.GET_ATTACHMENT, question)).attachment.file
    if file.key.split("/")[1:2] != [str(current_caller().tenant_id)]:
        raise NotFound("attachment")
    content = await desk(request).objects.get(file.key)
    headers = {
        **inert(file.name),
        "content-length": str(file.size_bytes),
        "etag": f'"{file.sha256}"',
    }
    return StreamingResponse(
        content, headers=headers, media_type=file.content_type or "application/octet-stream"
    )
