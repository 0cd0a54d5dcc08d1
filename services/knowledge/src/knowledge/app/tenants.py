"""The copy of the directory that knowledge needs, and what a new tenant begins with."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx
from chassis.ids import new_id
from knowledge.db.tables import Category, Tenant

_FIRST_CATEGORIES = {"general": "General", "how-to": "How-to", "known-errors": "Known errors"}


@dataclass(frozen=True, slots=True)
class TenantRow:
    """A tenant as the gateway tells it."""

    slug: str
    languages: tuple[str, ...]
    version: int


async def keep_tenant(tx: Tx, *, tenant: TenantRow) -> None:
    """Keep the newest known state of the tenant; a new tenant gets its first categories. Safe to repeat."""
    values = {"slug": tenant.slug, "languages": list(tenant.languages), "version": tenant.version}
    kept = insert(Tenant).values(tenant_id=tx.tenant_id, id=tx.tenant_id, **values)
    await tx.execute(
        kept.on_conflict_do_update(
            index_elements=[Tenant.tenant_id, Tenant.id],
            set_={**values, "updated_at": sa.func.now()},
            where=Tenant.version < tenant.version,
        )
    )
    shelves = [
        {"tenant_id": tx.tenant_id, "id": new_id(), "slug": slug, "name": name}
        for slug, name in _FIRST_CATEGORIES.items()
    ]
    await tx.execute(
        insert(Category)
        .values(shelves)
        .on_conflict_do_nothing(index_elements=[Category.tenant_id, Category.slug])
    )


async def is_backfilled(tx: Tx) -> bool:
    """Whether the tenant's copy was filled by asking once."""
    found = await tx.scalar(sa.select(Tenant.backfilled_at).where(Tenant.id == tx.tenant_id))
    return found is not None


async def mark_backfilled(tx: Tx) -> None:
    """Note that the tenant's copy is filled."""
    await tx.execute(sa.update(Tenant).where(Tenant.id == tx.tenant_id).values(backfilled_at=sa.func.now()))
