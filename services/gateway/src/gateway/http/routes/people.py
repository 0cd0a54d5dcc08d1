"""Users, teams and organisations, by the gateway's own directory."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from chassis.ids import is_id
from deskmesh.common.v1.types_pb2 import PersonRef, Ref
from deskmesh.gateway.v1 import directory_service_pb2 as pb
from deskmesh.gateway.v1 import identity_pb2 as nouns
from gateway.clients import gateway as rpcs
from gateway.http.answers import listing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import people as models
from gateway.http.models.common import PersonInput, ReferenceInput, SearchQuery, list_of, word
from gateway.http.render import people as render
from gateway.http.values import person_named

door = Door("people")


@door.route("POST", "/users", rpcs.CREATE_USER, gives=models.User, status=HTTPStatus.CREATED, versioned=True)
async def create_user(request: Request, body: models.NewUser) -> Response:
    """Create a user."""
    user = nouns.User(
        email=body.email,
        name=body.name,
        language=body.language or "",
        time_zone=body.time_zone or "",
        phone=body.phone or "",
        roles=_grants(body.roles),
        teams=_refs(body.teams),
        organizations=_refs(body.organizations),
        manager=_manager(body.manager),
    )
    question = pb.CreateUserRequest(user=user, password=body.password or "")
    made = (await ask(request, rpcs.CREATE_USER, question)).user
    return resource(render.user(made), made.version, HTTPStatus.CREATED, f"{API}/users/{made.id}")


@door.route("GET", "/users", rpcs.LIST_USERS, gives=list_of(models.User))
async def list_users(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """List users."""
    question = pb.ListUsersRequest(
        page_size=query.page_size, page_token=query.page_token, filter=query.filter, order_by=query.order_by
    )
    answer = await ask(request, rpcs.LIST_USERS, question)
    return listing([render.user(user) for user in answer.users], answer.next_page_token)


@door.route("GET", "/users/{user}", rpcs.GET_USER, gives=models.User, versioned=True)
async def get_user(request: Request, user: str) -> Response:
    """Read a user, by id or e-mail address."""
    found = (await ask(request, rpcs.GET_USER, pb.GetUserRequest(user=user))).user
    return resource(render.user(found), found.version)


@door.route("PATCH", "/users/{user}", rpcs.UPDATE_USER, gives=models.User, versioned=True)
async def update_user(request: Request, user: str, body: models.UserPatch) -> Response:
    """Change a user.

    Teams, organisations and roles are replaced as a whole. A change of roles holds within seconds: access tokens from
    before are refused.
    """
    patch = nouns.User(
        email=body.email or "",
        name=body.name or "",
        language=body.language or "",
        time_zone=body.time_zone or "",
        phone=body.phone or "",
        active=bool(body.active),
        roles=_grants(body.roles or ()),
        teams=_refs(body.teams or ()),
        organizations=_refs(body.organizations or ()),
        manager=_manager(body.manager),
    )
    question = pb.UpdateUserRequest(
        user_id=user,
        patch=patch,
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_USER, question)).user
    return resource(render.user(changed), changed.version)


@door.route("POST", "/teams", rpcs.CREATE_TEAM, gives=models.Team, status=HTTPStatus.CREATED, versioned=True)
async def create_team(request: Request, body: models.NewTeam) -> Response:
    """Create a team."""
    team = nouns.Team(
        slug=body.slug or "", name=body.name, description=body.description, members=_people(body.members)
    )
    made = (await ask(request, rpcs.CREATE_TEAM, pb.CreateTeamRequest(team=team))).team
    return resource(render.team(made), made.version, HTTPStatus.CREATED, f"{API}/teams/{made.id}")


@door.route("GET", "/teams", rpcs.LIST_TEAMS, gives=list_of(models.Team))
async def list_teams(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """List teams."""
    question = pb.ListTeamsRequest(
        page_size=query.page_size, page_token=query.page_token, filter=query.filter, order_by=query.order_by
    )
    answer = await ask(request, rpcs.LIST_TEAMS, question)
    return listing([render.team(team) for team in answer.teams], answer.next_page_token)


@door.route("GET", "/teams/{team}", rpcs.GET_TEAM, gives=models.Team, versioned=True)
async def get_team(request: Request, team: str) -> Response:
    """Read a team, by id or slug."""
    found = (await ask(request, rpcs.GET_TEAM, pb.GetTeamRequest(team=team))).team
    return resource(render.team(found), found.version)


@door.route("PATCH", "/teams/{team}", rpcs.UPDATE_TEAM, gives=models.Team, versioned=True)
async def update_team(request: Request, team: str, body: models.TeamPatch) -> Response:
    """Change a team; its members are replaced as a whole."""
    patch = nouns.Team(
        slug=body.slug or "",
        name=body.name or "",
        description=body.description or "",
        members=_people(body.members or ()),
    )
    question = pb.UpdateTeamRequest(
        team_id=team,
        patch=patch,
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_TEAM, question)).team
    return resource(render.team(changed), changed.version)


@door.route(
    "POST",
    "/organizations",
    rpcs.CREATE_ORGANIZATION,
    gives=models.Organization,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_organization(request: Request, body: models.NewOrganization) -> Response:
    """Create an organisation."""
    organization = nouns.Organization(slug=body.slug or "", name=body.name, domains=body.domains)
    question = pb.CreateOrganizationRequest(organization=organization)
    made = (await ask(request, rpcs.CREATE_ORGANIZATION, question)).organization
    return resource(
        render.organization(made), made.version, HTTPStatus.CREATED, f"{API}/organizations/{made.id}"
    )


@door.route("GET", "/organizations", rpcs.LIST_ORGANIZATIONS, gives=list_of(models.Organization))
async def list_organizations(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """List organisations."""
    question = pb.ListOrganizationsRequest(
        page_size=query.page_size, page_token=query.page_token, filter=query.filter, order_by=query.order_by
    )
    answer = await ask(request, rpcs.LIST_ORGANIZATIONS, question)
    return listing([render.organization(item) for item in answer.organizations], answer.next_page_token)


@door.route(
    "GET",
    "/organizations/{organization}",
    rpcs.GET_ORGANIZATION,
    gives=models.Organization,
    versioned=True,
)
async def get_organization(request: Request, organization: str) -> Response:
    """Read an organisation, by id or slug."""
    question = pb.GetOrganizationRequest(organization=organization)
    found = (await ask(request, rpcs.GET_ORGANIZATION, question)).organization
    return resource(render.organization(found), found.version)


@door.route(
    "PATCH",
    "/organizations/{organization}",
    rpcs.UPDATE_ORGANIZATION,
    gives=models.Organization,
    versioned=True,
)
async def update_organization(
    request: Request, organization: str, body: models.OrganizationPatch
) -> Response:
    """Change an organisation."""
    question = pb.UpdateOrganizationRequest(
        organization_id=organization,
        patch=nouns.Organization(slug=body.slug or "", name=body.name or "", domains=body.domains or ()),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_ORGANIZATION, question)).organization
    return resource(render.organization(changed), changed.version)


def _grants(grants: Sequence[models.RoleGrant]) -> list[nouns.RoleGrant]:
    return [
        nouns.RoleGrant(role=grant.role, process=grant.process or "", queue=grant.queue or "")
        for grant in grants
    ]


def _refs(references: Sequence[ReferenceInput]) -> list[Ref]:
    return [Ref(id=name) if is_id(name) else Ref(key=name) for name in map(word, references)]


def _manager(manager: PersonInput | None) -> PersonRef | None:
    return None if manager is None else _people([manager])[0]


def _people(people: Sequence[PersonInput]) -> list[PersonRef]:
    return [person_named(word(one)) for one in people]
