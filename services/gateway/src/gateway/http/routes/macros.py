"""Canned replies and actions, and their use on tickets."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import macro_pb2 as nouns
from deskmesh.tickets.v1 import macro_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import macros as models
from gateway.http.models.actions import MacroAction
from gateway.http.models.common import PageQuery, list_of
from gateway.http.render import macros as render
from gateway.http.routes.views import sharing
from gateway.http.values import struct

door = Door("macros")


@door.route(
    "POST", "/macros", rpcs.CREATE_MACRO, gives=models.Macro, status=HTTPStatus.CREATED, versioned=True
)
async def create_macro(request: Request, body: models.NewMacro) -> Response:
    """Keep a macro.

    It is yours alone unless `shared_with` says otherwise. A variable that there is not, or a field, team or state that
    there is not, is refused with its place.
    """
    made = (await ask(request, rpcs.CREATE_MACRO, pb.CreateMacroRequest(macro=_macro(body)))).macro
    return resource(render.macro(made), made.version, HTTPStatus.CREATED, f"{API}/macros/{made.id}")


@door.route("GET", "/macros", rpcs.LIST_MACROS, gives=list_of(models.Macro))
async def list_macros(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List your own macros and those that are shared with you, by name."""
    question = pb.ListMacrosRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_MACROS, question)
    return listing([render.macro(macro) for macro in answer.macros], answer.next_page_token)


@door.route("GET", "/macros/{macro}", rpcs.GET_MACRO, gives=models.Macro, versioned=True)
async def get_macro(request: Request, macro: str) -> Response:
    """Read a macro."""
    found = (await ask(request, rpcs.GET_MACRO, pb.GetMacroRequest(macro_id=macro))).macro
    return resource(render.macro(found), found.version)


@door.route("PATCH", "/macros/{macro}", rpcs.UPDATE_MACRO, gives=models.Macro, versioned=True)
async def update_macro(request: Request, macro: str, body: models.MacroPatch) -> Response:
    """Change a macro that is yours; who may configure tickets changes shared ones too."""
    question = pb.UpdateMacroRequest(
        macro_id=macro,
        patch=_macro(body),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_MACRO, question)).macro
    return resource(render.macro(changed), changed.version)


@door.route("DELETE", "/macros/{macro}", rpcs.DELETE_MACRO, status=HTTPStatus.NO_CONTENT, versioned=True)
async def delete_macro(request: Request, macro: str) -> Response:
    """Remove a macro that is yours; who may configure tickets removes shared ones too."""
    question = pb.DeleteMacroRequest(macro_id=macro, expected_version=expected_version(request))
    await ask(request, rpcs.DELETE_MACRO, question)
    return nothing()


@door.route("GET", "/tickets/{ticket}/macros/{macro}", rpcs.PREVIEW_MACRO, gives=models.MacroEffect)
async def preview_macro(request: Request, ticket: str, macro: str) -> Response:
    """Show what a macro would do to a ticket; nothing is changed."""
    question = pb.PreviewMacroRequest(ticket=ticket, macro_id=macro)
    return document(render.effect((await ask(request, rpcs.PREVIEW_MACRO, question)).effect))


@door.route(
    "POST", "/tickets/{ticket}/macros/{macro}", rpcs.APPLY_MACRO, gives=models.MacroEffect, versioned=True
)
async def apply_macro(request: Request, ticket: str, macro: str) -> Response:
    """Apply a macro to a ticket: all that it says, as you, or nothing."""
    question = pb.ApplyMacroRequest(ticket=ticket, macro_id=macro, expected_version=expected_version(request))
    effect = (await ask(request, rpcs.APPLY_MACRO, question)).effect
    return resource(render.effect(effect), effect.ticket.version)


def action_messages(actions: Iterable[MacroAction]) -> list[nouns.Action]:
    """Turn what a body says of actions into messages; what it left out stays out."""
    return [
        nouns.Action(
            type=action.type, parameters=struct(action.model_dump(exclude_unset=True, exclude={"type"}))
        )
        for action in actions
    ]


def _macro(body: models.NewMacro | models.MacroPatch) -> nouns.Macro:
    return nouns.Macro(
        name=body.name or "",
        description=body.description or "",
        actions=action_messages(body.actions or ()),
        shared_with=sharing(body.shared_with),
    )
