"""Copies of who is who: kept from the gateway's events, and found by id or key."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.context import current_caller
from chassis.db import TenantCopy, Tx
from chassis.errors import FieldError, InvalidInput
from chassis.ids import is_id
from tickets.app.actors import occasion_of
from tickets.db.configuration import Queue
from tickets.db.directory import Organization, Person, Role, Team, Tenant
from tickets.domain.changes import Change, described
from tickets.domain.references import Reference
from tickets.publish import events


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as the gateway tells of one."""

    id: UUID
    email: str
    name: str
    language: str = ""
    time_zone: str = ""
    active: bool = True
    team_ids: list[UUID] = field(default_factory=list)
    organization_ids: list[UUID] = field(default_factory=list)
    grants: list[dict[str, str]] = field(default_factory=list)
    version: int = 1
    manager_id: UUID | None = None
    work_profile: dict[str, object] = field(default_factory=dict)
    """As `tickets.domain.work_profiles.plain_profile` writes it."""


class EnsureRequester(Protocol):
    """Finds the person of an address at the gateway, or makes a requester of it."""

    async def __call__(self, email: str, name: str, language: str) -> KnownPerson:
        """The person. Raises InvalidInput for an address that is none, Unavailable where nobody answers."""


async def keep_copy(tx: Tx, row: type[TenantCopy], id: UUID, version: int, values: dict[str, object]) -> bool:  # noqa: A002 (the word of the domain)
    """Writes the copy of a row unless a version not older is there; tells whether it wrote."""
    written = {"tenant_id": tx.tenant_id, "id": id, "version": version, **values}
    statement = insert(row).values(written)
    statement = statement.on_conflict_do_update(
        index_elements=[row.tenant_id, row.id],
        set_={name: statement.excluded[name] for name in ("version", *values)} | {"updated_at": func.now()},
        where=row.version < statement.excluded.version,
    )
    return (await tx.execute(statement.returning(row.id))).first() is not None


async def keep_person(tx: Tx, person: KnownPerson) -> None:
    """Writes the copy of a person."""
    await keep_copy(
        tx,
        Person,
        person.id,
        person.version,
        {
            "email": person.email.lower(),
            "name": person.name,
            "language": person.language,
            "time_zone": person.time_zone,
            "active": person.active,
            "team_ids": person.team_ids,
            "organization_ids": person.organization_ids,
            "grants": person.grants,
            "manager_id": person.manager_id,
            "work_profile": person.work_profile,
        },
    )


async def keep_team(tx: Tx, *, id: UUID, version: int, slug: str, name: str) -> None:  # noqa: A002 (the word of the domain)
    """Writes the copy of a team; a queue of the same slug that has no team gets it."""
    if not await keep_copy(tx, Team, id, version, {"slug": slug, "name": name}):
        return
    statement = (
        update(Queue)
        .where(Queue.slug == slug, Queue.team_id.is_(None))
        .values(team_id=id, version=Queue.version + 1, updated_at=func.now())
        .returning(Queue.id, Queue.name, Queue.version)
    )
    for queue in await tx.execute(statement):
        events.setting_changed(
            tx,
            kind="queue",
            id=queue.id,
            name=queue.name,
            version=queue.version,
            changes=[Change("team", None, described(Reference(id, slug, name)))],
            occasion=occasion_of(),
        )


async def keep_tenant(
    tx: Tx, *, version: int, slug: str, name: str, languages: list[str], time_zone: str, active: bool
) -> None:
    """Writes the copy of the transaction's tenant."""
    await keep_copy(
        tx,
        Tenant,
        tx.tenant_id,
        version,
        {"slug": slug, "name": name, "languages": languages, "time_zone": time_zone, "active": active},
    )


async def is_backfilled(tx: Tx) -> bool:
    """Whether the copies of the tenant were read from the gateway once."""
    tenant = await tx.get(Tenant, tx.tenant_id)
    return tenant is not None and tenant.backfilled_at is not None


async def mark_backfilled(tx: Tx) -> None:
    """Notes that all copies of the tenant were read."""
    await tx.execute(update(Tenant).where(Tenant.id == tx.tenant_id).values(backfilled_at=func.now()))


async def keep_organization(
    tx: Tx,
    *,
    id: UUID,  # noqa: A002 (the word of the domain)
    version: int,
    slug: str,
    name: str,
    domains: list[str],
) -> None:
    """Writes the copy of an organisation."""
    await keep_copy(tx, Organization, id, version, {"slug": slug, "name": name, "domains": domains})


async def keep_role(tx: Tx, *, id: UUID, version: int, slug: str, permissions: list[str]) -> None:  # noqa: A002 (the word of the domain)
    """Writes the copy of a role."""
    await keep_copy(tx, Role, id, version, {"slug": slug, "permissions": permissions})


async def find_person(tx: Tx, key: str) -> Person | None:
    """The active person of an id or address; None where the copy has none. The caller's own row counts by id too."""
    if is_id(key):
        person = await tx.get(Person, UUID(key))
        return person if person is not None and person.active else None
    statement = (
        select(Person).where(Person.email == key.strip().lower(), Person.active).order_by(Person.id).limit(1)
    )
    return await tx.scalar(statement)


async def require_person(tx: Tx, key: str, field_name: str) -> Person:
    """The active person of an id or address. Raises InvalidInput naming the field."""
    person = await find_person(tx, key)
    if person is None:
        raise InvalidInput([FieldError(field_name, "there is no such person")])
    return person


def names_caller(key: str) -> bool:
    """Whether a reference to a person means the caller; an empty one does."""
    caller, wanted = current_caller(), key.strip().lower()
    if not wanted:
        return True
    return caller.kind == "user" and wanted in {caller.subject.lower(), caller.email.lower()}


def reference_to(person: Person) -> Reference:
    """The person as others refer to it."""
    return Reference(person.id, person.email, person.name)


async def organizations_of(tx: Tx, person: Person) -> list[UUID]:
    """The organisations that the person belongs to: its memberships, else one by the domain of its address."""
    if person.organization_ids:
        return list(person.organization_ids)
    domain = person.email.rpartition("@")[2]
    statement = (
        select(Organization.id)
        .where(Organization.domains.contains([domain]))
        .order_by(Organization.id)
        .limit(1)
    )
    return list(await tx.scalars(statement))
