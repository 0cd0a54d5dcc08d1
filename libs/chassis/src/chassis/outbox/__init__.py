"""Events out: rows in the transaction of the change, carried to NATS by the relay after the commit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from chassis.db.transaction import OutboxRow
from chassis.ids import new_id
from chassis.telemetry import traceparent

if TYPE_CHECKING:
    from uuid import UUID

    from google.protobuf.message import Message

    from chassis.db import Database, Tx

__all__ = ["MAX_PAYLOAD_BYTES", "OutboxValues", "add", "row_values", "wake"]

MAX_PAYLOAD_BYTES = 900_000
"""NATS takes a megabyte, headers included. Texts are cut long before; bytes never travel in events."""


class OutboxValues(NamedTuple):
    """The columns of an outbox row in the order in which a hot SQL function takes them; `headers` is JSON."""

    tenant_id: UUID
    id: UUID
    subject: str
    aggregate_id: str
    version: int
    payload: bytes
    headers: str


def add(
    tx: Tx, message: Message, *, aggregate_id: UUID | str, version: int, event_id: UUID | None = None
) -> UUID:
    """Publishes the message with the transaction; gives the event's id.

    `version` is the aggregate's after the change: events of one aggregate go out in the order of versions. What was
    added inside a savepoint that is rolled back is not published. Raises ValueError for a message that is too large.
    """
    id_ = event_id or new_id()
    tx.messages.append(OutboxRow(id_, *_columns(message, aggregate_id, version)))
    return id_


def row_values(
    message: Message,
    tenant_id: UUID,
    aggregate_id: UUID | str,
    version: int,
    headers: dict[str, str] | None = None,
) -> OutboxValues:
    """The row of the outbox as values, for the SQL functions of the hot writes; they insert it themselves.

    `headers` are added to those that every event has. After the statement call `wake`.
    """
    return OutboxValues(tenant_id, new_id(), *_columns(message, aggregate_id, version, headers))


def wake(database: Database) -> None:
    """Tells the relay that a hot write has committed. A transaction does so by itself."""
    database.outbox_written.send()


def _columns(
    message: Message, aggregate_id: UUID | str, version: int, more: dict[str, str] | None = None
) -> tuple[str, str, int, bytes, str]:
    payload = message.SerializeToString()
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"{message.DESCRIPTOR.full_name} has {len(payload)} bytes")
    headers = dict(more or {})
    parent = traceparent()
    if parent is not None:
        headers["traceparent"] = parent
    return message.DESCRIPTOR.full_name, str(aggregate_id), version, payload, json.dumps(headers)
