"""The hot write: a new ticket with all that belongs to it, in one statement and one round trip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import orjson

from chassis.db import Tx
from chassis.idempotency import Use
from chassis.outbox import OutboxValues
from tickets.db.tickets import Ticket

CREATE_TICKET = (
    "SELECT outcome, request_hash, response FROM create_ticket("
    "$1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9::text::jsonb, $10::text::tsvector, $11, $12, $13,"
    " $14, $15, $16, $17::text::jsonb)"
)


class Row(Protocol):
    """What the statement gives back."""

    def __getitem__(self, name: str) -> object: ...


class Fetch(Protocol):
    """Runs one statement and gives its first row: `Database.fetch_one`, or `fetch_in` inside a transaction."""

    async def __call__(self, sql: str, *args: object) -> Row | None:
        """The first row."""


@dataclass(frozen=True, slots=True)
class TicketStatement:
    """What the statement stores. `history` are the columns of its one entry, `words` is the literal of a tsvector."""

    ticket: Ticket
    history: Mapping[str, object]
    words: str
    new_words: Sequence[tuple[str, Sequence[str]]]
    message_id: str | None
    event: OutboxValues
    watcher_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it: "created", "replayed" (with what is stored under the key) or "in_progress"."""

    kind: str
    request_hash: bytes = b""
    response: bytes | None = None


async def store_ticket(
    fetch: Fetch, statement: TicketStatement, use: Use | None = None, response: bytes | None = None
) -> Outcome:
    """Stores the ticket, unless the idempotency key was used before; `response` is the answer to store under it."""
    event = statement.event
    row = await fetch(
        CREATE_TICKET,
        statement.ticket.tenant_id,
        *((use.subject, use.method, use.key, use.lock_key, use.request_hash) if use else (None,) * 5),
        response if use else None,
        _json(_document(statement)),
        _json(statement.history),
        statement.words,
        [word for word, _ in statement.new_words],
        [",".join(pieces) for _, pieces in statement.new_words],
        statement.message_id,
        event.id,
        event.subject,
        event.payload,
        event.headers,
    )
    assert row is not None  # the function always returns a row
    kind, request_hash, stored = row["outcome"], row["request_hash"], row["response"]
    assert isinstance(kind, str)
    return Outcome(
        kind,
        request_hash if isinstance(request_hash, bytes) else b"",
        stored if isinstance(stored, bytes) else None,
    )


def fetch_in(tx: Tx) -> Fetch:
    """Runs the statement inside a transaction, for mail."""

    async def fetch(sql: str, *args: object) -> Row | None:
        connection = await tx.raw()
        return await connection.fetchrow(sql, *args)

    return fetch


_COLUMNS = tuple(attribute.key for attribute in Ticket.__mapper__.column_attrs)


def _document(statement: TicketStatement) -> dict[str, object]:
    values = vars(statement.ticket)  # the attributes themselves cost a call each
    document = {name: values[name] for name in _COLUMNS}
    if statement.watcher_ids:
        document["watcher_ids"] = statement.watcher_ids
    return document


def _json(value: object) -> str:
    # The driver has a UUID of its own, which orjson does not know.
    return orjson.dumps(value, default=str).decode()
