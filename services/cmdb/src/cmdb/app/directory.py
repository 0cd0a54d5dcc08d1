"""The copy of people that cmdb keeps, and what a new tenant begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx
from chassis.ids import new_id
from cmdb.db.tables import Class, Person, RelationType, Tenant
from cmdb.domain import classes as rules


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the gateway tells it."""

    id: UUID
    email: str
    name: str
    active: bool
    version: int


async def keep_tenant(tx: Tx, *, slug: str, version: int) -> None:
    """Keep the newest known state of the tenant; a new one gets the shipped classes. Safe to repeat and to reorder."""
    values = {"slug": slug, "version": version}
    kept = insert(Tenant).values(tenant_id=tx.tenant_id, id=tx.tenant_id, **values)
    await tx.execute(
        kept.on_conflict_do_update(
            index_elements=[Tenant.tenant_id, Tenant.id],
            set_={**values, "updated_at": sa.func.now()},
            where=Tenant.version < version,
        )
    )
    await _ship_classes(tx)


async def is_backfilled(tx: Tx) -> bool:
    """Whether the tenant's copy of the directory was filled by asking once."""
    found = await tx.scalar(sa.select(Tenant.backfilled_at).where(Tenant.id == tx.tenant_id))
    return found is not None


async def mark_backfilled(tx: Tx) -> None:
    """Note that the tenant's copy of the directory is filled."""
    await tx.execute(sa.update(Tenant).where(Tenant.id == tx.tenant_id).values(backfilled_at=sa.func.now()))


async def keep_people(tx: Tx, *, people: Sequence[PersonRow]) -> None:
    """Keep the newest known state of each person. Safe to repeat and to reorder."""
    if not people:
        return
    newest = {one.id: one for one in sorted(people, key=lambda one: one.version)}
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "id": one.id,
            "email": one.email,
            "name": one.name,
            "active": one.active,
            "version": one.version,
        }
        for one in newest.values()
    ]
    kept = insert(Person).values(rows)
    told = {name: kept.excluded[name] for name in ("email", "name", "active", "version")}
    await tx.execute(
        kept.on_conflict_do_update(
            index_elements=[Person.tenant_id, Person.id],
            set_={**told, "updated_at": sa.func.now()},
            where=Person.version < kept.excluded.version,
        )
    )


async def _ship_classes(tx: Tx) -> None:
    """Give a new tenant the classes and kinds of relations that are shipped; those that are there stay. Safe to repeat."""
    classes = [
        {
            "tenant_id": tx.tenant_id,
            "id": new_id(),
            "slug": one.slug,
            "name": one.name,
            "parent": one.parent,
            "attributes": [
                {"slug": attribute.slug, "type": attribute.type, "choices": list(attribute.choices)}
                for attribute in one.attributes
            ],
        }
        for one in rules.SHIPPED_CLASSES
    ]
    kinds = [
        {"tenant_id": tx.tenant_id, "id": new_id(), "slug": slug, "name": name}
        for slug, name in rules.SHIPPED_RELATION_TYPES.items()
    ]
    await tx.execute(
        insert(Class).values(classes).on_conflict_do_nothing(index_elements=[Class.tenant_id, Class.slug])
    )
    await tx.execute(
        insert(RelationType)
        .values(kinds)
        .on_conflict_do_nothing(index_elements=[RelationType.tenant_id, RelationType.slug])
    )
