"""Tickets created by REST through all hops, beside pgbench calling the product's own create statement on the same server."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import re
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
import nats
import uvloop
from create_statement import create_statement
from desk import IDLE_SECONDS, Measured, measured_desk, median, quantile, report
from load import Outcome, Request, closed_loop, paced, request_bytes

from chassis.db import Database
from chassis.messaging import wake_subject
from embedded.binaries import postgres_binaries
from embedded.databases import SERVICES

PGBENCH_CLIENTS = 16
CONNECTIONS = 32
WARM_UP_SECONDS = 5
QUIET_SECONDS = 600.0
"""By then every event of a load must be published and dealt with: pgbench leaves more than ten thousand tickets."""
QUIET_CPU = 0.2
"""Of a second per second: what the timers and polls of an idle desk use at most."""

_PUT_OFF = """
CREATE FUNCTION put_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.due_at := NEW.due_at + interval '1 day';
    RETURN NEW;
END
$$;
CREATE TRIGGER put_off BEFORE INSERT ON timers FOR EACH ROW WHEN (NEW.kind = 'deliver') EXECUTE FUNCTION put_off()
"""


@dataclass(frozen=True)
class Round:
    """The figures of one alternation; processor time in seconds for each transaction, and each ticket by process."""

    pgbench_tps: float
    pgbench_cpu: float
    caught_up: float
    """Tickets per second that sla took in after pgbench had ended."""
    called: float
    """Calls per second of the create statement by the service's own way to its database."""
    rest: Outcome
    rest_cpu: Mapping[str, float]
    events_cpu: float
    """Of all processes for each ticket that pgbench made at the peak of REST, without pgbench's own."""

    @property
    def rest_cpu_total(self) -> float:
        """Of all processes, for each ticket."""
        return sum(self.rest_cpu.values())


def creation(measured: Measured) -> Request:
    """What makes the bytes of the n-th create, with a token that lasts ten minutes."""
    token = measured.token("agent@acme.example")

    def make(number: int) -> bytes:
        body = {
            "title": f"Printer on floor {number % 40} is jammed",
            "description": "It blinks red.",
            "urgency": "high",
        }
        return request_bytes(
            "POST",
            "/api/v1/tickets",
            port=measured.http_port,
            token=token,
            body=json.dumps(body).encode(),
            extra=f"Idempotency-Key: {uuid.uuid4()}\r\n",
        )

    return make


async def put_off_mails(measured: Measured) -> None:
    """Have notify queue the mails about tickets and send them tomorrow: what is measured ends with the queue."""
    connection = await asyncpg.connect(measured.superuser_url("notify"))
    try:
        await connection.execute(_PUT_OFF)
    finally:
        await connection.close()


def run_pgbench(measured: Measured, script: Path, seconds: int, *options: str) -> float:
    """Transactions per second of pgbench as the app role, prepared, 16 clients. Raises SystemExit where one fails."""
    command = [
        str(postgres_binaries() / "pgbench"),
        "-n",
        "-M",
        "prepared",
        "-c",
        str(PGBENCH_CLIENTS),
        "-j",
        "2",
    ]
    done = subprocess.run(
        [*command, *options, "-T", str(seconds), "-f", str(script), measured.database_url("tickets")],
        check=False,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
    )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if done.returncode or found is None:
        raise SystemExit(done.stdout + done.stderr)
    return float(found.group(1))


async def own_calls(measured: Measured, statement: str, seconds: int) -> float:
    """Calls per second of the same statement through the service's pool and driver, by 16 tasks of one process."""
    sql, numbers = statement.replace(":n::", "$1::"), itertools.count(time.time_ns())
    database = Database(
        measured.database_url("tickets"), measured.database_url("tickets", "relay"), pool_size=PGBENCH_CLIENTS
    )
    ends_at, calls = time.perf_counter() + seconds, 0

    async def work() -> None:
        nonlocal calls
        while time.perf_counter() < ends_at:
            await database.fetch_one(sql, next(numbers))
            calls += 1

    try:
        await asyncio.gather(*(work() for _ in range(PGBENCH_CLIENTS)))
    finally:
        await database.close()
    return calls / seconds


