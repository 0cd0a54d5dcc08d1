"""Writing and reading configuration items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.context import current_caller
from chassis.db import Tx, check_version, get_for_update
from chassis.errors import FieldError, InvalidInput, NotFound
from chassis.ids import is_id, new_id, parse_id
from cmdb import publish
from cmdb.db import queries
from cmdb.db.tables import Class, Item, Person
from cmdb.domain import classes as class_rules
from cmdb.domain import items as item_rules


@dataclass(frozen=True, slots=True)
class ItemInput:
    """An item as a caller writes it; `holder` is an id or an address, empty for nobody."""

    class_slug: str
    name: str
    attributes: Mapping[str, object]
    state: str
    holder: str


async def create_item(tx: Tx, *, item: ItemInput) -> Item:
    """Add an item; without a state it is in use. :raises InvalidInput: with each wrong field."""
    row = Item(
        id=new_id(),
        number=0,
        class_slug=item.class_slug,
        name=item.name.strip(),
        attributes={name: value for name, value in item.attributes.items() if value is not None},
        state=item.state or item_rules.IN_USE,
        holder_id=None,
    )
    errors = await _problems(tx, row, item.attributes)
    row.holder_id = await _holder_id(tx, item.holder, errors)
    if errors:
        raise InvalidInput(errors)
    row.number = await queries.next_number(tx, "item")
    tx.add(row)
    await _written(tx, row, ["class", "name", "attributes", "state", "holder"])
    return row


async def get_item(tx: Tx, *, item: str) -> Item:
    """An item by id or number ("CI-311"), if the caller may see it. :raises NotFound: otherwise."""
    found = await _found(tx, item)
    caller = current_caller()
    if not caller.may_somewhere("cmdb.read") and found.holder_id != caller.user_id:
        raise NotFound("configuration item")
    return found


async def update_item(
    tx: Tx, *, item_id: str, item: ItemInput, fields: frozenset[str], expected_version: int | None
) -> Item:
    """Change the named fields of an item; attributes are merged into the present ones, null takes one away.

    :raises Stale: the version is another. :raises InvalidInput: with each wrong field. :raises NotFound: no such item.
    """
    row = await get_for_update(tx, Item, (await _found(tx, item_id)).id)
    check_version(row, expected_version)
    if "name" in fields:
        row.name = item.name.strip()
    if "state" in fields:
        row.state = item.state
    if "class" in fields:
        row.class_slug = item.class_slug
    changed = item.attributes if "attributes" in fields else {}
    merged = {**row.attributes, **changed}
    row.attributes = {name: value for name, value in merged.items() if value is not None}
    errors = await _problems(tx, row, merged)
    if "holder" in fields:
        row.holder_id = await _holder_id(tx, item.holder, errors)
    if errors:
        raise InvalidInput(errors)
    if tx.session.is_modified(row):
        await _written(tx, row, sorted(fields))
    return row


async def holders_of(tx: Tx, items: Sequence[Item]) -> dict[UUID, Person]:
    """The people who hold some items, by id."""
    return await queries.people(tx, [one.holder_id for one in items if one.holder_id is not None])


async def _found(tx: Tx, reference: str) -> Item:
    number = reference.upper().removeprefix("CI-")
    if is_id(reference):
        found = await tx.get(Item, parse_id(reference, "item"))
    elif number.isascii() and number.isdigit() and len(number) <= 15:
        found = await queries.item_by_number(tx, int(number))
    else:
        found = None
    if found is None:
        raise NotFound("configuration item")
    return found


async def _problems(tx: Tx, row: Item, attributes: Mapping[str, object]) -> list[FieldError]:
    with tx.session.no_autoflush:
        known = {one.slug: _class(one) for one in await queries.all_classes(tx)}
    found = item_rules.problems(name=row.name, state=row.state)
    if row.class_slug not in known:
        found.append(("class", f"must be one of {', '.join(sorted(known))}"))
    else:
        found += class_rules.problems(attributes, class_rules.attributes_of(row.class_slug, known))
    return [FieldError(field, reason) for field, reason in found]


def _class(row: Class) -> class_rules.ItemClass:
    attributes = tuple(
        class_rules.Attribute(str(one["slug"]), str(one["type"]), tuple(_choices(one.get("choices"))))
        for one in row.attributes
    )
    return class_rules.ItemClass(row.slug, row.name, row.parent, attributes)


def _choices(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


async def _holder_id(tx: Tx, reference: str, errors: list[FieldError]) -> UUID | None:
    if not reference:
        return None
    with tx.session.no_autoflush:
        if is_id(reference):
            person = await tx.get(Person, parse_id(reference, "holder"))
        else:
            person = await queries.person_by_email(tx, reference)
    if person is None:
        errors.append(FieldError("holder", "there is no such person"))
        return None
    return person.id


async def _written(tx: Tx, row: Item, changed_fields: list[str]) -> None:
    await tx.flush()
    holder = (await holders_of(tx, [row])).get(row.holder_id) if row.holder_id else None
    publish.item_changed(tx, item=row, holder=holder, changed_fields=changed_fields)
