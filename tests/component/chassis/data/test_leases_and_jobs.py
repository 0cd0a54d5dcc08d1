"""One process at a time: leases, the jobs that stand on them, and the waking of other processes."""

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from probe.events import NoteWritten

from chassis import leases, outbox, timers
from chassis.db import Database, Databases
from chassis.jobs import Job, Runner
from chassis.leases import Lease, lead
from chassis.messaging import Client, connect
from chassis.testing.databases import ServiceDatabase
from chassis.testing.waiting import eventually
from chassis.timers import Timer, TimerHandler
from chassis.wake import Waker
from embedded.nats import NatsServer
from embedded.processes import free_ports


@dataclass
class Runtime:
    databases: Databases


async def test_one_holds_a_lease_and_its_number_grows(database: Database) -> None:
    first, second = Lease(database, "l"), Lease(database, "l")
    assert await first.acquire()
    assert not await second.acquire()
    assert await first.renew()
    await first.release()
    assert await second.acquire()
    assert second.fencing > first.fencing
    assert not await first.renew()


async def test_a_lease_that_is_not_renewed_goes_to_another(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 0.3)
    dead, heir = Lease(database, "l"), Lease(database, "l")
    assert await dead.acquire()
    assert not await heir.acquire()
    await asyncio.sleep(0.4)
    assert await heir.acquire()
    assert not await dead.renew()


async def test_who_loses_the_lease_stops_working(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 1.0)
    monkeypatch.setattr(leases, "_RENEW_SECONDS", 0.2)
    working, stop = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        working.set()
        try:
            await asyncio.Event().wait()
        finally:
            working.clear()

    leading = asyncio.create_task(lead(Lease(database, "l"), stop, work))
    await asyncio.wait_for(working.wait(), 5)
    async with database.relay_connection() as raw:
        await raw.execute(
            "UPDATE job_leases SET fencing = fencing + 1, holder = gen_random_uuid(), expires_at = 'infinity'"
        )
    await eventually(lambda: not working.is_set(), 5)
    await asyncio.sleep(1.2)
    assert not working.is_set()
    stop.set()
    await leading


async def test_who_cannot_reach_the_database_stops_before_another_may_start(
    database: Database,
    closed_for_a_while: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 1.0)
    monkeypatch.setattr(leases, "_RENEW_SECONDS", 0.2)
    spans: list[tuple[float, float]] = []
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    async def work() -> None:
        began = loop.time()
        try:
            await stop.wait()
        finally:
            spans.append((began, loop.time()))

    both = [asyncio.create_task(lead(Lease(database, "l"), stop, work)) for _ in range(2)]
    await asyncio.sleep(0.5)
    await asyncio.to_thread(closed_for_a_while, 2.5)
    await asyncio.sleep(2.5)
    stop.set()
    await asyncio.gather(*both)
    assert len(spans) >= 2
    spans.sort()
    assert all(end <= began for (_, end), (began, _) in pairwise(spans)), spans


async def test_a_body_that_fails_is_run_again(database: Database) -> None:
    runs = 0
    stop = asyncio.Event()

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ZeroDivisionError
        stop.set()

    await asyncio.wait_for(lead(Lease(database, "l"), stop, work), 10)
    assert runs == 2


async def test_a_job_runs_in_one_process_at_a_time_every_so_often(
    database: Database, running: Callable[..., None]
) -> None:
    at_once, most, runs = 0, 0, 0

    async def work(runtime: Runtime) -> None:
        nonlocal at_once, most, runs
        assert runtime.databases.all() == (database,)
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.05)
        at_once -= 1
        runs += 1

    runtime = Runtime(Databases([database]))
    for _ in range(3):
        job = Job("count", timedelta(seconds=0.3), work)
        running(Runner("probe", runtime.databases, [job], runtime))
    await asyncio.sleep(2.0)
    assert most == 1
    assert 3 <= runs <= 7


async def test_a_job_is_not_run_again_because_of_a_restart(database: Database) -> None:
    runs = 0

    async def work(_: Runtime) -> None:
        nonlocal runs
        runs += 1

    runtime = Runtime(Databases([database]))
    for _ in range(2):
        stop = asyncio.Event()
        runner = Runner("probe", runtime.databases, [Job("rare", timedelta(hours=1), work)], runtime)
        task = asyncio.create_task(runner.run(stop))
        await asyncio.sleep(0.5)
        stop.set()
        await task
    assert runs == 1


async def test_a_job_that_fails_is_tried_again(database: Database, running: Callable[..., None]) -> None:
    runs = 0

    async def work(_: Runtime) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ZeroDivisionError

    runtime = Runtime(Databases([database]))
    running(Runner("probe", runtime.databases, [Job("shaky", timedelta(seconds=0.2), work)], runtime))
    await eventually(lambda: runs >= 2)


async def test_a_commit_of_one_process_wakes_the_timers_of_another(
    database: Database,
    probe: ServiceDatabase,
    nats: Client,
    tenant: UUID,
    running: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.timers.worker._POLL_SECONDS", 600.0)
    fired: list[str] = []

    async def handle(_tx: object, due: list[Timer]) -> None:
        fired.extend(timer.key for timer in due)

    running(timers.Worker("probe", Databases([database]), nats, [TimerHandler("ring", handle)]))
    api = Database(probe.app_url, probe.relay_url, pool_size=2)
    running(Waker("probe", Databases([api]), nats))
    await asyncio.sleep(1.2)
    for n in range(6):
        async with api.transaction(tenant) as tx:
            await timers.schedule(tx, kind="ring", key=str(n), due_at=datetime.now(UTC))
        await eventually(lambda n=n: len(fired) > n)  # type: ignore[misc]  # a lambda with a default
        await asyncio.sleep(0.1)
    await api.close()


async def test_a_waker_without_nats_does_no_harm(
    database: Database, tenant: UUID, running: Callable[..., None]
) -> None:
    away = connect("nats://127.0.0.1:1", "probe")
    running(Waker("probe", Databases([database]), away))
    async with database.transaction(tenant) as tx:
        outbox.add(tx, NoteWritten(text="x"), aggregate_id="a", version=1)
    await asyncio.sleep(0.1)
    await away.close()


async def test_the_connection_to_nats_comes_back_from_what_the_library_takes_for_final(
    nats: Client, nats_server: NatsServer
) -> None:
    await nats._process_err("'Authorization Violation'")
    await eventually(lambda: not nats.is_connected)
    await eventually(lambda: nats.is_connected)
    await nats.flush()
    await nats.close()
    await asyncio.sleep(0.7)
    assert nats.is_closed


async def test_while_the_password_of_nats_is_changed_the_old_and_the_new_one_are_tried(
    tmp_path: Path,
) -> None:
    (port,) = free_ports(1)
    urls = {word: f"nats://deskmesh:{word}@127.0.0.1:{port}" for word in ("new", "old")}
    server = NatsServer(tmp_path, port, "old")
    client, late = connect(f"{urls['new']} {urls['old']}", "both"), connect(urls["old"], "old")
    try:
        for password in ("old", "new"):
            server.stop()
            await eventually(lambda: not client.is_connected)
            server.password = password
            server.start()
            await asyncio.to_thread(server.wait_ready)
            await eventually(lambda: client.is_connected)
            await client.flush()
        assert not late.is_connected
    finally:
        await client.close()
        await late.close()
        server.stop()
        gc.collect()
