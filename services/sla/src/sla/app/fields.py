"""The fields that the tenant's tickets have, as tickets tells of them, and what policies make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx
from chassis.errors import InProgress
from chassis.filters import FieldType
from sla.app.conditions import KnownField, compiled, custom_fields, problem_of
from sla.app.policy_draft import PolicyDraft
from sla.app.refusals import invalid
from sla.db.rules import FieldTableRow

FIELDS_BEHIND = "FIELDS_BEHIND"

_NOT_YET = "What has changed of the fields of tickets has not been heard of here yet. Try again."


@dataclass(frozen=True, slots=True)
class KnownFields:
    """The fields by name, as of a version of their table; 0: nothing has been heard of it."""

    version: int
    fields: Mapping[str, KnownField]


async def keep_fields(tx: Tx, *, version: int, fields: Sequence[Mapping[str, object]]) -> None:
    """Keeps the copy of the table, unless a newer one is there."""
    values = {"version": version, "fields": [dict(field) for field in fields]}
    await tx.execute(
        insert(FieldTableRow)
        .values(tenant_id=tx.tenant_id, id=tx.tenant_id, **values)
        .on_conflict_do_update(
            index_elements=[FieldTableRow.tenant_id, FieldTableRow.id],
            set_={**values, "updated_at": datetime.now(UTC)},
            where=FieldTableRow.version < version,
        )
    )


async def known_fields(tx: Tx) -> KnownFields:
    """What is known of the tenant's fields."""
    row = await tx.scalar(select(FieldTableRow))
    if row is None:
        return KnownFields(0, {})
    return KnownFields(row.version, {str(one["name"]): _known(one) for one in row.fields})


async def checked_fields(
    tx: Tx, draft: PolicyDraft, *, before: PolicyDraft | None = None, fields_version: int = 0
) -> PolicyDraft:
    """The draft with the types of the tenant's own fields that it names.

    What was wrong with the policy `before` may stay so, unless the draft puts it to work again. Raises InvalidInput for what
    tickets do not have, field by field, and InProgress where they may have it by now: nothing is known of them here, or only
    what was so before `fields_version`.
    """
    known = await known_fields(tx)
    if not known.version:
        for place, text, of_clock in draft.conditions():
            compiled(text, place, of_clock=of_clock)
        if any(custom_fields(text) for _, text, _ in draft.conditions()):
            raise InProgress(1.0, _NOT_YET, reason=FIELDS_BEHIND)
        return draft
    allowed = faults_of(before, known) if before is not None and (before.active or not draft.active) else []
    problems = [fault for fault in faults_of(draft, known) if fault not in allowed]
    if problems and known.version < fields_version:
        raise InProgress(1.0, _NOT_YET, reason=FIELDS_BEHIND)
    if problems:
        raise invalid(*problems)
    kept = {} if before is None else before.field_types
    types = {
        name: known.fields[name].type.value if name in known.fields else kept.get(name, "string")
        for _, text, _ in draft.conditions()
        for name in sorted(custom_fields(text))
    }
    return replace(draft, field_types=types)


def faults_of(draft: PolicyDraft, known: KnownFields) -> list[tuple[str, str]]:
    """Each place of a policy that names what tickets do not have, and why; none where nothing is known of them."""
    if not known.version:
        return []
    faults = [
        (place, problem)
        for place, text, of_clock in draft.conditions()
        if (problem := problem_of(text, known.fields, of_clock=of_clock)) is not None
    ]
    named = [(f"pause_states[{index}]", "state", one) for index, one in enumerate(draft.pause_states)]
    named += [
        (f"targets[{index}].priority", "priority", priority)
        for index, (_, priority, _) in enumerate(draft.targets)
        if priority
    ]
    for place, name, value in named:
        field = known.fields.get(name)
        if field is not None and field.values and value not in field.values:
            faults.append((place, f"there is no {name} {value}"))
    return faults


def _known(field: Mapping[str, object]) -> KnownField:
    return KnownField(
        FieldType(str(field["type"])), frozenset(cast("list[str]", field["values"])), bool(field["active"])
    )
