"""What belongs to a ticket: comments, watchers, suggestions."""

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from chassis.context import current_caller
from chassis.errors import NotFound
from deskmesh.cmdb.v1 import item_service_pb2 as cmdb
from deskmesh.knowledge.v1 import article_service_pb2 as knowledge
from deskmesh.tickets.v1 import ticket_pb2
from deskmesh.tickets.v1 import ticket_service_pb2 as pb
from gateway.clients import cmdb as cmdb_rpcs
from gateway.clients import knowledge as knowledge_rpcs
from gateway.clients import tickets as tickets_rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.models import conversation as models
from gateway.http.models.common import PersonRef, list_of
from gateway.http.render import cmdb as render_cmdb
from gateway.http.render import knowledge as render_knowledge
from gateway.http.render import tickets as render
from gateway.http.values import JsonObject, person, timestamp

door = Door("tickets")

_SUGGESTED_ARTICLES = 5
_SUGGESTED_ASSETS = 20


@door.route(
    "POST",
    "/tickets/{ticket}/comments",
    tickets_rpcs.CREATE_COMMENT,
    gives=models.Comment,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_comment(request: Request, ticket: str, body: models.NewComment) -> Response:
    """Say something on a ticket.

    Public comments are mailed to the requester and the watchers; internal ones stay among agents.
    """
    question = said(body)
    question.ticket = ticket
    comment = (await ask(request, tickets_rpcs.CREATE_COMMENT, question)).comment
    return resource(render.comment(comment), comment.version, HTTPStatus.CREATED)


def said(body: models.NewComment) -> pb.CreateCommentRequest:
    """Read what is said."""
    return pb.CreateCommentRequest(
        body=body.body,
        visibility=body.visibility or "",
        format=body.format or "",
        attachment_ids=body.attachment_ids,
        occurred_at=timestamp(body.occurred_at),
    )


@door.route(
    "POST",
    "/tickets/{ticket}/forward",
    tickets_rpcs.FORWARD_TICKET,
    gives=models.Comment,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def forward_ticket(request: Request, ticket: str, body: models.Forward) -> Response:
    """Forward what was said on a ticket to people outside it.

    It is mailed to each address. An internal comment keeps what went to whom, and what they answer becomes an internal
    comment too: the requester sees neither, and no clock takes it for an answer.
    """
    question = pb.ForwardTicketRequest(
        ticket=ticket,
        to=body.to,
        body=body.body,
        comment_ids=body.comment_ids,
        description=body.description,
        attachment_ids=body.attachment_ids,
    )
    comment = (await ask(request, tickets_rpcs.FORWARD_TICKET, question)).comment
    return resource(render.comment(comment), comment.version, HTTPStatus.CREATED)


@door.route("GET", "/tickets/{ticket}/comments", tickets_rpcs.LIST_COMMENTS, gives=list_of(models.Comment))
async def list_comments(
    request: Request, ticket: str, query: Annotated[models.CommentQuery, Query()]
) -> Response:
    """List what was said on a ticket, the oldest first; requesters see no internal comments."""
    answer = await ask(
        request,
        tickets_rpcs.LIST_COMMENTS,
        pb.ListCommentsRequest(
            ticket=ticket, page_size=query.page_size, page_token=query.page_token, order_by=query.order_by
        ),
    )
    return listing([render.comment(item) for item in answer.comments], answer.next_page_token)


@door.route("GET", "/tickets/{ticket}/watchers", tickets_rpcs.LIST_WATCHERS, gives=list_of(PersonRef))
async def list_watchers(request: Request, ticket: str) -> Response:
    """List who is told of a ticket beside requester and assignee."""
    answer = await ask(request, tickets_rpcs.LIST_WATCHERS, pb.ListWatchersRequest(ticket=ticket))
    return listing([found for watcher in answer.watchers if (found := person(watcher)) is not None])


@door.route(
    "POST",
    "/tickets/{ticket}/watchers",
    tickets_rpcs.ADD_WATCHER,
    gives=PersonRef,
    status=HTTPStatus.CREATED,
)
async def add_watcher(request: Request, ticket: str, body: models.NewWatcher) -> Response:
    """Add a watcher; adding one again changes nothing."""
    word = body.user.word()
    answer = await ask(request, tickets_rpcs.ADD_WATCHER, pb.AddWatcherRequest(ticket=ticket, person=word))
    for watcher in answer.ticket.watchers:
        if word in {watcher.id, watcher.email} or watcher.email.casefold() == word.casefold():
            return document(person(watcher) or {}, HTTPStatus.CREATED)
    raise NotFound("watcher")


@door.route(
    "DELETE",
    "/tickets/{ticket}/watchers/{person_id}",
    tickets_rpcs.REMOVE_WATCHER,
    status=HTTPStatus.NO_CONTENT,
)
async def remove_watcher(request: Request, ticket: str, person_id: str) -> Response:
    """Remove a watcher, by id or e-mail address."""
    await ask(request, tickets_rpcs.REMOVE_WATCHER, pb.RemoveWatcherRequest(ticket=ticket, person=person_id))
    return nothing()


@door.route(
    "GET",
    "/tickets/{ticket}/suggestions",
    tickets_rpcs.GET_TICKET,
    gives=list_of(models.ArticleSuggestion, models.AssetSuggestion, name="Suggestion"),
)
async def list_suggestions(request: Request, ticket: str) -> Response:
    """Suggest what may help with a ticket.

    Published articles that you may see and that may answer it, best first; then the assets of its requester, as far as
    you may see them.
    """
    found = (await ask(request, tickets_rpcs.GET_TICKET, pb.GetTicketRequest(ticket=ticket))).ticket
    articles, assets = await asyncio.gather(_articles(request, found), _assets(request, found))
    return listing([*articles, *assets])


async def _articles(request: Request, ticket: ticket_pb2.Ticket) -> list[JsonObject]:
    question = knowledge.SuggestArticlesRequest(
        text=f"{ticket.title}\n{ticket.description}", language=ticket.language, limit=_SUGGESTED_ARTICLES
    )
    answer = await ask(request, knowledge_rpcs.SUGGEST_ARTICLES, question)
    return [{"type": "article", **render_knowledge.hit(hit)} for hit in answer.hits]


async def _assets(request: Request, ticket: ticket_pb2.Ticket) -> list[JsonObject]:
    caller = current_caller()
    if not ticket.requester.id or not any(map(caller.may_somewhere, cmdb_rpcs.LIST_ITEMS.rule.permissions)):
        return []
    question = cmdb.ListItemsRequest(page_size=_SUGGESTED_ASSETS, filter=f'holder = "{ticket.requester.id}"')
    answer = await ask(request, cmdb_rpcs.LIST_ITEMS, question)
    return [{"type": "asset", **render_cmdb.asset(item)} for item in answer.items]
