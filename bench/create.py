"""Tickets created by REST through all hops, beside pgbench calling the product's own create statement on the same server."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
import uvloop
from desk import Measured, measured_desk, median, report
from load import Outcome, Request, closed_loop, paced, request_bytes

from embedded.binaries import postgres_binaries

PGBENCH_CLIENTS = 16
CONNECTIONS = 32


@dataclass
class Round:
    """The figures of one alternation."""

    pgbench_tps: float
    pgbench_cpu: float
    rest: Outcome
    rest_cpu: float


async def pgbench_script(measured: Measured) -> str:
    """The create statement with the values of a real ticket, new ids and keys each time."""
    connection = await asyncpg.connect(measured.database_url("tickets", "owner"))
    try:
        tenant = uuid.UUID(next(iter(await tenants(measured))))
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.tenant_id', $1, true)", str(tenant))
            row = await connection.fetchrow(
                "SELECT to_jsonb(t)::text AS ticket, (SELECT words::text FROM ticket_search s WHERE s.ticket_id = t.id) AS words, "
                "(SELECT to_jsonb(h)::text FROM ticket_history h WHERE h.ticket_id = t.id AND h.action = 'created') AS history, "
                "(SELECT encode(payload, 'hex') FROM outbox o WHERE o.aggregate_id = t.id::text ORDER BY version LIMIT 1) AS event "
                "FROM tickets t WHERE state = 'new' ORDER BY created_at DESC LIMIT 1"
            )
    finally:
        await connection.close()
    assert row is not None  # the demo has new tickets
    ticket, history = json.loads(row["ticket"]), json.loads(row["history"])
    old_id, number = ticket["id"], ticket["number"]
    ticket_sql = _parted(json.dumps(ticket), {old_id: "i.id", number: "'BEN-' || i.n"})
    history_sql = _parted(json.dumps(history), {old_id: "i.id", history["id"]: "i.entry"})
    return (
        "\\set n random(1, 2000000000)\n"
        # A statement of a file for pgbench, made of values of the project's own database.
        "WITH i AS MATERIALIZED (SELECT gen_random_uuid()::text AS id, gen_random_uuid()::text AS entry, :n::bigint AS n)\n"
        f"SELECT c.outcome FROM i, create_ticket('{tenant}', 'bench', 'bench', i.id, :n, '\\x00', '\\x00', "
        f"({ticket_sql})::jsonb, ({history_sql})::jsonb, {_quoted(row['words'])}::tsvector, '{{}}', '{{}}', NULL, "
        f"i.entry::uuid, 'deskmesh.tickets.v1.TicketCreated', '\\x{row['event']}', '{{}}') AS c;\n"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _parted(text: str, places: dict[str, str]) -> str:
    """A text as an SQL concatenation in which some values are expressions."""
    parts = re.split("(" + "|".join(re.escape(place) for place in places) + ")", text)
    return " || ".join(f"({places[part]})" if part in places else _quoted(part) for part in parts if part)


async def tenants(measured: Measured) -> list[str]:
    """Ids of the demo tenants, from their tokens."""
    token = measured.token("agent@acme.example")
    import base64  # noqa: PLC0415 - only here

    claims = token.split(".")[1]
    return [json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["tenant"]]


def run_pgbench(measured: Measured, script: Path, seconds: int) -> float:
    """Transactions per second of pgbench, prepared, 16 clients."""
    done = subprocess.run(
        [
            *(
                str(postgres_binaries() / "pgbench"),
                "-n",
                "-M",
                "prepared",
                "-c",
                str(PGBENCH_CLIENTS),
                "-j",
                "2",
            ),
            *("-T", str(seconds), "-f", str(script), measured.database_url("tickets")),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if done.returncode or found is None:
        raise SystemExit(done.stdout + done.stderr)
    return float(found.group(1))


def creation(measured: Measured, token: str) -> Request:
    """What makes the bytes of the n-th create."""

    def make(number: int) -> bytes:
        body = json.dumps(
            {
                "title": f"Printer on floor {number % 40} is jammed",
                "description": "It blinks red.",
                "urgency": "high",
            }
        )
        extra = f"Idempotency-Key: {uuid.uuid4()}\r\n"
        return request_bytes(
            "POST", "/api/v1/tickets", port=measured.http_port, token=token, body=body.encode(), extra=extra
        )

    return make


async def quiet(measured: Measured) -> None:
    """Wait until every event is published and clocks are kept for every ticket."""
    for service in ("tickets", "sla", "notify", "gateway"):
        connection = await asyncpg.connect(measured.database_url(service, "relay"))
        try:
            waiting = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
            while await connection.fetchval(waiting):  # noqa: ASYNC110 - another process publishes
                await asyncio.sleep(0.2)
        finally:
            await connection.close()
    before = -1.0
    while (now := sum(measured.cpu_seconds().values())) - before > 0.15:
        before = now
        await asyncio.sleep(1)


async def one_round(measured: Measured, script: Path, seconds: int) -> Round:
    """pgbench, then REST, each on a quiet desk."""
    await quiet(measured)
    cpu = measured.cpu_seconds()
    tps = await asyncio.to_thread(run_pgbench, measured, script, seconds)
    used = measured.cpu_seconds()
    pgbench_cpu = (used["postgres"] - cpu["postgres"]) / (tps * seconds)
    await quiet(measured)
    before = sum(measured.cpu_seconds().values())
    make = creation(measured, measured.token("agent@acme.example"))
    rest = await closed_loop(measured.http_port, make, connections=CONNECTIONS, seconds=seconds)
    await quiet(measured)
    rest_cpu = (sum(measured.cpu_seconds().values()) - before) / len(rest.latencies)
    return Round(tps, pgbench_cpu, rest, rest_cpu)


async def consumer_delays(measured: Measured, since: float) -> list[float]:
    """Milliseconds from a ticket's commit to the transaction in which sla took its event, for events since a time."""
    sent: dict[object, datetime] = {}
    taken: dict[object, datetime] = {}
    for service, query, kept in (
        ("tickets", "SELECT id, created_at AS at FROM outbox WHERE created_at > to_timestamp($1)", sent),
        (
            "sla",
            "SELECT event_id AS id, received_at AS at FROM inbox WHERE received_at > to_timestamp($1)",
            taken,
        ),
    ):
        connection = await asyncpg.connect(measured.database_url(service, "relay"))
        try:
            kept.update({row["id"]: row["at"] for row in await connection.fetch(query, since)})
        finally:
            await connection.close()
    return sorted((taken[one] - sent[one]).total_seconds() * 1000 for one in sent.keys() & taken.keys())


