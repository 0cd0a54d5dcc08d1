"""Forms and pages of tickets: what administrators set, and what people are shown."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import layout_pb2 as nouns
from deskmesh.tickets.v1 import layout_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import layouts as models
from gateway.http.models.common import PageQuery, list_of, word
from gateway.http.render import layouts as render

door = Door("fields")


@door.route("GET", "/layouts", rpcs.LIST_LAYOUTS, gives=list_of(models.Layout))
async def list_layouts(request: Request, query: Annotated[models.LayoutQuery, Query()]) -> Response:
    """List the layouts that are set."""
    question = pb.ListLayoutsRequest(
        page_size=query.page_size,
        page_token=query.page_token,
        process=query.process,
        type=query.type,
        audience=query.audience or "",
        purpose=query.purpose or "",
    )
    answer = await ask(request, rpcs.LIST_LAYOUTS, question)
    return listing([render.layout(item) for item in answer.layouts], answer.next_page_token)


@door.route(
    "POST",
    "/layouts",
    rpcs.CREATE_LAYOUT,
    gives=models.Layout,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_layout(request: Request, body: models.NewLayout) -> Response:
    """Set a layout for a process, one type of it or all, an audience and a purpose.

    A form for new tickets has to have what no ticket is made without.
    """
    layout = nouns.Layout(
        process=common.Ref(key=word(body.process)),
        type=body.type or "",
        audience=body.audience,
        purpose=body.purpose,
        sections=_sections(body.sections),
    )
    made = (await ask(request, rpcs.CREATE_LAYOUT, pb.CreateLayoutRequest(layout=layout))).layout
    return resource(render.layout(made), made.version, HTTPStatus.CREATED, f"{API}/layouts/{made.id}")


@door.route("GET", "/layouts/{layout}", rpcs.GET_LAYOUT, gives=models.Layout, versioned=True)
async def get_layout(request: Request, layout: str) -> Response:
    """Read a layout."""
    found = (await ask(request, rpcs.GET_LAYOUT, pb.GetLayoutRequest(layout_id=layout))).layout
    return resource(render.layout(found), found.version)


@door.route("PATCH", "/layouts/{layout}", rpcs.UPDATE_LAYOUT, gives=models.Layout, versioned=True)
async def update_layout(request: Request, layout: str, body: models.LayoutPatch) -> Response:
    """Put other sections in place of those of a layout."""
    question = pb.UpdateLayoutRequest(
        layout_id=layout, sections=_sections(body.sections), expected_version=expected_version(request)
    )
    changed = (await ask(request, rpcs.UPDATE_LAYOUT, question)).layout
    return resource(render.layout(changed), changed.version)


@door.route("DELETE", "/layouts/{layout}", rpcs.DELETE_LAYOUT, status=HTTPStatus.NO_CONTENT, versioned=True)
async def delete_layout(request: Request, layout: str) -> Response:
    """Remove a layout; its versions stay, and any of them can be restored."""
    question = pb.DeleteLayoutRequest(layout_id=layout, expected_version=expected_version(request))
    await ask(request, rpcs.DELETE_LAYOUT, question)
    return nothing()


@door.route(
    "GET", "/layouts/{layout}/versions", rpcs.LIST_LAYOUT_VERSIONS, gives=list_of(models.LayoutVersion)
)
async def list_layout_versions(
    request: Request, layout: str, query: Annotated[PageQuery, Query()]
) -> Response:
    """List the versions of a layout, the newest first, also of one that was removed."""
    question = pb.ListLayoutVersionsRequest(
        layout_id=layout, page_size=query.page_size, page_token=query.page_token
    )
    answer = await ask(request, rpcs.LIST_LAYOUT_VERSIONS, question)
    return listing([render.version(item) for item in answer.versions], answer.next_page_token)


@door.route("POST", "/layouts/{layout}/restore", rpcs.RESTORE_LAYOUT, gives=models.Layout, versioned=True)
async def restore_layout(request: Request, layout: str, body: models.Restoring) -> Response:
    """Make an earlier version of a layout the newest."""
    question = pb.RestoreLayoutRequest(
        layout_id=layout, version=body.version, expected_version=expected_version(request)
    )
    restored = (await ask(request, rpcs.RESTORE_LAYOUT, question)).layout
    return resource(render.layout(restored), restored.version)


@door.route("GET", "/layout", rpcs.RESOLVE_LAYOUT, gives=models.ShownLayout)
async def resolve_layout(request: Request, query: Annotated[models.ShownQuery, Query()]) -> Response:
    """Read what the caller is shown of a new ticket, or of tickets of a process and type."""
    question = pb.ResolveLayoutRequest(
        process=query.process, type=query.type, purpose=query.purpose, audience=query.audience or ""
    )
    return document(render.shown((await ask(request, rpcs.RESOLVE_LAYOUT, question)).layout))


@door.route("GET", "/tickets/{ticket}/layout", rpcs.GET_TICKET_LAYOUT, gives=models.ShownLayout)
async def get_ticket_layout(request: Request, ticket: str) -> Response:
    """Read what the caller is shown of a ticket."""
    question = pb.GetTicketLayoutRequest(ticket=ticket)
    return document(render.shown((await ask(request, rpcs.GET_TICKET_LAYOUT, question)).layout))


def _sections(sections: Iterable[models.Section]) -> list[nouns.LayoutSection]:
    return [
        nouns.LayoutSection(
            title=section.title,
            columns=section.columns,
            collapsed=section.collapsed,
            fields=section.fields,
        )
        for section in sections
    ]
