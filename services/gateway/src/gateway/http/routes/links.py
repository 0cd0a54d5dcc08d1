"""Links between tickets."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import link_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing, nothing
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.models import links as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.values import JsonObject, moment, text

door = Door("tickets")


@door.route("POST", "/tickets/{ticket}/links", rpcs.CREATE_LINK, gives=models.Link, status=HTTPStatus.CREATED)
async def create_link(request: Request, ticket: str, body: models.NewLink) -> Response:
    """Link a ticket to another one.

    Both have to be tickets that you see. A directed link that would lead back to where it began is refused with the
    path of the cycle.
    """
    question = pb.CreateLinkRequest(ticket=ticket, type=body.type, other=body.ticket.word())
    link = (await ask(request, rpcs.CREATE_LINK, question)).link
    return document(_link(link), HTTPStatus.CREATED)


@door.route("GET", "/tickets/{ticket}/links", rpcs.LIST_LINKS, gives=list_of(models.Link))
async def list_links(request: Request, ticket: str, query: Annotated[PageQuery, Query()]) -> Response:
    """List what a ticket has to do with others, in both directions, as far as you see them."""
    question = pb.ListLinksRequest(ticket=ticket, page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_LINKS, question)
    return listing([_link(link) for link in answer.links], answer.next_page_token)


@door.route("DELETE", "/tickets/{ticket}/links/{link}", rpcs.DELETE_LINK, status=HTTPStatus.NO_CONTENT)
async def delete_link(request: Request, ticket: str, link: str) -> Response:
    """Take a link off; the history of both tickets keeps that it was there."""
    await ask(request, rpcs.DELETE_LINK, pb.DeleteLinkRequest(ticket=ticket, link_id=link))
    return nothing()


def _link(value: pb.Link) -> JsonObject:
    other = value.ticket
    return {
        "id": value.id,
        "type": value.type,
        "ticket": {
            "id": other.id,
            "key": other.number,
            "name": other.title,
            "type": other.type,
            "state": other.state,
            "state_category": other.state_category,
            "known_error": other.known_error,
            "workaround": text(other.workaround),
        },
        "created_at": moment(value.created_at),
    }