async def main() -> None:
    """Run the rounds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="length of each part of a round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with measured_desk() as measured, tempfile.TemporaryDirectory() as folder:
        idle = measured.memory_mb()
        script = Path(folder) / "create.sql"
        script.write_text(await pgbench_script(measured))
        rounds = [await one_round(measured, script, options.seconds) for _ in range(options.rounds)]
        peak = median([one.rest.rate for one in rounds])
        since = time.time()
        make = creation(measured, measured.token("agent@acme.example"))
        calm = await paced(
            measured.http_port, make, rate=0.7 * peak, connections=CONNECTIONS, seconds=options.seconds
        )
        await quiet(measured)
        delays = await consumer_delays(measured, since)
        errors = sum(count for one in rounds for status, count in one.rest.statuses.items() if status != 201)
        report(
            "create",
            [
                ("pgbench, the create statement", median([one.pgbench_tps for one in rounds]), "tps", ""),
                ("tickets created by REST", peak, "/s", ""),
                (
                    "REST creates / pgbench tps",
                    median([one.rest.rate / one.pgbench_tps for one in rounds]),
                    "",
                    "must 0.18, aim 0.25",
                ),
                (
                    "CPU per create, all processes",
                    1000 * median([one.rest_cpu for one in rounds]),
                    "ms",
                    "must 2.5, aim 1.7",
                ),
                (
                    "CPU per create / pgbench CPU per transaction",
                    median([one.rest_cpu / one.pgbench_cpu for one in rounds]),
                    "",
                    "must 8, aim 5.5",
                ),
                ("create p50 at 70 % of the peak", calm.quantile(0.5), "ms", "must 15, aim 8"),
                ("create p99 at 70 % of the peak", calm.quantile(0.99), "ms", "must 80, aim 30"),
                (
                    "commit to consumer's transaction p50 at 70 %",
                    delays[len(delays) // 2],
                    "ms",
                    "must 100, aim 40",
                ),
                (
                    "commit to consumer's transaction p99 at 70 %",
                    delays[int(len(delays) * 0.99)],
                    "ms",
                    "must 500, aim 100",
                ),
                ("answers that were no 201", errors, "", "0"),
                ("memory of the idle desk (PSS)", idle, "MB", "must 1000, aim 800"),
            ],
        )


if __name__ == "__main__":
    uvloop.run(main())
