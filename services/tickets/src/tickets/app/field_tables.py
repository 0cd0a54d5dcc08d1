"""Telling other services which fields filters over tickets may name."""

from datetime import datetime, timedelta

from sqlalchemy import select

from chassis.db import Tx
from tickets.app.configuration import Configuration
from tickets.app.listing import field_table
from tickets.db.field_tables import FieldTableRow
from tickets.domain.field_tables import FieldRow, fitting
from tickets.publish.field_messages import field_schema_changed

AGAIN_AFTER = timedelta(days=1)
"""Events are kept for three days: whoever begins to listen finds the table of every tenant among them."""


async def tell_fields(tx: Tx, *, configuration: Configuration, now: datetime) -> FieldTableRow:
    """The table of the tenant's fields, told if it has changed or was told longer than `AGAIN_AFTER` ago.

    :param configuration: as `Configurations.to_be_changed` gives it, so that no older table follows a newer one.
    """
    fields = _rows(configuration)
    row = await tx.scalar(select(FieldTableRow))
    if row is None:
        row = FieldTableRow(id=tx.tenant_id, version=0, fields=[], changed_at=now, told_at=now)
        tx.add(row)
    elif row.fields == fields and row.told_at > now - AGAIN_AFTER:
        return row
    if row.fields != fields:
        row.fields, row.changed_at = fields, now
    row.version, row.told_at = row.version + 1, now
    await tx.flush()
    field_schema_changed(tx, row)
    return row


def _rows(configuration: Configuration) -> list[FieldRow]:
    table = field_table(configuration)
    named = {
        "state": {state for rules in configuration.rules.values() for state in rules.states},
        "process": {key for one in configuration.processes.values() for key in (str(one.id), one.slug)},
        "queue": {key for one in configuration.queues.values() for key in (str(one.id), one.slug)},
    }
    rows: list[FieldRow] = [
        {
            "name": name,
            "title": "",
            "type": field.type.value,
            "values": sorted(named.get(name, field.values)),
            "kind": "",
            "active": True,
        }
        for name, field in table.fields.items()
    ]
    for definition in configuration.fields.values():
        parts = ("", ".currency") if definition.kind == "money" else ("",)
        for name in (f"fields.{definition.slug}{part}" for part in parts):
            field = table.get(name)
            assert field is not None  # the table has every field of the configuration
            rows.append(
                {
                    "name": name,
                    "title": definition.name,
                    "type": field.type.value,
                    "values": sorted(field.values),
                    "kind": definition.kind,
                    "active": definition.active,
                }
            )
    return fitting(rows)
