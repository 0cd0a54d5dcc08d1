"""Waiting for what happens by itself, without a sleep of a guessed length."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


@overload
async def eventually(look: Callable[[], Awaitable[T]], timeout: float = 60.0) -> T: ...


@overload
async def eventually(look: Callable[[], bool], timeout: float = 60.0) -> bool: ...


async def eventually(look: Callable[[], Awaitable[T] | bool], timeout: float = 60.0) -> T | bool:
    """Call `look` until it gives something true, without an AssertionError; gives that.

    Raises the last AssertionError, or TimeoutError naming the last answer, after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while True:
        failed: AssertionError | None = None
        try:
            answer = look()
            found = await answer if inspect.isawaitable(answer) else answer
            if found:
                return found
        except AssertionError as error:
            failed = error
        if time.monotonic() >= deadline:
            if failed is not None:
                raise failed
            message = f"not within {timeout} s; last seen: {found!r}"
            raise TimeoutError(message)
        await asyncio.sleep(0.02)


def in_a_thread(work: Callable[[], object]) -> None:
    """Run work that starts an event loop of its own, from a test that stands in one."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
