"""Work on many tickets: what each takes, what others notice of it, and what is left of it after a kill."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import time
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import httpx
import uvloop
from create import creation, put_off_mails, quiet
from desk import Measured, measured_desk, median, report
from fill import fill
from load import Outcome, paced

WHO = "agent@acme.example"
CONNECTIONS = 16
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 900.0

_NEWEST = """
SELECT created_at FROM tickets
WHERE tenant_id = $1 AND state_category IN ('new', 'active', 'waiting') AND number LIKE 'GEN-%'
ORDER BY created_at LIMIT 1 OFFSET $2
"""

_CHANGED = """
SELECT count(*) AS entries, count(DISTINCT ticket_id) AS tickets FROM ticket_history WHERE tenant_id = $1 AND cause = $2
"""


@dataclass(frozen=True)
class Job:
    """A job and what it took, in seconds."""

    id: str
    total: int
    to_choose: float
    """Until it was accepted, its tickets chosen and written down."""
    to_do: float
    cpu: float
    """Of all processes, from the start until the desk is quiet again."""


@dataclass(frozen=True)
class Bulk:
    """Who starts jobs on the same tickets again and again, each time with another tag."""

    measured: Measured
    tenant: UUID
    filter: str

    async def start(self, tag: str) -> tuple[str, int, float]:
        """A new job: its id, how many tickets it has, and in how many seconds it was accepted."""
        agent = await asyncio.to_thread(self.measured.desk.sign_in, WHO)
        began = time.perf_counter()
        body = {"filter": self.filter, "changes": {"tags": [tag]}}
        answer = await asyncio.to_thread(agent.send, "POST", "/tickets/bulk", body)
        return answer["id"], answer["total"], time.perf_counter() - began

    async def done(self, job: str) -> int | None:
        """How many tickets are done; None while the desk does not answer. Raises SystemExit where one failed."""
        agent = await asyncio.to_thread(self.measured.desk.sign_in, WHO)
        try:
            answer = await asyncio.to_thread(agent.http.get, f"/tickets/bulk/{job}", params={"page_size": 1})
        except httpx.TransportError:
            return None
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return None
        found = answer.raise_for_status().json()
        if found["failed"]:
            raise SystemExit(f"{found['failed']} tickets failed")
        return int(found["done"])

    async def until(self, job: str, count: int) -> float:
        """Wait until so many are done; the seconds waited. Raises TimeoutError."""
        began = time.perf_counter()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await self.done(job) or 0) < count:  # noqa: ASYNC110 - another process works
                await asyncio.sleep(LOOK_SECONDS)
        return time.perf_counter() - began

    async def whole(self, tag: str) -> Job:
        """A job from its start to its end."""
        before = sum(self.measured.cpu_seconds().values())
        job, total, chosen = await self.start(tag)
        took = await self.until(job, total)
        await quiet(self.measured)
        used = sum(self.measured.cpu_seconds().values()) - before
        return Job(job, total, chosen, took, used)

    async def twice_or_never(self, job: str, total: int) -> int:
        """How many tickets of a job were changed more than once, or not at all, by their history."""
        connection = await asyncpg.connect(self.measured.superuser_url("tickets"))
        try:
            row = await connection.fetchrow(_CHANGED, self.tenant, f"bulk:{job}")
        finally:
            await connection.close()
        assert row is not None  # a count always is
        return int((row["entries"] - row["tickets"]) + (total - row["tickets"]))


async def over_open(measured: Measured, tenant: UUID, count: int) -> Bulk:
    """Jobs on the oldest open tickets of a tenant. Raises SystemExit where there are too few."""
    connection = await asyncpg.connect(measured.superuser_url("tickets"))
    try:
        last = await connection.fetchval(_NEWEST, tenant, count - 1)
    finally:
        await connection.close()
    if last is None:
        raise SystemExit(f"there are no {count} open tickets")
    return Bulk(measured, tenant, f'open = true AND number:"GEN-" AND created_at <= "{last.isoformat()}"')


async def creates(measured: Measured, rate: float, seconds: float) -> Outcome:
    """Others' new tickets, at a steady rate. Raises SystemExit where one is refused."""
    outcome = await paced(
        measured.http_port, creation(measured), rate=rate, connections=CONNECTIONS, seconds=seconds
    )
    if outcome.unlike(201):
        raise SystemExit(f"{outcome.unlike(201)} creates were not answered with 201")
    return outcome


async def killed(bulk: Bulk) -> tuple[float, int]:
    """A job whose worker is killed at a tenth: seconds until it goes on, and tickets done twice or never."""
    job, total, _ = await bulk.start("killed")
    await bulk.until(job, total // 10)
    os.kill(bulk.measured.desk.processes()["tickets"], signal.SIGKILL)
    at = await bulk.done(job) or total // 10
    stood = await bulk.until(job, at + 1)
    await bulk.until(job, total)
    return stood, await bulk.twice_or_never(job, total)


async def main() -> None:
    """Fill the desk, start jobs, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000, help="how many there are, in ten tenants")
    parser.add_argument("--job", type=int, default=5_000, help="how many a job changes")
    parser.add_argument("--rate", type=float, default=20.0, help="others' creates in a second")
    parser.add_argument("--seconds", type=int, default=15, help="for which others create tickets")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    jobs, calm, beside = [], [], []
    with measured_desk() as measured:
        filled = await fill(measured, options.tickets)
        await put_off_mails(measured)
        bulk = await over_open(measured, filled.tenants[0], options.job)
        for number in range(options.rounds):
            jobs.append(await bulk.whole(f"alone-{number}"))
            calm.append(await creates(measured, options.rate, options.seconds))
            job, total, _ = await bulk.start(f"beside-{number}")
            beside.append(await creates(measured, options.rate, options.seconds))
            await bulk.until(job, total)
        stood, wrong = await killed(bulk)
    report(
        "bulk",
        [
            (
                f"{jobs[0].total:,} tickets chosen by a filter",
                1000 * median([one.to_choose for one in jobs]),
                "ms",
                "",
            ),
            ("a ticket of a job", 1000 * median([one.to_do / one.total for one in jobs]), "ms", ""),
            (
                "  CPU of all processes, events included",
                1000 * median([one.cpu / one.total for one in jobs]),
                "ms",
                "",
            ),
            *_latencies("others' creates", calm),
            *_latencies("others' creates beside a job", beside),
            ("until the job goes on after kill -9", stood, "s", ""),
            ("tickets changed twice or never", wrong, "", "must 0"),
        ],
    )
    if wrong:
        raise SystemExit("the kill has cost or doubled changes")


def _latencies(what: str, outcomes: list[Outcome]) -> list[tuple[str, float, str, str]]:
    return [
        (f"{what}, p{round(100 * share)}", median([one.quantile(share) for one in outcomes]), "ms", "")
        for share in (0.5, 0.99)
    ]


if __name__ == "__main__":
    uvloop.run(main())
