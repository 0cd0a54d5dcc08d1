"""Loops and listening sockets of a serving process; deadlines of the work in it."""

import asyncio

import pytest

from chassis import deadlines
from chassis.deadlines import use_deadline
from chassis.serving import Loops, bind


async def always() -> bool:
    return True


async def test_loops_end_when_told_and_finish_what_they_hold() -> None:
    loops, finished = Loops(always), []

    async def loop(stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.sleep(0.05)
        finished.append("batch")

    loops.start("relay", loop)
    await asyncio.sleep(0)
    await loops.stop(1.0)
    assert finished == ["batch"]
    assert not loops.ended.is_set()


async def test_a_loop_that_does_not_end_is_cancelled_after_the_grace() -> None:
    loops, cancelled = Loops(always), []

    async def stubborn(_: asyncio.Event) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append("stubborn")
            raise

    loops.start("stubborn", stubborn)
    await asyncio.sleep(0.01)
    async with asyncio.timeout(1):
        await loops.stop(0.05)
    assert cancelled == ["stubborn"]


@pytest.mark.parametrize("failure", [None, ConnectionError("gone")])
async def test_a_loop_that_ends_by_itself_is_noticed(failure: Exception | None) -> None:
    loops = Loops(always)

    async def brief(_: asyncio.Event) -> None:
        if failure is not None:
            raise failure

    loops.start("brief", brief)
    async with asyncio.timeout(1):
        await loops.ended.wait()
    await loops.stop(1.0)


async def test_loops_wait_for_the_database_unless_they_need_none() -> None:
    begun: list[str] = []

    async def never() -> bool:
        return False

    async def relay(_: asyncio.Event) -> None:
        begun.append("relay")

    async def health(stop: asyncio.Event) -> None:
        begun.append("health")
        await stop.wait()

    loops = Loops(never)
    loops.start("relay", relay)
    loops.start("health", health, at_once=True)
    await asyncio.sleep(0.02)
    assert begun == ["health"]
    async with asyncio.timeout(2):
        await loops.stop(1.0)
    assert begun == ["health"]


@pytest.mark.parametrize(
    "listen", ["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", ":-1", "127.0.0.1:70000"]
)
def test_what_is_no_address_is_refused(listen: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        bind(listen)


def test_a_port_that_is_taken_is_refused() -> None:
    with bind("127.0.0.1:0") as taken, pytest.raises(OSError, match="in use"):
        bind(f"127.0.0.1:{taken.getsockname()[1]}")


def test_an_inner_deadline_shortens_and_never_lengthens() -> None:
    assert deadlines.remaining() is None
    with use_deadline(10.0):
        with use_deadline(60.0):
            left = deadlines.remaining()
            assert left is not None
            assert left <= 10.0
        with use_deadline(1.0):
            left = deadlines.remaining()
            assert left is not None
            assert left <= 1.0
    assert deadlines.remaining() is None
