"""Many tickets, made by SQL in the tickets database of a desk: ten tenants, a tenth of the tickets open, mostly new ones.

Of their history there is what reports count: the move of each closed ticket out of work.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
from desk import Measured

from chassis import search
from chassis.context import Caller, use_caller
from chassis.db import Database, Databases
from tickets.app.configuration import Configurations

TENANTS = 10
PEOPLE = 2000
"""Of a tenant, who ask; the first of them work tickets too."""
AGENTS = 40
TITLES = 400
DESCRIPTIONS = 1000
LANGUAGES = ("en",)

_SYLLABLES = (
    "ba",
    "cor",
    "del",
    "fi",
    "gan",
    "hu",
    "lo",
    "mer",
    "nik",
    "pro",
    "ru",
    "sta",
    "tam",
    "vel",
    "zo",
)
_WORDS = sorted({a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in _SYLLABLES})
# As in a language: the word of rank r is about 1/r as frequent as the first; the most frequent (stop words) left out.
_WEIGHTS = [1 / (rank + 20) for rank in range(len(_WORDS))]

_INDEXES = """
SELECT indexname AS name, indexdef AS definition FROM pg_indexes
WHERE tablename IN ('tickets', 'ticket_search', 'ticket_history') AND indexdef LIKE 'CREATE INDEX %'
"""

_TEXTS = "CREATE TEMPORARY TABLE texts (kind text, n int, text text, words tsvector, PRIMARY KEY (kind, n))"

_FILL = """
WITH made AS MATERIALIZED (
    SELECT n, uuidv7(age) AS id, now() + age AS at, age * (1 - touched) AS since_touched, is_open,
        (ARRAY['new', 'open', 'pending_requester'])[1 + place] AS open_state,
        (ARRAY['new', 'active', 'waiting'])[1 + place] AS open_category,
        now() + interval '5 days' * random() AS due_at, random() < 0.1 AS breached,
        ($5::uuid[])[1 + floor(random() * cardinality($5::uuid[]))::int] AS requester,
        CASE WHEN random() < 0.7 OR NOT is_open THEN ($5::uuid[])[1 + floor(random() * $6::int)::int] END AS assignee,
        (ARRAY['low', 'medium', 'high', 'critical'])[1 + floor(random() * 4)::int] AS priority,
        1 + floor(random() * $3)::int AS title, 1 + floor(random() * $4)::int AS description,
        floor(random() * (SELECT count(*) FROM queues WHERE tenant_id = $1))::int AS queue
    FROM (
        SELECT n, age, random() < CASE WHEN age > interval '-36 days' THEN 0.9 ELSE 0.011 END AS is_open,
            floor(random() * 3)::int AS place, random() AS touched
        FROM (SELECT n, interval '-1 year' * random() AS age FROM generate_series(1, $2) AS n) AS aged
    ) AS drawn
), placed AS (
    SELECT id, process_id, row_number() OVER (ORDER BY slug) - 1 AS place FROM queues WHERE tenant_id = $1
), workflow AS (
    SELECT id FROM workflow_versions WHERE tenant_id = $1 ORDER BY id LIMIT 1
), filled AS (
    INSERT INTO tickets
    SELECT ticket.*
    FROM made JOIN placed ON placed.place = made.queue CROSS JOIN workflow
        JOIN texts AS title ON title.kind = 'title' AND title.n = made.title
        JOIN texts AS description ON description.kind = 'description' AND description.n = made.description
        CROSS JOIN LATERAL jsonb_populate_record(NULL::tickets, jsonb_build_object(
        'tenant_id', $1::uuid, 'id', made.id, 'version', 1, 'created_at', at, 'updated_at', now() + since_touched,
        'number', 'GEN-' || made.n, 'sequence', made.n, 'type', 'incident', 'title', title.text, 'description', description.text,
        'state', CASE WHEN is_open THEN open_state ELSE 'closed' END,
        'state_category', CASE WHEN is_open THEN open_category ELSE 'closed' END,
        'priority', priority, 'priority_by_hand', false, 'impact', 'medium', 'urgency', 'medium',
        'process_id', placed.process_id, 'queue_id', placed.id, 'workflow_version_id', workflow.id,
        'requester_id', requester, 'assignee_id', assignee,
        'tags', '[]'::jsonb, 'category', '', 'fields', '{}'::jsonb, 'channel', 'portal',
        'ci_ids', '[]'::jsonb, 'service_id', '', 'language', 'en', 'automatic', false, 'source_message_id', '',
        'closed_at', CASE WHEN NOT is_open THEN at END, 'due_at', CASE WHEN is_open THEN due_at END,
        'breached', is_open AND breached
    )) AS ticket
), told AS (
    INSERT INTO ticket_history (tenant_id, id, ticket_id, ticket_version, action, field, old_value, new_value, public, actor_kind,
        actor_id, actor_name, actor_email, cause, rule, occurred_at, recorded_at)
    SELECT $1, uuidv7(age), made.id, 1, 'state_changed', 'state', '"open"', '"closed"', true, 'system', 'tickets', 'tickets', '',
        'bench', '', now() + age, now() + age
    FROM (SELECT id, (at - now()) * (0.9 + 0.1 * random()) AS age FROM made WHERE NOT is_open) AS made
)
INSERT INTO ticket_search (tenant_id, ticket_id, words)
SELECT $1, made.id, title.words || description.words
FROM made
    JOIN texts AS title ON title.kind = 'title' AND title.n = made.title
    JOIN texts AS description ON description.kind = 'description' AND description.n = made.description
