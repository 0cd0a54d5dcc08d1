"""The fields of tickets, as the events of tickets tell of them."""

from __future__ import annotations

from chassis.db import Tx
from chassis.events import Received
from deskmesh.tickets.v1 import events_pb2, field_table_pb2
from sla.app.fields import keep_fields


async def on_fields_changed(tx: Tx, events: list[Received[events_pb2.FieldSchemaChanged]]) -> None:
    """Keeps the newest table."""
    table = max((event.message.table for event in events), key=lambda table: table.version)
    await keep_fields(tx, version=table.version, fields=[_plain(field) for field in table.fields])


def _plain(field: field_table_pb2.FilterField) -> dict[str, object]:
    return {
        "name": field.name,
        "type": field.type,
        "values": list(field.values),
        "active": field.active,
    }
