"""Rules: what 200 of them cost each event, how fast those of time act, and what a dry run takes."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import asyncpg
import uvloop
from create import put_off_mails, quiet, run_pgbench
from create_statement import create_statement
from desk import Measured, measured_desk, median, quantile, report
from fill import fill

WITHOUT, WITH = "globex", "acme"
"""The tenants: one has the rules of the demo, the other those and the benchmark's."""
RULES = 200
WARM_UP_SECONDS = 2
DRY_RUNS = 5
"""In each round."""
PATIENCE_SECONDS = 300.0

T = TypeVar("T")

_EVENTS = (["created"], ["created", "updated"], ["created", "state_changed"], ["created", "assigned"])
_CONDITIONS = (
    'queue = "network" AND priority = "critical"',
    'title:"word{n}" OR description:"word{n}"',
    'type = "incident" AND impact = "low" AND tags:"tag{n}"',
    'requester = "person{n}@example.com" AND open = true',
    'channel = "email" AND actor_kind = "user" AND NOT category = "category {n}"',
    '(urgency = "low" OR urgency = "medium") AND service_id = "service {n}"',
    'open = true AND created_at < "2001-01-01T00:00:00Z"',
    'title = "Order {n}*" AND (queue = "applications" OR queue = "service-desk")',
)
"""None holds for the ticket of the load, which is urgent, of the service desk, and came by REST."""

_TAKEN = """
SELECT count(*) AS taken, extract(epoch FROM max(received_at) - min(received_at))::float8 AS seconds
FROM inbox JOIN outbox ON outbox.tenant_id = inbox.tenant_id AND outbox.id = inbox.event_id
WHERE inbox.received_at > $1 AND outbox.subject = 'deskmesh.tickets.v1.TicketCreated'
"""

_WAIT = """
WITH chosen AS (
    SELECT tenant_id, id FROM tickets WHERE tenant_id = $1 AND state_category IN ('new', 'active', 'waiting')
    LIMIT $3
), waits AS (
    INSERT INTO rule_waits (tenant_id, rule_id, ticket_id, due_at)
    SELECT tenant_id, $2::uuid, id, now() FROM chosen
)
INSERT INTO timers (tenant_id, id, kind, key, due_at, payload)
SELECT tenant_id, uuidv7(), 'rule', $2::uuid || '/' || id, now(), '{}' FROM chosen
"""

_ACTED = "SELECT count(*) FROM rule_executions WHERE rule_id = $1 AND outcome = 'done'"

_READ = "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'tickets'"


@dataclass(frozen=True)
class Load:
    """What the events of one tenant's new tickets took."""

    cpu: float
    """Seconds of the service of tickets for each: to publish the event, to take it in, and to look at the rules."""
    rate: float
    """Taken in per second, while there were any."""


def rule(number: int) -> dict[str, object]:
    """One of the rules that look at every new ticket, and act on none."""
    return {
        "name": f"Rule {number}",
        "on": _EVENTS[number % len(_EVENTS)],
        "condition": _CONDITIONS[number % len(_CONDITIONS)].format(n=number),
        "actions": [{"type": "tag", "add": [f"rule-{number}"]}],
        "order": number,
    }


async def statement_of(measured: Measured, tenant: str) -> str:
    """The create statement of a tenant, by a ticket that comes by REST now."""
    agent = await asyncio.to_thread(measured.desk.sign_in, f"agent@{tenant}.example")
    ticket = {"title": "The printer is jammed", "description": "It blinks red.", "urgency": "high"}
    await asyncio.to_thread(agent.send, "POST", "/tickets", ticket)
    return await create_statement(measured)


async def load(measured: Measured, script: Path, seconds: int) -> Load:
    """Make tickets by the create statement alone, at its full speed, and wait until their events are dealt with."""
    await quiet(measured)
    connection = await asyncpg.connect(measured.superuser_url("tickets"))
    try:
        since = await connection.fetchval("SELECT now()")
        before = measured.cpu_seconds()["tickets"]
        await asyncio.to_thread(run_pgbench, measured, script, seconds)
        await quiet(measured)
        used = measured.cpu_seconds()["tickets"] - before
        row = await connection.fetchrow(_TAKEN, since)
    finally:
        await connection.close()
    assert row is not None  # a count always is
    return Load(used / row["taken"], row["taken"] / row["seconds"])


async def dry_runs(measured: Measured, times: int) -> tuple[list[float], int]:
    """Seconds of each dry run over the last fourteen days, and how many events the last one looked at."""
    admin = await asyncio.to_thread(measured.desk.sign_in, f"admin@{WITH}.example")
    took, looked_at = [], 0
    for number in range(times):
        began = time.perf_counter()
        answer = await asyncio.to_thread(admin.send, "POST", "/rules/dry-run?days=14", rule(number))
        took.append(time.perf_counter() - began)
        looked_at = answer["events"]
    return took, looked_at


