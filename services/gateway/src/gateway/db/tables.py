"""Who is who: tenants, people, teams, organisations, roles."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Text, and_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship, remote

from chassis.db import TenantRow
from gateway.db.rows import Row


class Tenant(TenantRow, Row):
    """A customer of the installation. Its own row security binds it: `id` equals `tenant_id`."""

    __tablename__ = "tenants"

    slug: Mapped[str]
    name: Mapped[str]
    # BCP 47; the first is the default.
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # IANA name.
    time_zone: Mapped[str]
    # ISO 3166-1 alpha-2, upper case.
    country: Mapped[str]
    # Lower case; empty when the tenant takes no mail.
    support_address: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class Team(TenantRow, Row):
    """People who work tickets together."""

    __tablename__ = "teams"

    slug: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")

    members: Mapped[list["User"]] = relationship(
        secondary="team_members",
        primaryjoin=lambda: and_(
            Team.tenant_id == foreign(TeamMember.tenant_id), Team.id == foreign(TeamMember.team_id)
        ),
        secondaryjoin=lambda: and_(
            User.tenant_id == foreign(TeamMember.tenant_id), User.id == foreign(TeamMember.user_id)
        ),
        order_by=lambda: User.email,
        viewonly=True,
        lazy="raise",
    )


class TeamMember(Row):
    """A person's place in a team."""

    __tablename__ = "team_members"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)


class Organization(TenantRow, Row):
    """A customer of the tenant."""

    __tablename__ = "organizations"

    slug: Mapped[str]
    name: Mapped[str]

    domain_rows: Mapped[list["OrganizationDomain"]] = relationship(
        primaryjoin=lambda: and_(
            Organization.tenant_id == foreign(OrganizationDomain.tenant_id),
            Organization.id == foreign(OrganizationDomain.organization_id),
        ),
        order_by=lambda: OrganizationDomain.domain,
        viewonly=True,
        lazy="raise",
    )

    @property
    def domains(self) -> list[str]:
        """The mail domains of its people, sorted. Needs `domain_rows` to be loaded."""
        return [row.domain for row in self.domain_rows]


class OrganizationDomain(Row):
    """A mail domain, lower case; it belongs to one organisation of the tenant."""

    __tablename__ = "organization_domains"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "organization_id"], ["organizations.tenant_id", "organizations.id"]
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]


class OrganizationMember(Row):
    """A person's place in an organisation."""

    __tablename__ = "organization_members"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "organization_id"], ["organizations.tenant_id", "organizations.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)


class Role(TenantRow, Row):
    """A set of permissions that people may hold."""

    __tablename__ = "roles"

    slug: Mapped[str]
    name: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # The version that the desk itself wrote last: while it is the newest, nobody has changed a shipped role.
    shipped_version: Mapped[int] = mapped_column(BigInteger, server_default="1")


class RoleGrant(TenantRow, Row):
    """A role that a person holds: everywhere, in one process, or in one queue of it (slugs, or empty)."""

    __tablename__ = "role_grants"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "role_id"], ["roles.tenant_id", "roles.id"]),
    )

    user_id: Mapped[UUID]
    role_id: Mapped[UUID]
    process: Mapped[str] = mapped_column(default="")
    queue: Mapped[str] = mapped_column(default="")

    role: Mapped[Role] = relationship(
        primaryjoin=lambda: and_(
            Role.tenant_id == foreign(RoleGrant.tenant_id), Role.id == foreign(RoleGrant.role_id)
        ),
        viewonly=True,
        lazy="raise",
    )


class User(TenantRow, Row):
    """A person of a tenant."""

    __tablename__ = "users"

    # Lower case, unique within the tenant.
    email: Mapped[str]
    name: Mapped[str]
    # BCP 47; one of the tenant's.
    language: Mapped[str]
    # IANA name.
    time_zone: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    manager_id: Mapped[UUID | None]
    # See gateway.domain.work_profiles.WorkProfile.plain.
    work_profile: Mapped[dict[str, object]]

    teams: Mapped[list[Team]] = relationship(
        secondary="team_members",
        primaryjoin=lambda: and_(
            User.tenant_id == foreign(TeamMember.tenant_id), User.id == foreign(TeamMember.user_id)
        ),
        secondaryjoin=lambda: and_(
            Team.tenant_id == foreign(TeamMember.tenant_id), Team.id == foreign(TeamMember.team_id)
        ),
        order_by=lambda: Team.slug,
        viewonly=True,
        lazy="raise",
    )
    organizations: Mapped[list[Organization]] = relationship(
        secondary="organization_members",
        primaryjoin=lambda: and_(
            User.tenant_id == foreign(OrganizationMember.tenant_id),
            User.id == foreign(OrganizationMember.user_id),
        ),
        secondaryjoin=lambda: and_(
            Organization.tenant_id == foreign(OrganizationMember.tenant_id),
            Organization.id == foreign(OrganizationMember.organization_id),
        ),
        order_by=lambda: Organization.slug,
        viewonly=True,
        lazy="raise",
    )
    manager: Mapped["User | None"] = relationship(
        primaryjoin=lambda: and_(
            foreign(User.tenant_id) == remote(User.tenant_id), foreign(User.manager_id) == remote(User.id)
        ),
        viewonly=True,
        lazy="raise",
    )
    grants: Mapped[list[RoleGrant]] = relationship(
        primaryjoin=lambda: and_(
            User.tenant_id == foreign(RoleGrant.tenant_id), User.id == foreign(RoleGrant.user_id)
        ),
        order_by=lambda: RoleGrant.id,
        viewonly=True,
        lazy="raise",
    )
