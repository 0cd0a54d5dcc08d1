"""Timers and background work on a real PostgreSQL."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from probe.tables import Note
from sqlalchemy import select

from chassis import timers
from chassis.backlog import backlog
from chassis.context import current_caller
from chassis.db import Database, Databases, Tx
from chassis.errors import Unavailable
from chassis.messaging import Client
from chassis.testing.waiting import eventually
from chassis.timers import NewTimer, Timer, TimerHandler, Worker
from chassis.timers.worker import _claim

PAST = datetime(2020, 1, 1, tzinfo=UTC)


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@dataclass
class Alarm:
    """A handler that writes down what fired, and fails where it is told to."""

    fired: list[tuple[str, float]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    fails: dict[str, list[Exception]] = field(default_factory=dict)

    async def handle(self, tx: Tx, due: list[Timer]) -> None:
        for timer in due:
            failures = self.fails.get(timer.key)
            if failures:
                raise failures.pop(0)
            # Not by the timer alone: that would hide a second firing from those who count.
            tx.add(Note(text=f"{timer.key} {uuid4()}"))
        await tx.flush()
        self.batches.append(len(due))
        now = datetime.now(UTC)
        tx.after_commit(lambda: self.fired.extend((t.key, (now - t.due_at).total_seconds()) for t in due))

    @property
    def keys(self) -> list[str]:
        return [key for key, _ in self.fired]


async def schedule(database: Database, tenant: UUID, *keys: str, due_at: datetime = PAST) -> None:
    async with database.transaction(tenant) as tx:
        await timers.schedule_many(tx, [NewTimer("ring", key, due_at) for key in keys])


def worker(database: Database, nats: Client, alarm: Alarm, **options: object) -> Worker:
    handler = TimerHandler("ring", alarm.handle, **options)  # type: ignore[arg-type]  # options of one test
    return Worker("probe", Databases([database]), nats, [handler])


async def notes(database: Database, tenant: UUID) -> int:
    async with database.transaction(tenant) as tx:
        return len(list(await tx.scalars(select(Note.id))))


async def test_a_timer_fires_once_when_it_is_due_and_not_before(
    database: Database,
    nats: Client,
    tenant: UUID,
    running: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A look once in a while, which is the net under the wake-up, would come too late here.
    monkeypatch.setattr("chassis.timers.worker._POLL_SECONDS", 600.0)
    alarm = Alarm()
    for _ in range(2):
        running(worker(database, nats, alarm))
    await schedule(database, tenant, "one", "two", due_at=soon(0.6))
    await eventually(lambda: len(alarm.fired) == 2)
    assert all(late >= 0 for _, late in alarm.fired), alarm.fired
    await asyncio.sleep(0.3)
    assert sorted(alarm.keys) == ["one", "two"]
    assert await notes(database, tenant) == 2


@pytest.mark.parametrize(("tenants_at_once", "least"), [(1, 50), (5, 200)])
async def test_timers_of_many_tenants_fire_in_batches(
    database: Database, nats: Client, running: Callable[..., None], tenants_at_once: int, least: int
) -> None:
    tenants = [uuid4() for _ in range(4)]
    for tenant in tenants:
        await schedule(database, tenant, *(str(n) for n in range(250)))
    alarm = Alarm()
    running(worker(database, nats, alarm, tenants_at_once=tenants_at_once))
    await eventually(lambda: len(alarm.fired) == 1000)
    assert least <= max(alarm.batches) <= 200
    for tenant in tenants:
        assert await notes(database, tenant) == 250
    assert (await backlog(database)).timers_due == 0


async def test_a_slow_tenant_does_not_hold_up_the_others_of_its_batch(
    database: Database, nats: Client, running: Callable[..., None]
) -> None:
    slow, quick = uuid4(), uuid4()
    await schedule(database, slow, "slow")
    await schedule(database, quick, "quick", due_at=PAST + timedelta(days=1))
    done = asyncio.Event()

    async def handle(tx: Tx, due: list[Timer]) -> None:
        if tx.tenant_id == slow:
            await asyncio.wait_for(done.wait(), 30)
        tx.after_commit(done.set)

    running(Worker("probe", Databases([database]), nats, [TimerHandler("ring", handle, workers=1)]))
    async with asyncio.timeout(20):
        while (await backlog(database)).timers_due:
            await asyncio.sleep(0.05)


async def test_handlers_run_as_the_service_for_the_tenant(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    seen: list[Timer] = []

    async def prepare(due: list[Timer]) -> None:
        due[0].prepared = "ready"

    async def handle(tx: Tx, due: list[Timer]) -> None:
        caller = current_caller()
        assert (caller.subject, caller.tenant_id, caller.cause) == ("probe", tenant, f"timer:{due[0].id}")
        assert caller.may("notes.write")
        assert not caller.may("notes.erase")
        assert tx.tenant_id == tenant
        seen.extend(due)

    handler = TimerHandler("ring", handle, prepare=prepare, permissions=frozenset({"notes.write"}))
    running(Worker("probe", Databases([database]), nats, [handler]))
    async with database.transaction(tenant) as tx:
        await timers.schedule(tx, kind="ring", key="k", due_at=PAST, payload={"answer": 42})
    await eventually(lambda: bool(seen))
    (timer,) = seen
    assert (timer.key, timer.payload, timer.attempts, timer.due_at) == ("k", {"answer": 42}, 1, PAST)
    assert timer.prepared == "ready"


async def test_a_timer_is_set_once_per_kind_and_key(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    await schedule(database, tenant, "k", due_at=soon(3600))
    await schedule(database, tenant, "k", due_at=PAST)
    await schedule(database, uuid4(), "k", due_at=soon(3600))
    alarm = Alarm()
    running(worker(database, nats, alarm))
    await eventually(lambda: bool(alarm.fired))
    await asyncio.sleep(0.2)
    assert alarm.keys == ["k"]


async def test_a_cancelled_timer_does_not_fire(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    alarm = Alarm()
    await schedule(database, tenant, "a", "b", "c", due_at=soon(0.5))
    async with database.transaction(tenant) as tx:
        assert await timers.cancel(tx, kind="ring", key="a")
        assert not await timers.cancel(tx, kind="ring", key="nothing")
        assert await timers.cancel_many(tx, kind="ring", keys=["b", "x"]) == 1
    async with database.transaction(uuid4()) as tx:
        assert not await timers.cancel(tx, kind="ring", key="c")
    running(worker(database, nats, alarm))
    await eventually(lambda: bool(alarm.fired))
    assert alarm.keys == ["c"]


async def test_a_handler_may_set_the_timer_again(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    seen: list[int] = []

    async def handle(tx: Tx, due: list[Timer]) -> None:
        (timer,) = due
        round_ = int(str(timer.payload.get("round", 0)))
        seen.append(round_)
        if round_ < 3:
            await timers.schedule(
                tx, kind="ring", key=timer.key, due_at=soon(0.05), payload={"round": round_ + 1}
            )

    running(Worker("probe", Databases([database]), nats, [TimerHandler("ring", handle)]))
    await schedule(database, tenant, "k")
    await eventually(lambda: len(seen) == 4)
    assert seen == [0, 1, 2, 3]


async def test_what_fails_is_tried_again_and_spares_its_neighbours(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    alarm = Alarm(fails={"bad": [ValueError(), ValueError()]})
    await schedule(database, tenant, "good", "bad", "better")
    running(worker(database, nats, alarm, longest_pause=timedelta(seconds=0.1)))
    await eventually(lambda: len(alarm.fired) == 3)
    assert sorted(alarm.keys) == ["bad", "better", "good"]
    assert alarm.keys[-1] == "bad"


async def test_what_fails_for_good_stays_as_dead(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    alarm = Alarm(fails={"bad": [ValueError("of a person")] * 10, "needy": [Unavailable()] * 5})
    await schedule(database, tenant, "bad", "needy")
    running(worker(database, nats, alarm, max_attempts=3, longest_pause=timedelta(seconds=0.05)))
    await eventually(lambda: alarm.keys == ["needy"])
    async with asyncio.timeout(60):
        while not (await backlog(database)).timers_dead:
            await asyncio.sleep(0.05)
    async with database.transaction(tenant) as tx:
        row = await (await tx.raw()).fetchrow("SELECT key, state, attempts, last_error FROM timers")
    assert row is not None
    assert tuple(row) == ("bad", "dead", 3, "ValueError")
    alarm.fails.clear()
    await schedule(database, tenant, "bad")
    await eventually(lambda: alarm.keys == ["needy", "bad"])


async def test_a_worker_that_slept_too_long_does_nothing(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    alarm = Alarm()
    handler = TimerHandler("ring", alarm.handle, lease=timedelta(milliseconds=50))
    sleepy = Worker("probe", Databases([database]), nats, [handler])
    await schedule(database, tenant, "k")
    held = await _claim(database, handler)
    await asyncio.sleep(0.1)
    running(worker(database, nats, alarm))
    await eventually(lambda: alarm.keys == ["k"])
    await sleepy._handle(database, handler, tenant, held)
    assert alarm.keys == ["k"]
    assert await notes(database, tenant) == 1


async def test_a_timer_that_was_set_anew_is_not_fired_by_who_held_the_old_one(
    database: Database, nats: Client, tenant: UUID
) -> None:
    alarm = Alarm()
    handler = TimerHandler("ring", alarm.handle)
    await schedule(database, tenant, "k")
    held = await _claim(database, handler)
    await schedule(database, tenant, "k", due_at=soon(3600))
    await Worker("probe", Databases([database]), nats, [handler])._handle(database, handler, tenant, held)
    assert alarm.fired == []
    async with database.transaction(tenant) as tx:
        assert await timers.cancel(tx, kind="ring", key="k")


async def test_the_work_of_a_dead_worker_is_taken_over(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    alarm = Alarm()
    await schedule(database, tenant, *"abc")
    await _claim(database, TimerHandler("ring", alarm.handle, lease=timedelta(seconds=0.3)))
    running(worker(database, nats, alarm))
    await eventually(lambda: sorted(alarm.keys) == ["a", "b", "c"])


async def test_a_timer_that_kills_its_workers_is_found_out_and_its_neighbours_are_spared(
    database: Database, nats: Client, tenant: UUID, running: Callable[..., None]
) -> None:
    alarm = Alarm()
    handler = TimerHandler("ring", alarm.handle, max_attempts=3, lease=timedelta(milliseconds=1))
    await schedule(database, tenant, "good", "killer", "other")
    for _ in range(30):
        taken = await _claim(database, handler)
        await asyncio.sleep(0.01)
        for timer in taken:
            if timer.key == "killer":
                break  # The worker dies here, with the rest in its hands.
            await Worker("probe", Databases([database]), nats, [handler])._handle(
                database, handler, tenant, [timer]
            )
    assert sorted(alarm.keys) == ["good", "other"]
    async with database.transaction(tenant) as tx:
        row = await (await tx.raw()).fetchrow("SELECT key, state, last_error FROM timers")
    assert row is not None
    assert tuple(row) == ("killer", "dead", "WorkerDiedError")


async def test_timers_survive_the_loss_of_the_database(
    database: Database,
    nats: Client,
    tenant: UUID,
    running: Callable[..., None],
    closed_for_a_while: Callable[[float], None],
) -> None:
    alarm = Alarm()
    running(worker(database, nats, alarm))
    await schedule(database, tenant, *(str(n) for n in range(50)), due_at=soon(0.3))
    await asyncio.to_thread(closed_for_a_while, 1.0)
    await eventually(lambda: len(alarm.fired) == 50)
    await asyncio.sleep(0.3)
    assert await notes(database, tenant) == 50


async def test_a_kind_has_one_handler(database: Database) -> None:
    handler = TimerHandler("ring", Alarm().handle)
    with pytest.raises(ValueError, match="two handlers"):
        Worker("probe", Databases([database]), Client.__new__(Client), [handler, handler])