@asynccontextmanager
async def relay_awake(measured: Measured) -> AsyncIterator[None]:
    """Wakes the relay of tickets as the service does after its commits, while the block runs."""
    client = await nats.connect(measured.nats_url)

    async def wake() -> None:
        while True:
            await client.publish(wake_subject("tickets"), b"")
            await asyncio.sleep(0.01)

    waking = asyncio.create_task(wake())
    try:
        yield
    finally:
        waking.cancel()
        await asyncio.gather(waking, return_exceptions=True)
        await client.close()


async def events_cpu(measured: Measured, script: Path, seconds: int, rate: float) -> float:
    """Processor seconds of everything for each ticket that pgbench makes at this rate, until all is dealt with."""
    before = sum(measured.cpu_seconds().values())
    async with relay_awake(measured):
        tps = await asyncio.to_thread(run_pgbench, measured, script, seconds, "-R", f"{rate:.0f}")
    await quiet(measured)
    return (sum(measured.cpu_seconds().values()) - before) / (tps * seconds)


async def quiet(measured: Measured) -> None:
    """Wait until every event is published and nobody works any more. Raises SystemExit when that does not come."""
    try:
        async with asyncio.timeout(QUIET_SECONDS):
            for service in SERVICES:
                await all_published(measured, service)
            while await _cpu_in_a_second(measured) > QUIET_CPU:
                pass
    except TimeoutError:
        raise SystemExit(f"the desk was still at work {QUIET_SECONDS:.0f} s after the load") from None


async def all_published(measured: Measured, service: str) -> None:
    """Wait until the service's events are with NATS."""
    connection = await asyncpg.connect(measured.database_url(service, "relay"))
    try:
        while await connection.fetchval("SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"):  # noqa: ASYNC110 - another process publishes
            await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def _cpu_in_a_second(measured: Measured) -> float:
    before = sum(measured.cpu_seconds().values())
    await asyncio.sleep(1)
    return sum(measured.cpu_seconds().values()) - before


async def one_round(measured: Measured, statement: str, script: Path, seconds: int) -> Round:
    """pgbench, the service's own call, REST, and the event side alone, each from a quiet desk.

    A ticket's processor time lasts until all its events are dealt with.
    """
    await quiet(measured)
    before = measured.cpu_seconds()["postgres"]
    tps = await asyncio.to_thread(run_pgbench, measured, script, seconds)
    pgbench_cpu = (measured.cpu_seconds()["postgres"] - before) / (tps * seconds)
    caught_up = await catch_up(measured)
    called = await own_calls(measured, statement, seconds)
    await quiet(measured)
    cpu = measured.cpu_seconds()
    rest = await closed_loop(measured.http_port, creation(measured), connections=CONNECTIONS, seconds=seconds)
    await quiet(measured)
    used = {name: now - cpu[name] for name, now in measured.cpu_seconds().items()}
    with_events = await events_cpu(measured, script, seconds, rest.rate)
    return Round(
        tps,
        pgbench_cpu,
        caught_up,
        called,
        rest,
        {name: seconds / len(rest.latencies) for name, seconds in used.items()},
        with_events - pgbench_cpu,
    )


async def catch_up(measured: Measured) -> float:
    """Wait until the desk is quiet; give how many tickets sla took in a second."""
    began, before = time.monotonic(), await _taken(measured)
    while (now := await _taken(measured)) < await _sent(measured):
        if time.monotonic() - began > QUIET_SECONDS:
            raise SystemExit(f"sla was still behind {QUIET_SECONDS:.0f} s after the load")
        await asyncio.sleep(0.2)
    rate = (now - before) / (time.monotonic() - began)
    await quiet(measured)
    return rate


async def _sent(measured: Measured) -> int:
    return await _count(
        measured, "tickets", "SELECT count(*) FROM outbox WHERE subject LIKE '%.TicketCreated'"
    )


async def _taken(measured: Measured) -> int:
    return await _count(measured, "sla", "SELECT count(*) FROM ticket_events WHERE name = 'TicketCreated'")


async def _count(measured: Measured, service: str, query: str) -> int:
    connection = await asyncpg.connect(measured.superuser_url(service))
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


