"""Who is named in the conversation."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import mention_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing, resource
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.models import mentions as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.values import JsonObject, actor, moment, person, ref

door = Door("tickets")


@door.route("GET", "/me/mentions", rpcs.LIST_MENTIONS, gives=models.MentionsPage)
async def list_mentions(request: Request, query: Annotated[models.MentionsQuery, Query()]) -> Response:
    """List where you were named, the newest first, on tickets that you still see."""
    question = pb.ListMentionsRequest(
        unread=query.unread, page_size=query.page_size, page_token=query.page_token
    )
    answer = await ask(request, rpcs.LIST_MENTIONS, question)
    return document(
        {
            "items": [_mention(one) for one in answer.mentions],
            "next_page_token": answer.next_page_token,
            "unread": answer.unread,
        }
    )


@door.route("POST", "/me/mentions/read", rpcs.MARK_ALL_MENTIONS, gives=models.MarkedMentions)
async def mark_all_mentions(request: Request) -> Response:
    """Note that you have read all your mentions."""
    answer = await ask(request, rpcs.MARK_ALL_MENTIONS, pb.MarkAllMentionsRequest())
    return document({"marked": answer.marked})


@door.route("PATCH", "/me/mentions/{mention}", rpcs.MARK_MENTION, gives=models.Mention, versioned=True)
async def mark_mention(request: Request, mention: str, body: models.MentionPatch) -> Response:
    """Note whether you have read a mention."""
    question = pb.MarkMentionRequest(mention_id=mention, read=body.read)
    marked = (await ask(request, rpcs.MARK_MENTION, question)).mention
    return resource(_mention(marked), marked.version)


@door.route("GET", "/tickets/{ticket}/mentions", rpcs.LIST_MENTIONED, gives=list_of(models.MentionedPerson))
async def list_mentioned(request: Request, ticket: str, query: Annotated[PageQuery, Query()]) -> Response:
    """List whom the comments of a ticket name, as far as you see them, the oldest first."""
    question = pb.ListMentionedRequest(ticket=ticket, page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_MENTIONED, question)
    people: list[JsonObject] = [
        {
            "person": person(one.person),
            "comment_id": one.comment_id,
            "created_at": moment(one.created_at),
        }
        for one in answer.people
    ]
    return listing(people, answer.next_page_token)


def _mention(value: pb.Mention) -> JsonObject:
    return {
        "id": value.id,
        "ticket": ref(value.ticket),
        "comment_id": value.comment_id,
        "excerpt": value.excerpt,
        "visibility": value.visibility,
        "author": actor(value.author),
        "created_at": moment(value.created_at),
        "read_at": moment(value.read_at),
        "version": value.version,
    }