"""


@dataclass(frozen=True)
class Filled:
    """The tenants that were filled, those of the demo first, and the titles that their tickets have."""

    tenants: Sequence[UUID]
    titles: Sequence[str]


async def fill(measured: Measured, count: int) -> Filled:
    """Make about `count` tickets. What only costs time while filling (indexes, foreign keys) comes back before the end."""
    started = time.monotonic()
    rng = random.Random(1)  # the same texts each time
    titles = [_text(rng, 5) for _ in range(TITLES)]
    descriptions = [_text(rng, 20) for _ in range(DESCRIPTIONS)]
    connection = await asyncpg.connect(measured.superuser_url("tickets"))
    try:
        await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        await connection.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'")
        known = [row["id"] for row in await connection.fetch("SELECT id FROM tenants ORDER BY slug")]
        tenants = (known + [uuid4() for _ in range(TENANTS)])[:TENANTS]
        await _seed(measured, tenants)
        await connection.execute(_TEXTS)
        indexes = await connection.fetch(_INDEXES)
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        for tenant in tenants:
            await _fill_tenant(connection, tenant, count // len(tenants), titles, descriptions)
        for index in indexes:
            await connection.execute(index["definition"])
        await connection.execute("VACUUM ANALYZE tickets")
        await connection.execute("VACUUM ANALYZE ticket_search")
        await connection.execute("VACUUM ANALYZE ticket_history")
    finally:
        await connection.close()
    print(f"filled with {count:,} tickets: {time.monotonic() - started:.0f} s", flush=True)
    return Filled(tenants, titles)


def _text(rng: random.Random, length: int) -> str:
    return " ".join(rng.choices(_WORDS, _WEIGHTS, k=length))


async def _seed(measured: Measured, tenants: Sequence[UUID]) -> None:
    """Give each tenant the shipped processes and queues where it has none yet."""
    database = Database(measured.database_url("tickets"), measured.database_url("tickets", "relay"))
    configurations = Configurations(Databases([database]))
    try:
        for tenant in tenants:
            with use_caller(Caller.system(tenant, "tickets", "bench")):
                await configurations.of(tenant)
    finally:
        await database.close()


async def _fill_tenant(
    connection: asyncpg.Connection, tenant: UUID, count: int, titles: list[str], descriptions: list[str]
) -> None:
    await connection.execute("TRUNCATE texts")
    rows = [
        (kind, n, text, search.vector(tenant, {weight: text}, LANGUAGES))
        for kind, weight, texts in (("title", "A", titles), ("description", "B", descriptions))
        for n, text in enumerate(texts, 1)
    ]
    await connection.executemany("INSERT INTO texts VALUES ($1, $2, $3, $4::text::tsvector)", rows)
    await connection.execute("ANALYZE texts")
    people = [uuid4() for _ in range(PEOPLE)]
    await connection.execute(
        _FILL, tenant, count, len(titles), len(descriptions), people, AGENTS, timeout=600
    )
