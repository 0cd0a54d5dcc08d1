"""Events that leave cmdb."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf import json_format, struct_pb2

from chassis import outbox
from chassis.context import current_caller
from chassis.db import Tx
from cmdb.db.tables import Item, Person
from deskmesh.cmdb.v1 import events_pb2, item_pb2
from deskmesh.common.v1 import types_pb2


def item_message(item: Item, holder: Person | None) -> item_pb2.Item:
    """An item as the contract shows it."""
    message = item_pb2.Item(
        id=str(item.id),
        number=f"CI-{item.number}",
        name=item.name,
        attributes=json_format.ParseDict(item.attributes, struct_pb2.Struct()),
        state=item.state,
        version=item.version,
    )
    setattr(message, "class", item.class_slug)  # a keyword of Python, so not to be named above
    if holder is not None:
        message.holder.CopyFrom(types_pb2.PersonRef(id=str(holder.id), email=holder.email, name=holder.name))
    message.created_at.FromDatetime(item.created_at)
    message.updated_at.FromDatetime(item.updated_at)
    return message


def item_changed(tx: Tx, *, item: Item, holder: Person | None, changed_fields: Sequence[str]) -> None:
    """Tell that an item is new or changed."""
    caller = current_caller()
    event = events_pb2.ItemChanged(
        item=item_message(item, holder),
        changed_fields=changed_fields,
        actor=types_pb2.Actor(kind=caller.kind, id=caller.subject, name=caller.name),
        cause=caller.cause,
    )
    event.occurred_at.FromDatetime(datetime.now(UTC))
    outbox.add(tx, event, aggregate_id=item.id, version=item.version)
