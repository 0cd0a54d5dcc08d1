"""What Update requests are to change, by their field masks (AIP-134)."""

from collections.abc import Iterable
from uuid import UUID

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from chassis.errors import FieldError, InvalidInput, NotFound
from chassis.ids import is_id
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import directory_service_pb2 as pb
from deskmesh.gateway.v1 import identity_pb2
from gateway.app.grants import NewGrant
from gateway.app.me import MyPatch
from gateway.app.organizations import OrganizationPatch
from gateway.app.roles import RolePatch
from gateway.app.teams import TeamPatch
from gateway.app.tenants import TenantPatch
from gateway.app.users import UserPatch

_MINE = frozenset({"name", "language", "time_zone", "phone"})
_USER = _MINE | {"email", "active", "teams", "organizations", "roles", "password", "manager"}
_TEAM = frozenset({"slug", "name", "description", "members"})
_ORGANIZATION = frozenset({"slug", "name", "domains"})
_ROLE = frozenset({"name", "permissions"})
_TENANT = frozenset({"name", "languages", "time_zone", "country", "support_address"})


def user_patch(request: pb.UpdateUserRequest) -> UserPatch:
    """Raises InvalidInput for a field that can't be changed."""
    user = request.patch
    named = _named(user, request.update_mask, _USER)
    return UserPatch(
        email=user.email if "email" in named else None,
        name=user.name if "name" in named else None,
        language=user.language if "language" in named else None,
        time_zone=user.time_zone if "time_zone" in named else None,
        phone=user.phone if "phone" in named else None,
        active=user.active if "active" in named else None,
        teams=references(user.teams) if "teams" in named else None,
        organizations=references(user.organizations) if "organizations" in named else None,
        roles=grants(user.roles) if "roles" in named else None,
        manager=user.manager.id or user.manager.email if "manager" in named else None,
        password=request.password if "password" in named or request.password else None,
    )


def my_patch(request: pb.UpdateMeRequest) -> MyPatch:
    """Raises InvalidInput for a field that can't be changed."""
    user = request.patch
    named = _named(user, request.update_mask, _MINE)
    return MyPatch(
        name=user.name if "name" in named else None,
        language=user.language if "language" in named else None,
        time_zone=user.time_zone if "time_zone" in named else None,
        phone=user.phone if "phone" in named else None,
    )


def team_patch(request: pb.UpdateTeamRequest) -> TeamPatch:
    """Raises InvalidInput for a field that can't be changed."""
    team = request.patch
    named = _named(team, request.update_mask, _TEAM)
    return TeamPatch(
        slug=team.slug if "slug" in named else None,
        name=team.name if "name" in named else None,
        description=team.description if "description" in named else None,
        members=people(team.members) if "members" in named else None,
    )


def organization_patch(request: pb.UpdateOrganizationRequest) -> OrganizationPatch:
    """Raises InvalidInput for a field that can't be changed."""
    organization = request.patch
    named = _named(organization, request.update_mask, _ORGANIZATION)
    return OrganizationPatch(
        slug=organization.slug if "slug" in named else None,
        name=organization.name if "name" in named else None,
        domains=list(organization.domains) if "domains" in named else None,
    )


def role_patch(request: pb.UpdateRoleRequest) -> RolePatch:
    """Raises InvalidInput for a field that can't be changed."""
    role = request.patch
    named = _named(role, request.update_mask, _ROLE)
    return RolePatch(
        name=role.name if "name" in named else None,
        permissions=list(role.permissions) if "permissions" in named else None,
    )


def tenant_patch(request: pb.UpdateTenantRequest) -> TenantPatch:
    """Raises InvalidInput for a field that can't be changed."""
    tenant = request.patch
    named = _named(tenant, request.update_mask, _TENANT)
    return TenantPatch(
        name=tenant.name if "name" in named else None,
        languages=list(tenant.languages) if "languages" in named else None,
        time_zone=tenant.time_zone if "time_zone" in named else None,
        country=tenant.country if "country" in named else None,
        support_address=tenant.support_address if "support_address" in named else None,
    )


def references(refs: Iterable[types_pb2.Ref]) -> list[str]:
    """Return what each reference was written as: an id or a key."""
    return [ref.id or ref.key for ref in refs]


def people(refs: Iterable[types_pb2.PersonRef]) -> list[str]:
    """Return what each person was written as: an id or an address."""
    return [ref.id or ref.email for ref in refs]


def grants(messages: Iterable[identity_pb2.RoleGrant]) -> list[NewGrant]:
    """Return the grants as they were written."""
    return [NewGrant(one.role, one.process, one.queue) for one in messages]


def id_of(text: str, what: str) -> UUID:
    """Return an id; what is none names nothing. Raises NotFound."""
    if not is_id(text):
        raise NotFound(what)
    return UUID(text)


def _named(patch: Message, mask: FieldMask, known: frozenset[str]) -> set[str]:
    """Return the fields to change: those of the mask; without one, those of the patch that are not empty."""
    named = set(mask.paths) or {field.name for field, _ in patch.ListFields()}
    unknown = sorted(named - known)
    if unknown:
        raise InvalidInput([FieldError(name, "can't be changed") for name in unknown])
    return named
