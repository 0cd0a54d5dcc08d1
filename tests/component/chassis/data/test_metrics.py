"""What the metrics say of queues, leases, jobs and connections, compared with what is there."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from nats.js.api import AckPolicy, ConsumerConfig
from probe.events import NoteWritten
from prometheus_client import REGISTRY

from chassis import metrics, outbox, timers
from chassis.backlog import measure
from chassis.db import Database, Databases
from chassis.errors import Unavailable
from chassis.jobs import Job, Runner
from chassis.leases import Lease, lead
from chassis.messaging import Client, ensure_stream, stream_of
from chassis.outbox import relay as relay_module
from chassis.outbox.relay import Relay
from chassis.serving import measure_event_loop
from chassis.testing.databases import ServiceDatabase
from chassis.testing.waiting import eventually

STREAM = stream_of("probe")


def shown(name: str, **labels: str) -> float | None:
    """The value of a metric of this process."""
    return REGISTRY.get_sample_value(name, labels)


async def test_what_waits_in_the_outbox_is_counted_with_its_age(database: Database, tenant: UUID) -> None:
    async with database.transaction(tenant) as tx:
        for version in (1, 2):
            outbox.add(tx, NoteWritten(text="x"), aggregate_id="a", version=version)
    await asyncio.sleep(0.3)
    await measure([database])
    assert shown("deskmesh_outbox_unpublished") == 2
    assert 0.3 <= (shown("deskmesh_outbox_oldest_seconds") or 0) < 60


async def test_timers_are_counted_by_kind_with_how_late_the_oldest_is(
    database: Database, tenant: UUID
) -> None:
    now = datetime.now(UTC)
    async with database.transaction(tenant) as tx:
        await timers.schedule(tx, kind="late", key="1", due_at=now - timedelta(minutes=10))
        await timers.schedule(tx, kind="late", key="2", due_at=now - timedelta(minutes=5))
        await timers.schedule(tx, kind="held", key="1", due_at=now - timedelta(minutes=2))
        await timers.schedule(tx, kind="dead", key="1", due_at=now - timedelta(minutes=2))
        await timers.schedule(tx, kind="later", key="1", due_at=now + timedelta(minutes=5))
    async with database.relay_connection() as raw:
        await raw.execute(
            "UPDATE timers SET state = 'running', locked_until = 'infinity' WHERE kind = 'held'"
        )
        await raw.execute("UPDATE timers SET state = 'dead' WHERE kind = 'dead'")
    await measure([database])
    assert shown("deskmesh_timers_due", kind="late") == 2
    assert shown("deskmesh_timers_due_oldest_seconds", kind="late") == pytest.approx(600, abs=30)
    assert shown("deskmesh_timers_due", kind="held") == 1
    assert shown("deskmesh_timers_due_oldest_seconds", kind="held") == pytest.approx(120, abs=30)
    assert shown("deskmesh_timers_dead", kind="dead") == 1
    assert shown("deskmesh_timers_due", kind="dead") == 0
    assert shown("deskmesh_timers_due_oldest_seconds", kind="dead") == 0
    assert shown("deskmesh_timers_due", kind="later") is None


async def test_parked_events_are_counted_by_the_stream_they_came_from(
    database: Database, tenant: UUID
) -> None:
    async with database.transaction(tenant) as tx:
        await (await tx.raw()).execute(
            """
            INSERT INTO dead_events (tenant_id, id, consumer, event_id, subject, aggregate_id, version, payload,
                headers, error, attempts, state)
            SELECT $1, gen_random_uuid(), $2, gen_random_uuid(), 's', 'a', n, '', '{}', 'e', 8, state
            FROM unnest(ARRAY['parked', 'parked', 'replayed']) WITH ORDINALITY AS t (state, n)
            """,
            tenant,
            STREAM,
        )
    await measure([database])
    assert shown("deskmesh_events_parked", stream=STREAM) == 2


def test_a_measurement_that_is_not_renewed_vanishes() -> None:
    gauge = metrics.Snapshot("probe_snapshot", "For this test.", ["what"], seconds=0.1)
    gauge.show({("a",): 1.0})
    assert shown("probe_snapshot", what="a") == 1
    gauge.show({("b",): 2.0})
    assert (shown("probe_snapshot", what="a"), shown("probe_snapshot", what="b")) == (None, 2)
    time.sleep(0.12)
    assert shown("probe_snapshot", what="b") is None


async def test_the_relay_shows_what_each_consumer_has_yet_to_acknowledge(
    database: Database,
    nats: Client,
    tenant: UUID,
    running: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_module, "_CHECK_SECONDS", 0.2)
    js = nats.jetstream()
    await ensure_stream(js, "probe")
    config = ConsumerConfig(durable_name="slow", ack_policy=AckPolicy.EXPLICIT)
    consumer = await js.pull_subscribe("", durable="slow", stream=STREAM, config=config)
    running(Relay("probe", Databases([database]), nats))
    async with database.transaction(tenant) as tx:
        for version in (1, 2, 3):
            outbox.add(tx, NoteWritten(text="x"), aggregate_id="a", version=version)
    await eventually(lambda: shown("deskmesh_consumer_lag", consumer="slow") == 3)
    taken = await consumer.fetch(2, timeout=5)
    await taken[0].ack()
    # One is in hand and one was not asked for.
    await eventually(lambda: shown("deskmesh_consumer_lag", consumer="slow") == 2)


async def test_a_lease_is_shown_as_held_by_who_holds_it(database: Database) -> None:
    def held() -> tuple[float | None, float | None]:
        return (
            shown("deskmesh_lease_held", lease="of-metrics"),
            shown("deskmesh_leases_taken_total", lease="of-metrics"),
        )

    other = Lease(database, "of-metrics")
    assert await other.acquire()
    stop = asyncio.Event()
    leading = asyncio.create_task(lead(Lease(database, "of-metrics"), stop, stop.wait))  # type: ignore[arg-type]
    await eventually(lambda: held()[0] is not None)
    assert held() == (0, None)
    await other.release()
    await eventually(lambda: held() == (1, 1))
    stop.set()
    await leading
    assert held() == (0, 1)


@dataclass
class Runtime:
    databases: Databases


async def test_a_job_tells_its_last_success_and_how_its_runs_ended(
    database: Database, running: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.jobs._AGAIN_SECONDS", 0.05)
    ends: list[Exception | None] = [Unavailable(), ValueError(), None]

    async def work(_: Runtime) -> None:
        if (end := ends.pop(0)) is not None:
            raise end

    began = time.time()
    databases = Databases([database])
    job = Job("of-metrics", every=timedelta(hours=1), run=work)
    running(Runner("probe", databases, [job], Runtime(databases)))
    await eventually(lambda: shown("deskmesh_job_runs_total", job_name="of-metrics", outcome="done") == 1)
    assert shown("deskmesh_job_runs_total", job_name="of-metrics", outcome="postponed") == 1
    assert shown("deskmesh_job_runs_total", job_name="of-metrics", outcome="failed") == 1
    assert shown("deskmesh_job_every_seconds", job_name="of-metrics") == 3600
    succeeded = shown("deskmesh_job_last_success_timestamp_seconds", job_name="of-metrics")
    assert began - 1 <= (succeeded or 0) <= time.time() + 1


async def test_who_takes_a_job_over_shows_when_it_was_done_last(
    database: Database, running: Callable[..., None]
) -> None:
    async with database.relay_connection() as raw:
        await raw.execute(
            "INSERT INTO job_leases (name, ran_at) VALUES ('job:of-before', now() - interval '20 minutes')"
        )
    databases = Databases([database])

    async def work(_: Runtime) -> None:
        raise AssertionError("it is not due")

    running(
        Runner("probe", databases, [Job("of-before", every=timedelta(hours=1), run=work)], Runtime(databases))
    )
    name = "deskmesh_job_last_success_timestamp_seconds"
    await eventually(lambda: (shown(name, job_name="of-before") or time.time()) < time.time() - 60)
    assert shown(name, job_name="of-before") == pytest.approx(time.time() - 1200, abs=30)


async def test_the_pools_show_their_size_and_use(probe: ServiceDatabase, tenant: UUID) -> None:
    size, in_use = "deskmesh_db_pool_size", "deskmesh_db_pool_in_use"
    before = shown(size, role="app") or 0
    database = Database(probe.app_url, probe.relay_url, pool_size=3, name="probe")
    assert shown(size, role="app") == before + 3
    used = shown(in_use, role="app") or 0
    async with database.transaction(tenant):
        assert shown(in_use, role="app") == used + 1
    assert shown(in_use, role="app") == used
    await database.close()
    assert shown(size, role="app") == before


async def test_giving_up_the_wait_for_a_connection_is_counted(
    probe: ServiceDatabase, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.db.pool._WAIT_SECONDS", 0.1)
    database = Database(probe.app_url, probe.relay_url, pool_size=1, name="probe")
    before = shown("deskmesh_db_pool_timeouts_total") or 0
    async with database.transaction(tenant):
        with pytest.raises(Unavailable):
            async with database.transaction(tenant):
                raise AssertionError("there is one connection")
    assert shown("deskmesh_db_pool_timeouts_total") == before + 1
    await database.close()


async def test_a_blocked_event_loop_shows() -> None:
    def slow() -> float:
        name = "deskmesh_event_loop_lag_seconds_bucket"
        return (shown(name, le="+Inf") or 0) - (shown(name, le="0.25") or 0)

    before, stop = slow(), asyncio.Event()
    measuring = asyncio.create_task(measure_event_loop(stop))
    await asyncio.sleep(0)
    time.sleep(0.8)  # noqa: ASYNC251 (the fault that is to be seen)
    await eventually(lambda: slow() > before, 5)
    stop.set()
    await measuring
