"""Consumers when handlers fail, workers die, or NATS or the database is away."""

import asyncio
import shutil
from collections.abc import Callable

import pytest
from probe.events import NoteWritten
from probe.stage import Stage
from probe.tables import Note

from chassis.db import Databases, Tx
from chassis.errors import Unavailable
from chassis.events import Handler, replay
from chassis.events.handlers import AnyReceived
from chassis.testing.waiting import eventually
from embedded.nats import NatsServer


async def test_one_failing_event_holds_back_its_aggregate_alone(stage: Stage) -> None:
    story = stage.story
    story.fails["bad"] = [ValueError(), ValueError(), ValueError()]
    stage.listen()
    await stage.publish(
        *(("a", text, n) for n, text in enumerate(["good", "bad", "after", "later"])),
        *(("b", f"b{n}", n) for n in range(5)),
    )
    await eventually(lambda: len(story.told) == 9)
    assert [text for aggregate, text, _ in story.told if aggregate == "a"] == [
        "good",
        "bad",
        "after",
        "later",
    ]
    assert [text for _, text, _ in story.told].index("b4") < [text for _, text, _ in story.told].index("bad")


async def test_what_fails_for_good_is_parked_and_replayed_in_order(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.events.failing._LONGEST_PAUSE_SECONDS", 0.05)
    story = stage.story
    story.fails["bad"] = [ValueError("of a person")] * 100
    stage.listen()
    await stage.publish(("a", "good", 1), ("a", "bad", 2), ("a", "behind", 3), ("b", "other", 1))

    await stage.until_parked(2)
    await stage.publish(("a", "much later", 4), ("b", "free", 2))
    await stage.until_parked(3)
    await eventually(lambda: len(story.told) == 3)
    assert await stage.dead_events("error, attempts") == [
        ("ValueError", 8),
        ("waits behind a parked event", 0),
        ("waits behind a parked event", 0),
    ]

    still = await replay("probe", Databases([stage.database]), story.handlers())
    assert (still.events, still.failing) == (0, 1)
    story.fails.clear()
    done = await replay("probe", Databases([stage.database]), story.handlers())
    assert (done.events, done.failing) == (3, 0)
    assert await stage.parked() == 0
    await stage.publish(("a", "free again", 5))
    await eventually(lambda: len(story.told) == 7)
    of_a = [text for aggregate, text, _ in story.told if aggregate == "a"]
    assert of_a == ["good", "bad", "behind", "much later", "free again"]


async def test_an_absent_service_never_parks_an_event(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.events.failing._LONGEST_PAUSE_SECONDS", 0.05)
    story = stage.story
    story.fails["needy"] = [Unavailable() for _ in range(12)]
    stage.listen()
    await stage.publish(("a", "needy", 1))
    await eventually(lambda: len(story.told) == 1)
    assert await stage.parked() == 0


async def test_a_wiped_nats_only_delays(stage: Stage, nats_server: NatsServer) -> None:
    story = stage.story
    stage.listen()
    sent = 0
    for _ in range(3):
        await stage.publish(*((f"a{n % 3}", str(n), n) for n in range(sent, sent + 40)))
        sent += 40
        await eventually(story.goes_on())
        nats_server.stop()
        shutil.rmtree(nats_server.store)
        await stage.publish(*((f"a{n % 3}", str(n), n) for n in range(sent, sent + 10)))
        sent += 10
        nats_server.start()
        nats_server.wait_ready()
    await eventually(lambda: len(story.told) >= sent)
    assert len(story.told) == len(await stage.notes()) == sent
    for n in range(3):
        versions = [version for aggregate, _, version in story.told if aggregate == f"a{n}"]
        assert versions == sorted(versions)


async def test_another_process_takes_over_what_a_dead_one_had_in_hand(stage: Stage) -> None:
    entered = asyncio.Event()

    async def hang(tx: Tx, events: list[AnyReceived]) -> None:
        tx.add(Note(text="half done"))
        await tx.flush()
        entered.set()
        await asyncio.Event().wait()

    dead = asyncio.create_task(stage.consumers(Handler(NoteWritten, hang)).run(asyncio.Event()))
    await stage.publish(*(("a", str(n), n) for n in range(10)))
    await asyncio.wait_for(entered.wait(), 60)
    dead.cancel()
    await asyncio.gather(dead, return_exceptions=True)
    story = stage.story
    stage.listen()
    await eventually(lambda: len(story.told) == 10)
    assert [version for _, _, version in story.told] == list(range(10))
    assert len(await stage.notes()) == 10


async def test_an_event_that_kills_its_workers_is_parked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.leases.LEASE_SECONDS", 1.0)
    monkeypatch.setattr("chassis.leases._RENEW_SECONDS", 0.2)
    monkeypatch.setattr("chassis.events.consumers.MAX_DELIVERIES", 3)
    story, died = stage.story, asyncio.Event()

    async def handle(tx: Tx, events: list[AnyReceived]) -> None:
        if any(event.message.text == "killer" for event in events):
            died.set()
            await asyncio.Event().wait()
        await story.handle(tx, events)

    handler = Handler(NoteWritten, handle)
    await stage.publish(("a", "good", 1), ("b", "killer", 1), ("b", "behind", 2), ("c", "other", 1))
    for _ in range(5):
        stop = asyncio.Event()
        process = asyncio.create_task(stage.consumers(handler).run(stop))
        ended = asyncio.create_task(died.wait())
        async with asyncio.timeout(60):
            while not died.is_set() and await stage.parked() < 2:
                await asyncio.sleep(0.05)
        if not died.is_set():
            break
        died.clear()
        ended.cancel()
        process.cancel()
        await asyncio.gather(process, ended, return_exceptions=True)
    await eventually(lambda: len(story.told) == 2)
    stop.set()
    await process
    ended.cancel()
    assert sorted(text for _, text, _ in story.told) == ["good", "other"]
    assert await stage.dead_events("version, error, state") == [
        (1, "its worker died", "parked"),
        (2, "waits behind a parked event", "parked"),
    ]


async def test_a_database_that_is_away_only_delays(
    stage: Stage, closed_for_a_while: Callable[[float], object]
) -> None:
    story = stage.story
    stage.listen()
    await stage.publish(("a", "before", 1))
    await eventually(lambda: len(story.told) == 1)
    await stage.publish(*(("a", str(n), n) for n in range(2, 20)))
    await asyncio.to_thread(closed_for_a_while, 1.0)
    await eventually(lambda: len(story.told) == 19, 40)
    assert [version for _, _, version in story.told] == list(range(1, 20))
