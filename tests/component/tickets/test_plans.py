"""What lists of tickets read of a large table: the page, and not all that is open."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import asyncpg
import pytest
from sqlalchemy import Engine, event
from tickets_desk import TicketsDesk

from deskmesh.tickets.v1 import ticket_service_pb2 as rpc

OPEN = 3_000
WITHOUT_DUE = 40
PAGE = 25
MOST_READ = 400
"""Rows: some pages, since a filter leaves out a part of what an index gives."""

# The oldest are closed, the newest are open, and the very newest have no target.
_MANY = """
INSERT INTO tickets SELECT made.* FROM tickets AS one, generate_series(1, 10 * $2::int) AS n,
    jsonb_populate_record(one, jsonb_build_object(
        'id', gen_random_uuid(), 'number', 'MANY-' || n, 'sequence', 100000 + n,
        'created_at', now() + n * interval '1 minute' - interval '60 days',
        'updated_at', now() + n * interval '1 minute' - interval '60 days',
        'state', CASE WHEN n > 9 * $2 THEN 'new' ELSE 'closed' END,
        'state_category', CASE WHEN n > 9 * $2 THEN 'new' ELSE 'closed' END,
        'due_at', CASE WHEN n > 9 * $2 AND n <= 10 * $2 - $3::int THEN now() + n * interval '1 second' END,
        'breached', n % 10 = 0
    )) AS made
WHERE one.number = $1
"""


@pytest.fixture(scope="module", autouse=True)
async def many_tickets(desk: TicketsDesk) -> None:
    one = await desk.create("One of many")
    await desk.rows(_MANY, one.number, OPEN, WITHOUT_DUE)
    await desk.rows("ANALYZE tickets")


@contextmanager
def heard() -> Iterator[list[tuple[str, Sequence[object]]]]:
    """The statements that read a page of tickets."""
    found: list[tuple[str, Sequence[object]]] = []

    def hear(_: object, __: object, sql: str, arguments: Sequence[object], *___: object) -> None:
        if "FROM tickets" in sql and "LIMIT" in sql:
            found.append((sql, arguments))

    event.listen(Engine, "after_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(Engine, "after_cursor_execute", hear)


async def rows_read(desk: TicketsDesk, sql: str, arguments: Sequence[object]) -> int:
    """How many rows of tickets a statement reads, as the service's own role with row security on."""
    connection = await asyncpg.connect(desk.service.database.app_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.tenant_id', $1, true)", str(desk.acme))
            plan = [row[0] for row in await connection.fetch(f"EXPLAIN (ANALYZE) {sql}", *arguments)]
    finally:
        await connection.close()
    scans = [place for place, line in enumerate(plan) if re.search(r"Scan.* on tickets\b", line)]
    found = 0
    for place in scans:
        rows = re.search(r"actual time=\S+ rows=([\d.]+)", plan[place])
        found += round(float(rows.group(1))) if rows else 0
        for line in plan[place + 1 : place + 6]:
            removed = re.search(r"Rows Removed by Filter: (\d+)", line)
            found += int(removed.group(1)) if removed else 0
    assert scans, "\n".join(plan)
    return found


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("open = true", "due_at"),
        ("open = true", "created_at"),
        ("breached = true AND open = true", "due_at"),
        ('state_category = "new"', "due_at"),
        ('state = "new"', "created_at"),
        ("assignee = null AND open = true", "created_at"),
        ('(queue = "service-desk" OR queue = "network") AND open = true', "due_at"),
    ],
)
async def test_a_page_reads_little_of_what_is_open(desk: TicketsDesk, text: str, order: str) -> None:
    with heard() as statements:
        assert len(await desk.tickets(filter=text, order_by=order, page_size=PAGE)) == PAGE
    [(sql, arguments)] = statements
    assert await rows_read(desk, sql, arguments) <= MOST_READ


@pytest.mark.parametrize("order", ["due_at", "due_at desc"])
async def test_each_page_reads_as_little_as_the_first(desk: TicketsDesk, order: str) -> None:
    request = rpc.ListTicketsRequest(filter="open = true", order_by=order, page_size=200)
    seen: list[str] = []
    with heard() as statements:
        while True:
            answer = await desk.call("ListTickets", request, rpc.ListTicketsResponse)
            seen += [ticket.id for ticket in answer.tickets]
            request.page_token = answer.next_page_token
            if not request.page_token:
                break
    assert len(seen) == len(set(seen)) == OPEN + 1
    read = [await rows_read(desk, sql, arguments) for sql, arguments in statements]
    assert max(read) <= MOST_READ, read
