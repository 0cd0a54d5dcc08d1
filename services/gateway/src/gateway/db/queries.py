"""Reading the directory."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text, true
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from chassis.db import Database, Tx
from chassis.errors import NotFound
from chassis.ids import is_id
from gateway.db.tables import Organization, OrganizationDomain, Role, RoleGrant, Team, Tenant, User
from gateway.domain.permissions import ADMINISTRATION

# The tenant of work that belongs to none: row security shows it nothing.
_NOBODY = UUID(int=0)

# What the event and the answer of each say about it.
USER_PARTS: tuple[ORMOption, ...] = (
    selectinload(User.teams),
    selectinload(User.organizations),
    selectinload(User.manager),
    selectinload(User.grants).selectinload(RoleGrant.role),
)
TEAM_PARTS: tuple[ORMOption, ...] = (selectinload(Team.members),)
ORGANIZATION_PARTS: tuple[ORMOption, ...] = (selectinload(Organization.domain_rows),)

Row = TypeVar("Row")
Keyed = TypeVar("Keyed", bound=Team | Organization | Role)


def touch(row: Tenant | User | Team | Organization | Role) -> None:
    """Count a change of the row, also when only what belongs to it changes: its next flush makes a new version."""
    row.updated_at = datetime.now(UTC)


async def lock_directory(tx: Tx) -> None:
    """Put the writers of memberships, grants and roles of the tenant in a row, until the transaction ends.

    They touch people and teams in either order, and must see that one administrator is left.
    """
    await tx.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"directory:{tx.tenant_id}"},
    )


async def tenant_of(tx: Tx) -> Tenant:
    """Return the tenant that the transaction is bound to. Raises NotFound."""
    tenant = await tx.get(Tenant, tx.tenant_id)
    if tenant is None:
        raise NotFound("tenant")
    return tenant


async def users_by_id(tx: Tx, ids: Collection[UUID]) -> list[User]:
    """Return these people with all their parts as they are now, by address."""
    statement = select(User).where(User.id.in_(ids)).order_by(User.email)
    return await _all(tx, statement, USER_PARTS)


async def user_by_email(tx: Tx, email: str) -> User | None:
    """Return the person of an address (in lower case) with all parts."""
    found = await _all(tx, select(User).where(User.email == email), USER_PARTS)
    return found[0] if found else None


async def users_by_reference(tx: Tx, references: Collection[str]) -> dict[str, User]:
    """Return the people that these ids or addresses name, by reference."""
    ids = {UUID(one): one for one in references if is_id(one)}
    emails = {one.strip().lower(): one for one in references if one.isprintable()}
    rows = await tx.scalars(select(User).where(or_(User.id.in_(ids), User.email.in_(emails))))
    return {ids[row.id] if row.id in ids else emails[row.email]: row for row in rows}


async def teams_by_id(tx: Tx, ids: Collection[UUID]) -> list[Team]:
    """Return these teams with their members as they are now, by slug."""
    return await _all(tx, select(Team).where(Team.id.in_(ids)).order_by(Team.slug), TEAM_PARTS)


async def organizations_by_id(tx: Tx, ids: Collection[UUID]) -> list[Organization]:
    """Return these organisations with their domains as they are now, by slug."""
    statement = select(Organization).where(Organization.id.in_(ids)).order_by(Organization.slug)
    return await _all(tx, statement, ORGANIZATION_PARTS)


async def organization_of_domain(tx: Tx, domain: str) -> UUID | None:
    """Return the organisation whose people have addresses of this domain."""
    return await tx.scalar(
        select(OrganizationDomain.organization_id).where(OrganizationDomain.domain == domain)
    )


async def by_reference(tx: Tx, kind: type[Keyed], references: Collection[str]) -> dict[str, Keyed]:
    """Return the rows that these ids or slugs name, by reference."""
    ids = {UUID(one): one for one in references if is_id(one)}
    slugs = [one for one in references if one.isprintable()]
    rows = await tx.scalars(select(kind).where(or_(kind.id.in_(ids), kind.slug.in_(slugs))))
    return {ids.get(row.id, row.slug): row for row in rows}


async def administrators(tx: Tx) -> list[UUID]:
    """Return the active people who administer the tenant everywhere."""
    rows = await tx.scalars(
        select(User.id)
        .join(RoleGrant, (RoleGrant.tenant_id == User.tenant_id) & (RoleGrant.user_id == User.id))
        .join(Role, (Role.tenant_id == RoleGrant.tenant_id) & (Role.id == RoleGrant.role_id))
        .where(User.active == true(), RoleGrant.process == "", Role.permissions.contains([ADMINISTRATION]))
        .distinct()
    )
    return list(rows)


async def _all(tx: Tx, statement: Select[Row], parts: Sequence[ORMOption]) -> list[Row]:
    """Return the rows as the database has them now, whatever the session remembers."""
    await tx.flush()
    rows = await tx.scalars(statement.options(*parts).execution_options(populate_existing=True))
    return list(rows)


async def all_tenant_ids(database: Database) -> list[UUID]:
    """Return the active tenants of a database, for work that goes over all of them."""
    async with database.transaction(_NOBODY) as tx:
        every = func.all_tenants().table_valued("id")
        return list(await tx.scalars(select(every.c.id).order_by(every.c.id)))