async def consumer_delays(measured: Measured, since: float) -> list[float]:
    """Milliseconds from a ticket's transaction to the one in which sla took its event, for tickets since a time."""
    sent = await _times(
        measured,
        "tickets",
        "SELECT id, created_at FROM outbox WHERE created_at > to_timestamp($1) AND subject LIKE '%.TicketCreated'",
        since,
    )
    taken = await _times(
        measured, "sla", "SELECT event_id, received_at FROM inbox WHERE received_at > to_timestamp($1)", since
    )
    return [(taken[one] - sent[one]).total_seconds() * 1000 for one in sent.keys() & taken.keys()]


async def _times(measured: Measured, service: str, query: str, since: float) -> dict[uuid.UUID, datetime]:
    connection = await asyncpg.connect(measured.superuser_url(service))
    try:
        return {row[0]: row[1] for row in await connection.fetch(query, since)}
    finally:
        await connection.close()


async def main() -> None:
    """Run the rounds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="length of each part of a round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with measured_desk() as measured, tempfile.TemporaryDirectory() as folder:
        await quiet(measured)
        await asyncio.sleep(IDLE_SECONDS)
        idle = measured.memory_mb()
        await put_off_mails(measured)
        await closed_loop(
            measured.http_port, creation(measured), connections=CONNECTIONS, seconds=WARM_UP_SECONDS
        )
        script = Path(folder) / "create.sql"
        statement = await create_statement(measured)
        script.write_text(f"\\set n random(1, 4000000000000000000)\n{statement}")
        rounds = [
            await one_round(measured, statement, script, options.seconds) for _ in range(options.rounds)
        ]
        peak = median([one.rest.rate for one in rounds])
        since = time.time()
        calm = await paced(
            measured.http_port,
            creation(measured),
            rate=0.7 * peak,
            connections=CONNECTIONS,
            seconds=options.seconds,
        )
        await quiet(measured)
        delays = await consumer_delays(measured, since)
    print_figures(rounds, calm, delays, idle)


def print_figures(rounds: list[Round], calm: Outcome, delays: list[float], idle: float) -> None:
    """Print the medians of the rounds, the latencies of the calm load, and the memory of the idle desk."""
    ratio = median([one.rest.rate / one.pgbench_tps for one in rounds])
    cpu_ratio = median([one.rest_cpu_total / one.pgbench_cpu for one in rounds])
    refused = sum(outcome.unlike(201) for outcome in [*(one.rest for one in rounds), calm])
    report(
        "create",
        [
            ("pgbench, the create statement", median([one.pgbench_tps for one in rounds]), "tps", ""),
            ("tickets created by REST", median([one.rest.rate for one in rounds]), "/s", ""),
            ("REST creates / pgbench tps", ratio, "", "must 0.18, aim 0.25"),
            (
                "the service's database call / pgbench tps",
                median([one.called / one.pgbench_tps for one in rounds]),
                "",
                "must 0.6, aim 0.85",
            ),
            (
                "CPU per create, all processes",
                1000 * median([one.rest_cpu_total for one in rounds]),
                "ms",
                "must 2.5, aim 1.7",
            ),
            *(
                (f"  of it {name}", 1000 * median([one.rest_cpu[name] for one in rounds]), "ms", "")
                for name in rounds[0].rest_cpu
            ),
            ("CPU per create / pgbench CPU per transaction", cpu_ratio, "", "must 8, aim 5.5"),
            ("CPU of the event side per ticket", 1000 * median([one.events_cpu for one in rounds]), "ms", ""),
            (
                "share of the event side in the CPU per create",
                100 * median([one.events_cpu / one.rest_cpu_total for one in rounds]),
                "%",
                "must 25, aim 15",
            ),
            ("tickets caught up after pgbench", median([one.caught_up for one in rounds]), "/s", ""),
            ("create p50 at 70 % of the peak", calm.quantile(0.5), "ms", "must 15, aim 8"),
            ("create p99 at 70 % of the peak", calm.quantile(0.99), "ms", "must 80, aim 30"),
            ("commit to consumer's transaction p50 at 70 %", quantile(delays, 0.5), "ms", "must 100, aim 40"),
            (
                "commit to consumer's transaction p99 at 70 %",
                quantile(delays, 0.99),
                "ms",
                "must 500, aim 100",
            ),
            ("answers that were no 201", refused, "", "must 0"),
            ("memory of the idle desk (PSS)", idle, "MB", "must 1000, aim 800"),
        ],
    )


if __name__ == "__main__":
    uvloop.run(main())
