"""The table of fields as others are told of it."""

from chassis import outbox
from chassis.db import Tx
from deskmesh.tickets.v1 import events_pb2, field_table_pb2
from tickets.db.field_tables import FieldTableRow
from tickets.publish.messages import moment


def field_schema_changed(tx: Tx, row: FieldTableRow) -> None:
    """The table changed, or is told again."""
    outbox.add(
        tx,
        events_pb2.FieldSchemaChanged(table=field_table_message(row)),
        aggregate_id=row.tenant_id,
        version=row.version,
    )


def field_table_message(row: FieldTableRow) -> field_table_pb2.FieldTable:
    """The table as it was told last."""
    return field_table_pb2.FieldTable(
        version=row.version,
        fields=[field_table_pb2.FilterField(**field) for field in row.fields],  # type: ignore[arg-type]  # kept by the names of its fields
        changed_at=moment(row.changed_at),
    )
