"""Relations between items."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.db import Tx
from chassis.errors import AlreadyExists, FieldError, InvalidInput, NotFound
from chassis.ids import is_id, parse_id
from cmdb.db import queries
from cmdb.db.tables import Relation


@dataclass(frozen=True, slots=True)
class RelationInput:
    """A relation as a caller writes it: the source depends on (runs on, …) the target."""

    type: str
    source_id: str
    target_id: str


async def create_relation(tx: Tx, *, relation: RelationInput) -> Relation:
    """Relate two items.

    :raises InvalidInput: with each wrong field. :raises AlreadyExists: these two are related so already.
    """
    await _check(tx, relation)
    source_id = parse_id(relation.source_id, "source_id")
    target_id = parse_id(relation.target_id, "target_id")
    if await queries.same_relation(tx, kind=relation.type, source_id=source_id, target_id=target_id):
        raise AlreadyExists("These items are related in this way already.")
    row = Relation(type=relation.type, source_id=source_id, target_id=target_id)
    tx.add(row)
    await tx.flush()
    return row


async def get_relation(tx: Tx, *, relation_id: str) -> Relation:
    """A relation by id. :raises NotFound: there is none."""
    found = await tx.get(Relation, parse_id(relation_id, "relation")) if is_id(relation_id) else None
    if found is None:
        raise NotFound("relation")
    return found


async def delete_relation(tx: Tx, *, relation_id: str) -> None:
    """Take a relation away. :raises NotFound: there is none."""
    await tx.session.delete(await get_relation(tx, relation_id=relation_id))
    await tx.flush()


async def _check(tx: Tx, relation: RelationInput) -> None:
    errors = []
    if not await queries.has_relation_type(tx, relation.type):
        errors.append(FieldError("type", f"must be one of {', '.join(await queries.relation_types(tx))}"))
    ends = {"source_id": relation.source_id, "target_id": relation.target_id}
    ids = {field: parse_id(text, field) for field, text in ends.items() if is_id(text)}
    known = await queries.existing_items(tx, list(ids.values()))
    errors += [FieldError(field, "there is no such item") for field in ends if ids.get(field) not in known]
    if not errors and ids["source_id"] == ids["target_id"]:
        errors.append(FieldError("target_id", "must be another item than the source"))
    if errors:
        raise InvalidInput(errors)
