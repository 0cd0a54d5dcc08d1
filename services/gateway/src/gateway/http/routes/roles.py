"""Roles, by the gateway's own directory."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.gateway.v1 import directory_service_pb2 as pb
from deskmesh.gateway.v1 import identity_pb2 as nouns
from gateway.clients import gateway as rpcs
from gateway.http.answers import listing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import roles as models
from gateway.http.models.common import SearchQuery, list_of
from gateway.http.render import roles as render

door = Door("roles")


@door.route("POST", "/roles", rpcs.CREATE_ROLE, gives=models.Role, status=HTTPStatus.CREATED, versioned=True)
async def create_role(request: Request, body: models.NewRole) -> Response:
    """Make a role. Nobody gives what they may not do themselves."""
    role = nouns.Role(slug=body.slug, name=body.name, permissions=body.permissions)
    made = (await ask(request, rpcs.CREATE_ROLE, pb.CreateRoleRequest(role=role))).role
    return resource(render.role(made), made.version, HTTPStatus.CREATED, f"{API}/roles/{made.id}")


@door.route("GET", "/roles", rpcs.LIST_ROLES, gives=list_of(models.Role))
async def list_roles(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """List the roles."""
    question = pb.ListRolesRequest(
        page_size=query.page_size, page_token=query.page_token, filter=query.filter, order_by=query.order_by
    )
    answer = await ask(request, rpcs.LIST_ROLES, question)
    return listing([render.role(role) for role in answer.roles], answer.next_page_token)


@door.route("GET", "/roles/{role}", rpcs.GET_ROLE, gives=models.Role, versioned=True)
async def get_role(request: Request, role: str) -> Response:
    """Read a role, by id or slug."""
    found = (await ask(request, rpcs.GET_ROLE, pb.GetRoleRequest(role=role))).role
    return resource(render.role(found), found.version)


@door.route("PATCH", "/roles/{role}", rpcs.UPDATE_ROLE, gives=models.Role, versioned=True)
async def update_role(request: Request, role: str, body: models.RolePatch) -> Response:
    """Change a role; its permissions are replaced as a whole.

    They hold within seconds for everybody who has the role: access tokens from before are refused.
    """
    question = pb.UpdateRoleRequest(
        role_id=role,
        patch=nouns.Role(name=body.name or "", permissions=body.permissions or ()),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_ROLE, question)).role
    return resource(render.role(changed), changed.version)
