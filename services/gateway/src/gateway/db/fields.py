"""What the lists of the directory can be filtered by."""

from typing import cast

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, func, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.filters import Field, FieldTable, FieldType
from gateway.db.audit import AuditEntry
from gateway.db.tables import (
    Organization,
    OrganizationDomain,
    OrganizationMember,
    Role,
    RoleGrant,
    Team,
    TeamMember,
    User,
)


def _field(kind: FieldType, column: SQLColumnExpression[object]) -> Field:
    return Field(kind, (cast("ColumnElement[object]", column),))


def _texts(values: Select[str]) -> ColumnElement[object]:
    """The values of a correlated query as one array."""
    return type_coerce(func.array(values.scalar_subquery()), ARRAY(Text))


USERS = FieldTable(
    {
        "id": _field(FieldType.REFERENCE, User.id),
        "email": _field(FieldType.STRING, User.email),
        "name": _field(FieldType.STRING, User.name),
        "language": _field(FieldType.STRING, User.language),
        "time_zone": _field(FieldType.STRING, User.time_zone),
        "active": _field(FieldType.BOOL, User.active),
        "created_at": _field(FieldType.TIMESTAMP, User.created_at),
        "updated_at": _field(FieldType.TIMESTAMP, User.updated_at),
        "teams": Field(
            FieldType.LIST,
            (
                _texts(
                    select(Team.slug)
                    .join(
                        TeamMember, (TeamMember.tenant_id == Team.tenant_id) & (TeamMember.team_id == Team.id)
                    )
                    .where(TeamMember.tenant_id == User.tenant_id, TeamMember.user_id == User.id)
                    .correlate(User)
                ),
            ),
        ),
        "organizations": Field(
            FieldType.LIST,
            (
                _texts(
                    select(Organization.slug)
                    .join(
                        OrganizationMember,
                        (OrganizationMember.tenant_id == Organization.tenant_id)
                        & (OrganizationMember.organization_id == Organization.id),
                    )
                    .where(
                        OrganizationMember.tenant_id == User.tenant_id, OrganizationMember.user_id == User.id
                    )
                    .correlate(User)
                ),
            ),
        ),
        "roles": Field(
            FieldType.LIST,
            (
                _texts(
                    select(Role.slug)
                    .join(RoleGrant, (RoleGrant.tenant_id == Role.tenant_id) & (RoleGrant.role_id == Role.id))
                    .where(RoleGrant.tenant_id == User.tenant_id, RoleGrant.user_id == User.id)
                    .correlate(User)
                ),
            ),
        ),
    }
)

TEAMS = FieldTable(
    {
        "id": _field(FieldType.REFERENCE, Team.id),
        "slug": _field(FieldType.STRING, Team.slug),
        "name": _field(FieldType.STRING, Team.name),
        "description": _field(FieldType.STRING, Team.description),
        "created_at": _field(FieldType.TIMESTAMP, Team.created_at),
        "updated_at": _field(FieldType.TIMESTAMP, Team.updated_at),
        "members": Field(
            FieldType.LIST,
            (
                _texts(
                    select(User.email)
                    .join(
                        TeamMember, (TeamMember.tenant_id == User.tenant_id) & (TeamMember.user_id == User.id)
                    )
                    .where(TeamMember.tenant_id == Team.tenant_id, TeamMember.team_id == Team.id)
                    .correlate(Team)
                ),
            ),
        ),
    }
)

ORGANIZATIONS = FieldTable(
    {
        "id": _field(FieldType.REFERENCE, Organization.id),
        "slug": _field(FieldType.STRING, Organization.slug),
        "name": _field(FieldType.STRING, Organization.name),
        "created_at": _field(FieldType.TIMESTAMP, Organization.created_at),
        "updated_at": _field(FieldType.TIMESTAMP, Organization.updated_at),
        "domains": Field(
            FieldType.LIST,
            (
                _texts(
                    select(OrganizationDomain.domain)
                    .where(
                        OrganizationDomain.tenant_id == Organization.tenant_id,
                        OrganizationDomain.organization_id == Organization.id,
                    )
                    .correlate(Organization)
                ),
            ),
        ),
    }
)

ROLES = FieldTable(
    {
        "id": _field(FieldType.REFERENCE, Role.id),
        "slug": _field(FieldType.STRING, Role.slug),
        "name": _field(FieldType.STRING, Role.name),
        "permissions": _field(FieldType.LIST, Role.permissions),
    }
)

AUDIT_ENTRIES = FieldTable(
    {
        "service": _field(FieldType.STRING, AuditEntry.service),
        "kind": _field(FieldType.STRING, AuditEntry.kind),
        "target_id": _field(FieldType.STRING, AuditEntry.target_id),
        "target_name": _field(FieldType.STRING, AuditEntry.target_name),
        "actor_kind": _field(FieldType.STRING, AuditEntry.actor_kind),
        "actor_id": _field(FieldType.STRING, AuditEntry.actor_id),
        "cause": _field(FieldType.STRING, AuditEntry.cause),
        "occurred_at": _field(FieldType.TIMESTAMP, AuditEntry.occurred_at),
    }
)
