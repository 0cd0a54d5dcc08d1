"""Consumers: from one service's stream into the probe's database, each effect once and in order."""

import asyncio
from datetime import datetime
from uuid import uuid4

import pytest
from nats.js.errors import NotFoundError
from probe.events import NoteIgnored, NoteWritten
from probe.stage import Stage, Story

from chassis.context import current_caller
from chassis.db import Database, Databases, Tx
from chassis.errors import Forbidden
from chassis.events import Consumers, Handler
from chassis.events.handlers import AnyReceived, calls
from chassis.messaging import Client, stream_of
from chassis.testing.waiting import eventually

STREAM = stream_of("probe")


async def test_every_event_has_its_effect_once(stage: Stage) -> None:
    story = stage.story
    stage.listen()
    tenants = [uuid4() for _ in range(5)]
    for tenant in tenants:
        await stage.publish(*((f"{tenant}{n % 10}", f"text {n}", n) for n in range(60)), tenant=tenant)
    await eventually(lambda: len(story.told) == 300)
    assert max(story.batches) > 10, "events are not handled in batches"
    for tenant in tenants:
        assert len(await stage.notes(tenant)) == 60
        for n in range(10):
            versions = [version for aggregate, _, version in story.told if aggregate == f"{tenant}{n}"]
            assert versions == sorted(versions)


async def test_handlers_run_as_the_service_with_what_they_declare(stage: Stage) -> None:
    seen: list[AnyReceived] = []

    async def handle(tx: Tx, events: list[AnyReceived]) -> None:
        caller = current_caller()
        assert (caller.kind, caller.subject, caller.tenant_id) == ("system", "probe", stage.tenant)
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
    stage.listen(handler)
    await stage.publish(("a", "hello", 3))
    await eventually(lambda: bool(seen))
    (event,) = seen
    assert (event.message.text, event.aggregate_id, event.version) == ("hello", "a", 3)
    assert event.occurred_at.tzinfo is not None


async def test_redelivered_events_have_no_second_effect(stage: Stage) -> None:
    story = stage.story
    async with stage.listening():
        await stage.publish(*(("a", str(n), n) for n in range(30)))
        await eventually(lambda: len(story.told) == 30)
    await stage.nats.jetstream().delete_consumer(STREAM, "probe")
    stage.listen()
    await stage.publish(("b", "last", 1))
    await eventually(lambda: len(story.told) == 31)
    assert len(await stage.notes()) == 31


async def test_events_that_come_again_while_they_wait_have_no_second_effect(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.events.consumers._ACK_WAIT_SECONDS", 1.0)
    story, slow = stage.story, asyncio.Event()

    async def handle(tx: Tx, events: list[AnyReceived]) -> None:
        if events[0].version == 0:
            await slow.wait()
        await story.handle(tx, events)

    stage.listen(Handler(NoteWritten, handle))
    await stage.publish(("a", "slow", 0))
    await asyncio.sleep(0.2)
    await stage.publish(*(("b", str(n), n) for n in range(1, 21)))

    async def waiting_came_again() -> bool:
        return bool((await stage.nats.jetstream().consumer_info(STREAM, "probe")).num_redelivered == 21)

    await eventually(waiting_came_again, 20)
    slow.set()
    await eventually(lambda: len(story.told) >= 21)
    await asyncio.sleep(0.5)
    assert [version for _, _, version in story.told] == list(range(21))
    assert sum(story.batches) == 21, "handlers were given copies"


async def test_events_without_a_handler_are_not_sent_at_all(stage: Stage) -> None:
    story = stage.story
    stage.listen()
    await stage.publish(("a", "x", 1), message=NoteIgnored)
    await stage.publish(("a", "hello", 2))
    await eventually(lambda: len(story.told) == 1)
    await asyncio.sleep(0.1)
    info = await stage.nats.jetstream().consumer_info(STREAM, "probe")
    assert (info.num_pending, info.num_ack_pending) == (0, 0)
    assert info.delivered is not None
    assert (info.delivered.consumer_seq, info.delivered.stream_seq) == (1, 2)


@pytest.fixture
def often_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the stage's relay begins."""
    monkeypatch.setattr("chassis.outbox.relay._CHECK_SECONDS", 0.2)


@pytest.mark.usefixtures("often_checked")
async def test_what_a_consumer_is_not_sent_does_not_hold_back_its_floor(stage: Stage) -> None:
    story = stage.story
    stage.listen()
    await stage.publish(("a", "hello", 1))
    await eventually(lambda: len(story.told) == 1)
    await stage.publish(("a", "x", 2), message=NoteIgnored)

    async def floor_is_behind_all() -> bool:
        async with stage.database.relay_connection() as raw:
            row = await raw.fetchrow(
                "SELECT floors ->> 'probe' AS floor, (SELECT max(published_at) FROM outbox) AS last FROM relay_state"
            )
        assert row is not None
        return bool(row["floor"]) and datetime.fromisoformat(row["floor"]) > row["last"]

    await eventually(floor_is_behind_all, 30)


async def test_a_service_that_learns_to_read_an_event_misses_none_of_the_change(stage: Stage) -> None:
    story = stage.story
    await stage.publish(("a", "first", 1))
    async with stage.listening():
        await eventually(lambda: len(story.told) == 1)
    await stage.publish(("a", "while it was replaced", 2), message=NoteIgnored)
    await stage.publish(("a", "after", 3))
    async with stage.listening(*story.handlers(), Handler(NoteIgnored, story.handle)):
        await eventually(lambda: len(story.told) == 3)
    assert [text for _, text, _ in story.told] == ["first", "while it was replaced", "after"]


async def test_a_service_that_is_upgraded_after_the_publisher_misses_nothing_of_its_news(
    stage: Stage,
) -> None:
    story = stage.story
    async with stage.listening():
        await stage.publish(("a", "unknown to the old one", 1), message=NoteIgnored)
        await stage.publish(("a", "known", 2))
        await eventually(lambda: len(story.told) == 1)
    async with stage.listening(*story.handlers(), Handler(NoteIgnored, story.handle)):
        await eventually(lambda: len(story.told) == 2)
        await stage.publish(("a", "later", 3))
        await eventually(lambda: len(story.told) == 3)
    assert [text for _, text, _ in story.told] == ["known", "unknown to the old one", "later"]


async def test_readiness_tells_of_the_durable_consumer(stage: Stage) -> None:
    consumer = stage.consumers()
    assert not consumer.ready
    with pytest.raises(NotFoundError):
        await stage.nats.jetstream().consumer_info(STREAM, "probe")
    stage.running(consumer)
    await eventually(lambda: consumer.ready)
    assert (await stage.nats.jetstream().consumer_info(STREAM, "probe")).config.max_deliver in {None, -1}


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
