"""Saved views of tickets."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.common.v1.types_pb2 import Ref
from deskmesh.tickets.v1 import view_pb2 as nouns
from deskmesh.tickets.v1 import view_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import tickets
from gateway.http.models import views as models
from gateway.http.models.common import PageQuery, list_of, word
from gateway.http.models.sharing import SharingInput
from gateway.http.render import tickets as render_tickets
from gateway.http.render import views as render

door = Door("views")

_RENAMED = {"q": "query"}


@door.route("POST", "/views", rpcs.CREATE_VIEW, gives=models.View, status=HTTPStatus.CREATED, versioned=True)
async def create_view(request: Request, body: models.NewView) -> Response:
    """Keep a view.

    It is yours alone unless `shared_with` says otherwise. A filter that can't be right is refused with the place of
    the fault.
    """
    made = (await ask(request, rpcs.CREATE_VIEW, pb.CreateViewRequest(view=_view(body)))).view
    return resource(render.view(made), made.version, HTTPStatus.CREATED, f"{API}/views/{made.id}")


@door.route("GET", "/views", rpcs.LIST_VIEWS, gives=list_of(models.View))
async def list_views(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List your own views and those that are shared with you, by name."""
    question = pb.ListViewsRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_VIEWS, question)
    return listing([render.view(view) for view in answer.views], answer.next_page_token)


@door.route("GET", "/views/counts", rpcs.COUNT_VIEWS, gives=list_of(models.ViewCount))
async def count_views(request: Request, query: Annotated[models.CountQuery, Query()]) -> Response:
    """Count the tickets of views, each up to 1000."""
    answer = await ask(request, rpcs.COUNT_VIEWS, pb.CountViewsRequest(view_ids=query.listed()))
    return listing([render.count(one) for one in answer.counts])


@door.route("GET", "/views/{view}", rpcs.GET_VIEW, gives=models.View, versioned=True)
async def get_view(request: Request, view: str) -> Response:
    """Read a view."""
    found = (await ask(request, rpcs.GET_VIEW, pb.GetViewRequest(view_id=view))).view
    return resource(render.view(found), found.version)


@door.route("PATCH", "/views/{view}", rpcs.UPDATE_VIEW, gives=models.View, versioned=True)
async def update_view(request: Request, view: str, body: models.ViewPatch) -> Response:
    """Change a view that is yours; who may configure tickets changes shared ones too."""
    question = pb.UpdateViewRequest(
        view_id=view,
        patch=_view(body),
        update_mask=FieldMask(paths=[_RENAMED.get(name, name) for name in body.named()]),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_VIEW, question)).view
    return resource(render.view(changed), changed.version)


@door.route("DELETE", "/views/{view}", rpcs.DELETE_VIEW, status=HTTPStatus.NO_CONTENT, versioned=True)
async def delete_view(request: Request, view: str) -> Response:
    """Remove a view that is yours; who may configure tickets removes shared ones too."""
    question = pb.DeleteViewRequest(view_id=view, expected_version=expected_version(request))
    await ask(request, rpcs.DELETE_VIEW, question)
    return nothing()


@door.route("GET", "/views/{view}/tickets", rpcs.LIST_VIEW_TICKETS, gives=list_of(tickets.Ticket))
async def list_view_tickets(request: Request, view: str, query: Annotated[PageQuery, Query()]) -> Response:
    """List the tickets of a view, as far as you may read them."""
    question = pb.ListViewTicketsRequest(view_id=view, page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_VIEW_TICKETS, question)
    return listing([render_tickets.ticket(ticket) for ticket in answer.tickets], answer.next_page_token)


def sharing(value: SharingInput | None) -> nouns.ViewSharing | None:
    """Turn what a body says of sharing into its message."""
    if value is None:
        return None
    return nouns.ViewSharing(everybody=value.everybody, teams=[Ref(key=word(team)) for team in value.teams])


def _view(body: models.NewView | models.ViewPatch) -> nouns.View:
    return nouns.View(
        name=body.name or "",
        filter=body.filter or "",
        query=body.q or "",
        columns=body.columns,
        order_by=body.order_by or "",
        shared_with=sharing(body.shared_with),
    )
