"""Consumers: from one service's stream into the probe's database, each effect once and in order."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from nats.js.errors import NotFoundError
from probe.events import NoteErased, NoteIgnored, NoteWritten
from probe.tables import Note
from sqlalchemy import select

from chassis import outbox
from chassis.backlog import backlog
from chassis.context import current_caller
from chassis.db import Database, Databases, Tx
from chassis.errors import Forbidden, Unavailable
from chassis.events import Consumers, Handler, replay
from chassis.events.handlers import AnyHandler, AnyReceived, calls
from chassis.messaging import Client, stream_of
from chassis.outbox.relay import Relay
from embedded.nats import NatsServer

STREAM = stream_of("probe")


@dataclass
class Story:
    """A handler that writes down what it is given, and fails where it is told to."""

    told: list[tuple[str, str, int]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    fails: dict[str, list[Exception]] = field(default_factory=dict)
    prepared: int = 0

    async def prepare(self, events: list[AnyReceived]) -> None:
        for event in events:
            event.prepared = event.message.text.upper()
            self.prepared += 1

    async def handle(self, tx: Tx, events: list[AnyReceived]) -> None:
        self.batches.append(len(events))
        for event in events:
            failures = self.fails.get(event.message.text)
            if failures:
                raise failures.pop(0)
            tx.add(Note(text=f"{event.message.text} {event.id}"))
        await tx.flush()
        tx.after_commit(lambda: self.told.extend((e.aggregate_id, e.message.text, e.version) for e in events))

    def handlers(self) -> list[AnyHandler]:
        return [
            Handler(NoteWritten, self.handle, prepare=self.prepare, permissions=frozenset({"notes.write"})),
            Handler(NoteErased, self.handle),
        ]


async def publish(database: Database, tenant: UUID, *events: tuple[str, str, int]) -> None:
    async with database.transaction(tenant) as tx:
        for aggregate, text, version in events:
            outbox.add(tx, NoteWritten(text=text), aggregate_id=aggregate, version=version)


async def until(so: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not so():
            await asyncio.sleep(0.02)


@pytest.fixture
async def relay(database: Database, nats: Client, running: Callable[..., None]) -> Relay:
    relay = Relay("probe", Databases([database]), nats)
    running(relay)
    return relay


def consumers(database: Database, nats: Client, story: Story) -> Consumers:
    return Consumers("probe", Databases([database]), nats, story.handlers())


async def notes(database: Database, tenant: UUID) -> list[str]:
    async with database.transaction(tenant) as tx:
        return list(await tx.scalars(select(Note.text).order_by(Note.id)))


async def test_every_event_has_its_effect_once(
    database: Database, nats: Client, relay: Relay, running: Callable[..., None]
) -> None:
    story = Story()
    running(consumers(database, nats, story))
    tenants = [uuid4() for _ in range(5)]
    for tenant in tenants:
        await publish(database, tenant, *((f"{tenant}{n % 10}", f"text {n}", n) for n in range(60)))
    await until(lambda: len(story.told) == 300)
    assert max(story.batches) > 10, "events are not handled in batches"
    for tenant in tenants:
        assert len(await notes(database, tenant)) == 60
        for n in range(10):
            versions = [version for aggregate, _, version in story.told if aggregate == f"{tenant}{n}"]
            assert versions == sorted(versions)


async def test_handlers_run_as_the_service_with_what_they_declare(
    database: Database, nats: Client, relay: Relay, tenant: UUID, running: Callable[..., None]
) -> None:
    seen: list[AnyReceived] = []

    async def handle(tx: Tx, events: list[AnyReceived]) -> None:
        caller = current_caller()
        assert (caller.kind, caller.subject, caller.tenant_id) == ("system", "probe", tenant)
        assert caller.cause == f"event:{events[0].id}"
        caller.require("notes.write")
        with pytest.raises(Forbidden):
            caller.require("notes.erase")
        assert events[0].prepared == "prepared"
        seen.extend(events)

    async def prepare(events: list[AnyReceived]) -> None:
        current_caller().require("notes.write")
        for event in events:
            event.prepared = "prepared"

    handler = Handler(NoteWritten, handle, prepare=prepare, permissions=frozenset({"notes.write"}))
    running(Consumers("probe", Databases([database]), nats, [handler]))
    await publish(database, tenant, ("a", "hello", 3))
    await until(lambda: bool(seen))
    (event,) = seen
    assert (event.message.text, event.aggregate_id, event.version) == ("hello", "a", 3)
    assert event.occurred_at.tzinfo is not None


async def test_redelivered_events_have_no_second_effect(
    database: Database, nats: Client, relay: Relay, tenant: UUID, running: Callable[..., None]
) -> None:
    story = Story()
    stop = asyncio.Event()
    first = asyncio.create_task(consumers(database, nats, story).run(stop))
    await publish(database, tenant, *(("a", str(n), n) for n in range(30)))
    await until(lambda: len(story.told) == 30)
    stop.set()
    await first
    await nats.jetstream().delete_consumer(STREAM, "probe")
    running(consumers(database, nats, story))
    await publish(database, tenant, ("b", "last", 1))
    await until(lambda: len(story.told) == 31)
    assert len(await notes(database, tenant)) == 31


async def test_one_failing_event_holds_back_its_aggregate_alone(
    database: Database, nats: Client, relay: Relay, tenant: UUID, running: Callable[..., None]
) -> None:
    story = Story(fails={"bad": [ValueError(), ValueError(), ValueError()]})
    running(consumers(database, nats, story))
    await publish(
        database,
        tenant,
        *(("a", text, n) for n, text in enumerate(["good", "bad", "after", "later"])),
        *(("b", f"b{n}", n) for n in range(5)),
    )
    await until(lambda: len(story.told) == 9)
    assert [text for aggregate, text, _ in story.told if aggregate == "a"] == [
        "good",
        "bad",
        "after",
        "later",
    ]
    assert [text for _, text, _ in story.told].index("b4") < [text for _, text, _ in story.told].index("bad")


async def test_what_fails_for_good_is_parked_and_replayed_in_order(
    database: Database,
    nats: Client,
    relay: Relay,
    tenant: UUID,
    running: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.events.failing._LONGEST_PAUSE_SECONDS", 0.05)
    story = Story(fails={"bad": [ValueError("of a person")] * 100})
    running(consumers(database, nats, story))
    await publish(database, tenant, ("a", "good", 1), ("a", "bad", 2), ("a", "behind", 3), ("b", "other", 1))

    async with asyncio.timeout(60):
        while (await backlog(database)).parked < 2:
            await asyncio.sleep(0.05)
    await publish(database, tenant, ("a", "much later", 4), ("b", "free", 2))
    async with asyncio.timeout(60):
        while (await backlog(database)).parked < 3:
            await asyncio.sleep(0.05)
    await until(lambda: len(story.told) == 3)
    async with database.relay_connection() as raw:
        rows = await raw.fetch("SELECT error, attempts FROM dead_events ORDER BY version")
    assert [tuple(row) for row in rows] == [
        ("ValueError", 8),
        ("waits behind a parked event", 0),
        ("waits behind a parked event", 0),
    ]

    still = await replay("probe", Databases([database]), story.handlers())
    assert (still.events, still.failing) == (0, 1)
    story.fails.clear()
    done = await replay("probe", Databases([database]), story.handlers())
    assert (done.events, done.failing) == (3, 0)
    assert (await backlog(database)).parked == 0
    await publish(database, tenant, ("a", "free again", 5))
    await until(lambda: len(story.told) == 7)
    of_a = [text for aggregate, text, _ in story.told if aggregate == "a"]
    assert of_a == ["good", "bad", "behind", "much later", "free again"]


async def test_an_absent_service_never_parks_an_event(
    database: Database,
    nats: Client,
    relay: Relay,
    tenant: UUID,
    running: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.events.failing._LONGEST_PAUSE_SECONDS", 0.05)
    story = Story(fails={"needy": [Unavailable() for _ in range(12)]})
    running(consumers(database, nats, story))
    await publish(database, tenant, ("a", "needy", 1))
    await until(lambda: len(story.told) == 1)
    assert (await backlog(database)).parked == 0


async def test_events_without_a_handler_are_not_sent_at_all(
    database: Database, nats: Client, relay: Relay, tenant: UUID, running: Callable[..., None]
) -> None:
    story = Story()
    running(consumers(database, nats, story))
    async with database.transaction(tenant) as tx:
        outbox.add(tx, NoteIgnored(text="x"), aggregate_id="a", version=1)
    await publish(database, tenant, ("a", "hello", 2))
    await until(lambda: len(story.told) == 1)
    await asyncio.sleep(0.1)
    info = await nats.jetstream().consumer_info(STREAM, "probe")
    assert (info.num_pending, info.num_ack_pending) == (0, 0)
    assert info.delivered is not None
    assert (info.delivered.consumer_seq, info.delivered.stream_seq) == (1, 2)


async def test_what_a_consumer_is_not_sent_does_not_hold_back_its_floor(
    database: Database,
    nats: Client,
    tenant: UUID,
    running: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.outbox.relay._CHECK_SECONDS", 0.2)
    story = Story()
    running(Relay("probe", Databases([database]), nats))
    running(consumers(database, nats, story))
    await publish(database, tenant, ("a", "hello", 1))
    await until(lambda: len(story.told) == 1)
    async with database.transaction(tenant) as tx:
        outbox.add(tx, NoteIgnored(text="x"), aggregate_id="a", version=2)

    async def floor_is_behind_all() -> bool:
        async with database.relay_connection() as raw:
            row = await raw.fetchrow(
                "SELECT floors ->> 'probe' AS floor, (SELECT max(published_at) FROM outbox) AS last FROM relay_state"
            )
        assert row is not None
        return bool(row["floor"]) and datetime.fromisoformat(row["floor"]) > row["last"]

    async with asyncio.timeout(30):
        while not await floor_is_behind_all():
            await asyncio.sleep(0.1)


async def test_a_service_that_learns_to_read_an_event_misses_none_of_the_change(
    database: Database, nats: Client, relay: Relay, tenant: UUID
) -> None:
    story = Story()

    async def run(handlers: list[AnyHandler], until_told: int) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(Consumers("probe", Databases([database]), nats, handlers).run(stop))
        await until(lambda: len(story.told) == until_told)
        stop.set()
        await running

    await publish(database, tenant, ("a", "first", 1))
    await run(story.handlers(), 1)
    async with database.transaction(tenant) as tx:
        outbox.add(tx, NoteIgnored(text="while it was replaced"), aggregate_id="a", version=2)
    await publish(database, tenant, ("a", "after", 3))
    await run([*story.handlers(), Handler(NoteIgnored, story.handle)], 3)
    assert [text for _, text, _ in story.told] == ["first", "while it was replaced", "after"]


async def test_a_wiped_nats_only_delays(
    database: Database,
    nats: Client,
    nats_server: NatsServer,
    relay: Relay,
    tenant: UUID,
    running: Callable[..., None],
) -> None:
    story = Story()
    running(consumers(database, nats, story))
    sent = 0
    for _ in range(3):
        await publish(database, tenant, *((f"a{n % 3}", str(n), n) for n in range(sent, sent + 40)))
        sent += 40
        before = len(story.told)
        async with asyncio.timeout(60):
            while len(story.told) == before:
                await asyncio.sleep(0.02)
        nats_server.stop()
        shutil.rmtree(nats_server.store)
        await publish(database, tenant, *((f"a{n % 3}", str(n), n) for n in range(sent, sent + 10)))
        sent += 10
        nats_server.start()
        nats_server.wait_ready()
    await until(lambda: len(story.told) >= sent, 60)
    assert len(story.told) == len(await notes(database, tenant)) == sent
    for n in range(3):
        versions = [version for aggregate, _, version in story.told if aggregate == f"a{n}"]
        assert versions == sorted(versions)


async def test_another_process_takes_over_what_a_dead_one_had_in_hand(
    database: Database, nats: Client, relay: Relay, tenant: UUID, running: Callable[..., None]
) -> None:
    entered = asyncio.Event()

    async def hang(tx: Tx, events: list[AnyReceived]) -> None:
        tx.add(Note(text="half done"))
        await tx.flush()
        entered.set()
        await asyncio.Event().wait()

    dead = asyncio.create_task(
        Consumers("probe", Databases([database]), nats, [Handler(NoteWritten, hang)]).run(asyncio.Event())
    )
    await publish(database, tenant, *(("a", str(n), n) for n in range(10)))
    await asyncio.wait_for(entered.wait(), 60)
    dead.cancel()
    await asyncio.gather(dead, return_exceptions=True)
    story = Story()
    running(consumers(database, nats, story))
    await until(lambda: len(story.told) == 10)
    assert [version for _, _, version in story.told] == list(range(10))
    assert len(await notes(database, tenant)) == 10


async def test_an_event_that_kills_its_workers_is_parked(
    database: Database,
    nats: Client,
    relay: Relay,
    tenant: UUID,
    running: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.leases.LEASE_SECONDS", 1.0)
    monkeypatch.setattr("chassis.leases._RENEW_SECONDS", 0.2)
    monkeypatch.setattr("chassis.events.consumers.MAX_DELIVERIES", 3)
    story = Story()
    died = asyncio.Event()

    async def handle(tx: Tx, events: list[AnyReceived]) -> None:
        if any(event.message.text == "killer" for event in events):
            died.set()
            await asyncio.Event().wait()
        await story.handle(tx, events)

    handler = Handler(NoteWritten, handle)
    await publish(
        database, tenant, ("a", "good", 1), ("b", "killer", 1), ("b", "behind", 2), ("c", "other", 1)
    )
    for _ in range(5):
        stop = asyncio.Event()
        process = asyncio.create_task(Consumers("probe", Databases([database]), nats, [handler]).run(stop))
        ended = asyncio.create_task(died.wait())
        async with asyncio.timeout(60):
            while not died.is_set() and (await backlog(database)).parked < 2:
                await asyncio.sleep(0.05)
        if not died.is_set():
            break
        died.clear()
        ended.cancel()
        process.cancel()
        await asyncio.gather(process, ended, return_exceptions=True)
    await until(lambda: len(story.told) == 2)
    stop.set()
    await process
    ended.cancel()
    assert sorted(text for _, text, _ in story.told) == ["good", "other"]
    async with database.relay_connection() as raw:
        rows = await raw.fetch("SELECT version, error, state FROM dead_events ORDER BY version")
    assert [tuple(row) for row in rows] == [
        (1, "its worker died", "parked"),
        (2, "waits behind a parked event", "parked"),
    ]


async def test_readiness_tells_of_the_durable_consumer(
    database: Database, nats: Client, running: Callable[..., None]
) -> None:
    consumer = consumers(database, nats, Story())
    assert not consumer.ready
    with pytest.raises(NotFoundError):
        await nats.jetstream().consumer_info(STREAM, "probe")
    running(consumer)
    await until(lambda: consumer.ready)
    assert (await nats.jetstream().consumer_info(STREAM, "probe")).config.max_deliver in {None, -1}


async def test_a_database_that_is_away_only_delays(
    database: Database,
    nats: Client,
    relay: Relay,
    tenant: UUID,
    running: Callable[..., None],
    closed_for_a_while: Callable[[float], object],
) -> None:
    story = Story()
    running(consumers(database, nats, story))
    await publish(database, tenant, ("a", "before", 1))
    await until(lambda: len(story.told) == 1)
    await publish(database, tenant, *(("a", str(n), n) for n in range(2, 20)))
    await asyncio.to_thread(closed_for_a_while, 1.0)
    await until(lambda: len(story.told) == 19, 40)
    assert [version for _, _, version in story.told] == list(range(1, 20))


def test_calls_keep_the_order_within_an_aggregate() -> None:
    def event(aggregate: str, kind: str) -> AnyReceived:
        tenant = uuid4()
        made = Handler(NoteWritten, Story().handle).read(
            b"",
            {
                "Nats-Msg-Id": str(uuid4()),
                "deskmesh-tenant": str(tenant),
                "deskmesh-aggregate": aggregate,
                "deskmesh-version": "1",
                "ce-time": "2026-01-01T00:00:00Z",
            },
        )
        made.subject = kind
        return made

    events = [
        event(*pair) for pair in [("a", "x"), ("b", "x"), ("a", "y"), ("b", "x"), ("a", "x"), ("c", "y")]
    ]
    handler = Handler(NoteWritten, Story().handle)
    made = calls({"x": handler, "y": handler}, events)
    order = [[events.index(e) for e in call.events] for call in made]
    assert order == [[0, 1, 3], [5], [2], [4]]


def test_two_handlers_for_one_event_are_refused(database: Database) -> None:
    handler = Handler(NoteWritten, Story().handle)
    with pytest.raises(ValueError, match="two handlers"):
        Consumers("probe", Databases([database]), Client.__new__(Client), [handler, handler])
