"""Lists of items and of relations."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa

from chassis import filters
from chassis.context import current_caller
from chassis.db import Tx
from chassis.paging import Keyset, Page, order_of
from cmdb.db.tables import Item, Person, Relation
from cmdb.domain import items as rules

_ATTRIBUTE = re.compile(r"attributes\.([a-z][a-z0-9_]{0,63})")
_NUMBER = sa.func.concat("CI-", Item.number)
_HOLDER_EMAIL = (
    sa.select(Person.email)
    .where(Person.tenant_id == Item.tenant_id, Person.id == Item.holder_id)
    .scalar_subquery()
)


def _attribute(name: str) -> filters.Field | None:
    """`attributes.x` as text: what it holds is known only with the class."""
    found = _ATTRIBUTE.fullmatch(name)
    return (
        filters.Field(filters.FieldType.STRING, (Item.attributes[found.group(1)].astext,)) if found else None
    )


ITEM_FIELDS = filters.FieldTable(
    {
        "id": filters.Field(filters.FieldType.REFERENCE, (Item.id,)),
        "number": filters.Field(filters.FieldType.STRING, (_NUMBER,)),
        "class": filters.Field(filters.FieldType.STRING, (Item.class_slug,)),
        "name": filters.Field(filters.FieldType.STRING, (Item.name,)),
        "state": filters.Field(filters.FieldType.STRING, (Item.state,), frozenset(rules.STATES)),
        "holder": filters.Field(filters.FieldType.REFERENCE, (Item.holder_id, _HOLDER_EMAIL)),
        "created_at": filters.Field(filters.FieldType.TIMESTAMP, (Item.created_at,)),
        "updated_at": filters.Field(filters.FieldType.TIMESTAMP, (Item.updated_at,)),
    },
    find=_attribute,
)
ITEM_ORDERS = {"name": Item.name, "created_at": Item.created_at, "updated_at": Item.updated_at}
RELATION_FIELDS = filters.FieldTable(
    {
        "type": filters.Field(filters.FieldType.STRING, (Relation.type,)),
        "source_id": filters.Field(filters.FieldType.REFERENCE, (Relation.source_id,)),
        "target_id": filters.Field(filters.FieldType.REFERENCE, (Relation.target_id,)),
    }
)


async def list_items(tx: Tx, *, page: Page, filter_text: str, order_by: str) -> tuple[list[Item], str]:
    """The items that the caller may see (all, or those they hold), and the token of the next page.

    :raises BadRequest: a wrong filter or page token. :raises InvalidInput: a wrong order.
    """
    clause = filters.to_sql(filters.check(filters.parse(filter_text), ITEM_FIELDS), ITEM_FIELDS)
    caller = current_caller()
    if not caller.may_somewhere("cmdb.read"):
        clause = sa.and_(clause, Item.holder_id == caller.user_id)
    keyset = Keyset(order_of(order_by, ITEM_ORDERS, default="name", unique=Item.id), filter_text)
    return keyset.cut((await tx.scalars(keyset.select(sa.select(Item).where(clause), page))).all(), page)


async def list_relations(tx: Tx, *, page: Page, filter_text: str) -> tuple[Sequence[Relation], str]:
    """Relations, oldest first, and the token of the next page. :raises BadRequest: a wrong filter or page token."""
    clause = filters.to_sql(filters.check(filters.parse(filter_text), RELATION_FIELDS), RELATION_FIELDS)
    keyset = Keyset([(Relation.id, False)], filter_text)
    return keyset.cut((await tx.scalars(keyset.select(sa.select(Relation).where(clause), page))).all(), page)
