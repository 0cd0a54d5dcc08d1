"""Copies of tenants, people and roles, kept from the gateway; and the mailboxes that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.db import TenantCopy, Tx
from chassis.ids import new_id
from notify.db.tables import Mailbox, Person, Role, Tenant
from notify.domain import addresses


@dataclass(frozen=True, slots=True)
class TenantNews:
    """A tenant as the gateway tells it."""

    slug: str
    name: str
    languages: list[str]
    time_zone: str
    support_address: str
    active: bool
    version: int


@dataclass(frozen=True, slots=True)
class PersonNews:
    """A person as the gateway tells it."""

    id: UUID
    email: str
    name: str
    language: str
    time_zone: str
    active: bool
    team_ids: list[UUID]
    roles: list[str]
    manager_id: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class RoleNews:
    """A role as the gateway tells it."""

    id: UUID
    slug: str
    permissions: list[str]
    version: int


async def keep_tenant(tx: Tx, *, news: TenantNews) -> None:
    """Keep the newest known state of the tenant; its support address becomes its one open mailbox."""
    address = addresses.normalise(news.support_address) or ""
    values = {
        "slug": news.slug,
        "name": news.name,
        "languages": news.languages,
        "time_zone": news.time_zone,
        "support_address": address,
        "active": news.active,
    }
    if not await _keep(tx, Tenant, [{"id": tx.tenant_id, "version": news.version, **values}]):
        return
    open_now = address if news.active else ""
    await tx.execute(
        update(Mailbox)
        .where(Mailbox.tenant_id == tx.tenant_id, Mailbox.active, Mailbox.address != open_now)
        .values(active=False, version=Mailbox.version + 1, updated_at=func.now())
        .execution_options(synchronize_session=False)
    )
    if open_now:
        opened = insert(Mailbox).values(tenant_id=tx.tenant_id, id=new_id(), address=open_now, active=True)
        await tx.execute(
            opened.on_conflict_do_update(
                index_elements=[Mailbox.tenant_id, Mailbox.address],
                set_={"active": True, "version": Mailbox.version + 1, "updated_at": func.now()},
                where=~Mailbox.active,
            )
        )


async def keep_people(tx: Tx, *, news: Sequence[PersonNews]) -> None:
    """Keep the newest known state of each person."""
    await _keep(
        tx,
        Person,
        [
            {
                "id": one.id,
                "version": one.version,
                "email": one.email.strip().lower(),
                "name": one.name,
                "language": one.language,
                "time_zone": one.time_zone,
                "active": one.active,
                "team_ids": one.team_ids,
                "roles": one.roles,
                "manager_id": one.manager_id,
            }
            for one in news
        ],
    )


async def keep_roles(tx: Tx, *, news: Sequence[RoleNews]) -> None:
    """Keep the newest known state of each role."""
    await _keep(
        tx,
        Role,
        [
            {"id": one.id, "version": one.version, "slug": one.slug, "permissions": one.permissions}
            for one in news
        ],
    )


async def is_backfilled(tx: Tx) -> bool:
    """Whether the tenant's copies were filled once by asking the gateway."""
    found = await tx.scalar(select(Tenant.backfilled_at).where(Tenant.tenant_id == tx.tenant_id))
    return found is not None


async def mark_backfilled(tx: Tx) -> None:
    """Note that the tenant's copies are filled."""
    await tx.execute(update(Tenant).where(Tenant.tenant_id == tx.tenant_id).values(backfilled_at=func.now()))


async def _keep(tx: Tx, row: type[TenantCopy], news: Sequence[dict[str, object]]) -> bool:
    """Write the newest of the versions given unless a newer is there; tell whether anything was written."""
    newest = {one["id"]: one for one in sorted(news, key=lambda one: int(str(one["version"])))}
    if not newest:
        return False
    statement = insert(row).values([{"tenant_id": tx.tenant_id, **one} for one in newest.values()])
    names = next(iter(newest.values())).keys() - {"id"}
    written = await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[row.tenant_id, row.id],
            set_={name: statement.excluded[name] for name in names} | {"updated_at": func.now()},
            where=row.version < statement.excluded.version,
        ).returning(row.id)
    )
    return written.first() is not None
