"""The fields that a release ships, given to each tenant once."""

from sqlalchemy import select

from chassis.db import Tx
from tickets.db.configuration import FieldDefinition, ShippedField
from tickets.domain import shipped


async def give_fields(tx: Tx) -> list[FieldDefinition]:
    """Gives the tenant the shipped fields that it was never given, but for those whose slug it uses; gives the new rows."""
    given = set(await tx.scalars(select(ShippedField.slug)))
    there = set(await tx.scalars(select(FieldDefinition.slug)))
    if there and not given:
        given = set(shipped.BEFORE_NOTED)
        for slug in sorted(given):
            tx.add(ShippedField(tenant_id=tx.tenant_id, slug=slug))
    rows = []
    for slug, name, kind, choices in shipped.FIELDS:
        if slug in given:
            continue
        tx.add(ShippedField(tenant_id=tx.tenant_id, slug=slug))
        if slug not in there:
            row = FieldDefinition(slug=slug, name=name, kind=kind, choices=list(choices))
            tx.add(row)
            rows.append(row)
    await tx.flush()
    return rows