async def reads(measured: Measured, meanwhile: Awaitable[T]) -> tuple[list[float], T]:
    """Seconds of each read of a ticket, one after the other, while something else is done; and what that gives."""
    agent = await asyncio.to_thread(measured.desk.sign_in, f"agent@{WITH}.example")
    ticket = (await asyncio.to_thread(agent.get, "/tickets", page_size=1))["items"][0]["id"]
    doing, took = asyncio.ensure_future(meanwhile), []
    while not doing.done():
        began = time.perf_counter()
        await asyncio.to_thread(agent.get, f"/tickets/{ticket}")
        took.append(time.perf_counter() - began)
    return took, await doing


async def acted_on_time(measured: Measured, count: int, number: int) -> float:
    """Tickets per second on which a rule of time acts that is due for all of them at once."""
    admin = await asyncio.to_thread(measured.desk.sign_in, f"admin@{WITH}.example")
    made = {
        "name": f"Long open {number}",
        "after": "P1D",
        "condition": "open = true",
        "actions": [{"type": "tag", "add": [f"long-open-{number}"]}],
    }
    kept = await asyncio.to_thread(admin.send, "POST", "/rules", made)
    connection = await asyncpg.connect(measured.superuser_url("tickets"))
    try:
        tenant = await connection.fetchval("SELECT id FROM tenants WHERE slug = $1", WITH)
        began = time.perf_counter()
        await connection.execute(_WAIT, tenant, kept["id"], count)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await connection.fetchval(_ACTED, kept["id"]) < count:  # noqa: ASYNC110 - another process acts
                await asyncio.sleep(0.1)
        took = time.perf_counter() - began
    finally:
        await connection.close()
    await asyncio.to_thread(admin.http.delete, f"/rules/{kept['id']}")
    await quiet(measured)
    return count / took


async def rows_read(measured: Measured, seconds: float) -> float:
    """Rows of tickets that the desk reads in a minute of nothing to do, however many there are."""
    connection = await asyncpg.connect(measured.superuser_url("tickets"))
    try:
        before = await connection.fetchval(_READ)
        await asyncio.sleep(seconds)
        return float(await connection.fetchval(_READ) - before) * 60 / seconds
    finally:
        await connection.close()


async def main() -> None:
    """Fill the desk, set the rules, measure, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000, help="how many there are, in ten tenants")
    parser.add_argument("--seconds", type=int, default=5, help="length of each load")
    parser.add_argument(
        "--due", type=int, default=1_000, help="tickets for which a rule of time is due at once"
    )
    parser.add_argument("--idle", type=int, default=60, help="seconds in which nothing is asked")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with measured_desk() as measured, tempfile.TemporaryDirectory() as folder:
        await fill(measured, options.tickets)
        await put_off_mails(measured)
        admin = await asyncio.to_thread(measured.desk.sign_in, f"admin@{WITH}.example")
        for number in range(RULES):
            await asyncio.to_thread(admin.send, "POST", "/rules", rule(number))
        scripts: dict[str, Path] = {}
        for tenant in (WITHOUT, WITH):
            scripts[tenant] = Path(folder) / f"{tenant}.sql"
            statement = await statement_of(measured, tenant)
            scripts[tenant].write_text(f"\\set n random(1, 4000000000000000000)\n{statement}")
            await load(measured, scripts[tenant], WARM_UP_SECONDS)
        loads = [
            {tenant: await load(measured, script, options.seconds) for tenant, script in scripts.items()}
            for _ in range(options.rounds)
        ]
        idle = await rows_read(measured, options.idle)
        rates = [await acted_on_time(measured, options.due, number) for number in range(options.rounds)]
        calm, _ = await reads(measured, asyncio.sleep(options.seconds))
        beside, (dry, looked_at) = await reads(measured, dry_runs(measured, DRY_RUNS * options.rounds))
    cpu = {tenant: 1000 * median([one[tenant].cpu for one in loads]) for tenant in scripts}
    rate = {tenant: median([one[tenant].rate for one in loads]) for tenant in scripts}
    slower = median([one[WITH].rate / one[WITHOUT].rate for one in loads])
    report(
        "rules",
        [
            ("events taken in, rules of the demo", rate[WITHOUT], "/s", ""),
            (f"events taken in, {RULES} rules more", rate[WITH], "/s", ""),
            (f"events taken in, with {RULES} rules / without", slower, "", ""),
            ("CPU of tickets per event, rules of the demo", cpu[WITHOUT], "ms", ""),
            (f"CPU of tickets per event, {RULES} rules more", cpu[WITH], "ms", ""),
            (f"{RULES} rules on one event", cpu[WITH] - cpu[WITHOUT], "ms", ""),
            ("tickets acted on by a rule of time", median(rates), "/s", ""),
            ("rows of tickets read by the idle desk", idle, "/min", ""),
            ("dry run over 14 days, p50", 1000 * quantile(dry, 0.5), "ms", ""),
            ("  events it looks at", looked_at, "", ""),
            ("ticket read by REST, p99", 1000 * quantile(calm, 0.99), "ms", ""),
            ("ticket read by REST beside dry runs, p99", 1000 * quantile(beside, 0.99), "ms", ""),
        ],
    )


if __name__ == "__main__":
    uvloop.run(main())
