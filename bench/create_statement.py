"""The tickets service's own create statement, for pgbench."""

import json
import re

import asyncpg
from desk import Measured


async def create_statement(measured: Measured) -> str:
    """The create statement with the values of the last ticket that came by REST; `:n` stands for a new number each time.

    Ids and key are new as well.
    """
    connection = await asyncpg.connect(measured.superuser_url("tickets"))
    try:
        row = await connection.fetchrow(
            "SELECT t.tenant_id, to_jsonb(t)::text AS ticket, to_jsonb(h)::text AS history, s.words::text AS words, "
            "o.headers::text AS headers, encode(o.payload, 'hex') AS event FROM tickets t "
            "JOIN ticket_history h ON h.tenant_id = t.tenant_id AND h.ticket_id = t.id AND h.action = 'created' "
            "JOIN ticket_search s ON s.tenant_id = t.tenant_id AND s.ticket_id = t.id "
            "JOIN outbox o ON o.tenant_id = t.tenant_id AND o.aggregate_id = t.id::text AND o.version = t.version "
            "ORDER BY t.created_at DESC LIMIT 1"
        )
    finally:
        await connection.close()
    if row is None:
        raise SystemExit("no ticket was created by REST before pgbench")
    ticket, history = json.loads(row["ticket"]), json.loads(row["history"])
    ticket_sql = _parted(row["ticket"], {ticket["id"]: "i.id", ticket["number"]: "'BEN-' || i.n"})
    history_sql = _parted(row["history"], {ticket["id"]: "i.id", history["id"]: "i.entry"})
    event = _parted_bytes(bytes.fromhex(row["event"]), ticket["id"])
    answer = f"'\\x{row['event']}'"  # what is kept for the key has about the size of the event
    return (
        "WITH i AS MATERIALIZED (SELECT uuidv7()::text AS id, uuidv7()::text AS entry, :n::bigint AS n)\n"
        f"SELECT c.outcome FROM i, create_ticket('{row['tenant_id']}', 'bench', 'bench', i.id, i.n, '\\x00', {answer}, "
        f"({ticket_sql})::jsonb, ({history_sql})::jsonb, {_quoted(row['words'])}::tsvector, '{{}}', '{{}}', NULL, "
        f"i.entry::uuid, 'deskmesh.tickets.v1.TicketCreated', {event}, {_quoted(row['headers'])}) AS c;\n"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _parted(text: str, places: dict[str, str]) -> str:
    """A text as an SQL concatenation in which some values are expressions."""
    parts = re.split("(" + "|".join(re.escape(place) for place in places) + ")", text)
    return " || ".join(f"({places[part]})" if part in places else _quoted(part) for part in parts if part)


def _parted_bytes(message: bytes, ticket_id: str) -> str:
    """An event as an SQL concatenation with the id of another ticket, which is as long."""
    parts = message.split(ticket_id.encode())
    return " || convert_to(i.id, 'UTF8') || ".join(f"'\\x{part.hex()}'::bytea" for part in parts)
