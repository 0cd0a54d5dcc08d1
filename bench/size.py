"""What the steps of a ticket's life take: processor time by process, bytes in each service's database and in NATS."""

from __future__ import annotations

import argparse
import asyncio
import re
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg
import httpx
import uvloop
from create import all_published, quiet
from desk import IDLE_SECONDS, Measured, measured_desk, report

from embedded.databases import SERVICES

AT_ONCE = 16
MAILS_SECONDS = 900.0
"""By then every mail about the tickets must be sent too."""
AGENT = "agent@acme.example"
_DAY = re.compile(r"_(p\d{8}|default)$")

_SIZES = """
SELECT relname, pg_total_relation_size(oid) AS bytes FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


async def sizes(measured: Measured) -> Counter[str]:
    """Bytes by "service.table", indexes and what stands beside included, the days of a table in one; and of NATS."""
    found: Counter[str] = Counter()
    for service in SERVICES:
        connection = await asyncpg.connect(measured.superuser_url(service))
        try:
            await connection.execute("VACUUM")
            for row in await connection.fetch(_SIZES):
                found[f"{service}.{_DAY.sub('', row['relname'])}"] += row["bytes"]
        finally:
            await connection.close()
    found["nats.streams"] = _bytes_below(measured.desk.home / "nats")
    return found


def _bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


async def settled(measured: Measured) -> None:
    """Wait until every mail is sent, every event dealt with, and nobody works. Raises TimeoutError or SystemExit."""
    connection = await asyncpg.connect(measured.database_url("notify", "relay"))
    try:
        async with asyncio.timeout(MAILS_SECONDS):
            for service in ("tickets", "notify"):
                await all_published(measured, service)
            while await connection.fetchval("SELECT EXISTS (SELECT FROM timers WHERE state <> 'dead')"):  # noqa: ASYNC110 - another process sends
                await asyncio.sleep(0.5)
    finally:
        await connection.close()
    await quiet(measured)


async def post(client: httpx.AsyncClient, requests: Sequence[tuple[str, object]]) -> list[str]:
    """Make the requests, some at a time; the ids that are answered. Raises SystemExit at an answer that is no success."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(path: str, body: object) -> str:
        async with places:
            answer = await client.post(path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
        if not answer.is_success:
            raise SystemExit(f"{path}: {answer.status_code} {answer.text}")
        return str(answer.json().get("id", ""))

    return await asyncio.gather(*(one(path, body) for path, body in requests))


def grown(before: Counter[str], after: Counter[str], count: int) -> list[tuple[str, float, str, str]]:
    """Rows of a report: bytes per ticket by service, then by table where it is much."""
    each = {name: (after[name] - before[name]) / count for name in after}
    databases = {name: size for name, size in each.items() if not name.startswith("nats.")}
    totals = [
        (service, sum(size for name, size in each.items() if name.startswith(f"{service}.")))
        for service in SERVICES
    ]
    tables = [
        (f"  {name}", size) for name, size in sorted(each.items(), key=lambda one: -one[1]) if size >= 100
    ]
    rows = [("databases together", sum(databases.values())), *totals, *tables]
    return [(name, size, "bytes", "") for name, size in rows]


async def idle_rate(measured: Measured) -> dict[str, float]:
    """Seconds of processor time that each process uses per second while nobody asks anything."""
    before, began = measured.cpu_seconds(), time.monotonic()
    await asyncio.sleep(IDLE_SECONDS)
    took = time.monotonic() - began
    return {name: (now - before[name]) / took for name, now in measured.cpu_seconds().items()}


async def step(
    measured: Measured,
    client: httpx.AsyncClient,
    what: str,
    requests: Sequence[tuple[str, object]],
    idle: Mapping[str, float],
) -> list[str]:
    """Make the requests, wait until all that follows is done, and print what each has taken. Gives the ids answered."""
    client.headers["Authorization"] = f"Bearer {measured.token(AGENT)}"
    before, cpu, began = await sizes(measured), measured.cpu_seconds(), time.monotonic()
    ids = await post(client, requests)
    await settled(measured)
    took, used = time.monotonic() - began, measured.cpu_seconds()
    count = len(requests)
    each = {name: 1000 * (used[name] - cpu[name] - idle[name] * took) / count for name in used}
    rows = [("CPU, all processes", sum(each.values()), "ms", "")]
    rows += [(f"  of it {name}", milliseconds, "ms", "") for name, milliseconds in each.items()]
    report(f"{what}: what one takes", [*rows, *grown(before, await sizes(measured), count)])
    return ids


async def main() -> None:
    """Make tickets, comment on them, resolve them; print what each step has taken of processors and disk."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=2000)
    count = parser.parse_args().tickets
    text = "Since this morning it prints half a page and stops. I have switched it off and on again. " * 4
    new = [
        ("/tickets", {"title": f"Printer {n} is jammed", "description": text, "urgency": "high"})
        for n in range(count)
    ]
    answer = {"body": "Please try the printer on the second floor meanwhile.", "visibility": "public"}
    with measured_desk() as measured:
        await settled(measured)
        idle = await idle_rate(measured)
        memory = measured.memory_by_process()
        report("the idle desk", [(name, mb, "MB", "") for name, mb in memory.items()])
        async with httpx.AsyncClient(base_url=f"{measured.desk.url}/api/v1", timeout=60) as client:
            ids = await step(measured, client, "a ticket, with its mails to the team", new, idle)
            comments = [(f"/tickets/{one}/comments", answer) for one in ids]
            await step(measured, client, "a public comment, with its mail", comments, idle)
            resolutions = [(f"/tickets/{one}/transitions", {"to": "resolved"}) for one in ids]
            await step(measured, client, "a resolution", resolutions, idle)
        report(
            "the desk afterwards", [(name, mb, "MB", "") for name, mb in measured.memory_by_process().items()]
        )


if __name__ == "__main__":
    uvloop.run(main())
