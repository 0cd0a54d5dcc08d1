"""Questions to the tables of cmdb that are more than a look-up by id."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx
from cmdb.db.tables import Class, Counter, Item, Person, Relation, RelationType


async def next_number(tx: Tx, kind: str) -> int:
    """The next number of a kind in the tenant, from 1; other writers of the kind wait for this transaction."""
    taken = insert(Counter).values(tenant_id=tx.tenant_id, kind=kind, last=1)
    taken = taken.on_conflict_do_update(
        index_elements=[Counter.tenant_id, Counter.kind], set_={"last": Counter.last + 1}
    )
    return int((await tx.execute(taken.returning(Counter.last))).scalar_one())


async def all_classes(tx: Tx) -> list[Class]:
    """Every class of the tenant; there are dozens at most."""
    return list((await tx.execute(sa.select(Class))).scalars())


async def has_relation_type(tx: Tx, slug: str) -> bool:
    """Whether the tenant knows a kind of relation."""
    found = await tx.execute(sa.select(RelationType.id).where(RelationType.slug == slug))
    return found.first() is not None


async def relation_types(tx: Tx) -> list[str]:
    """Slugs of the kinds of relations, sorted."""
    return list((await tx.execute(sa.select(RelationType.slug).order_by(RelationType.slug))).scalars())


async def item_by_number(tx: Tx, number: int) -> Item | None:
    """An item by the number that people say."""
    return (await tx.execute(sa.select(Item).where(Item.number == number))).scalar_one_or_none()


async def person_by_email(tx: Tx, email: str) -> Person | None:
    """A person by address, which is kept in lower case."""
    return (
        await tx.execute(sa.select(Person).where(Person.email == email.strip().lower()))
    ).scalar_one_or_none()


async def people(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Person]:
    """People by id."""
    if not ids:
        return {}
    found = await tx.execute(sa.select(Person).where(Person.id.in_(set(ids))))
    return {person.id: person for person in found.scalars()}


async def existing_items(tx: Tx, ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that are items."""
    return set((await tx.execute(sa.select(Item.id).where(Item.id.in_(set(ids))))).scalars())


async def same_relation(tx: Tx, *, kind: str, source_id: UUID, target_id: UUID) -> UUID | None:
    """The relation of this kind between these two items, if there is one."""
    is_it = (Relation.type == kind, Relation.source_id == source_id, Relation.target_id == target_id)
    return (await tx.execute(sa.select(Relation.id).where(*is_it))).scalar_one_or_none()
