"""Waits for what is going to be."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(so: Callable[[], bool | Awaitable[bool]], seconds: float = 60) -> None:
    """Return once it is so. Raises TimeoutError after so many seconds."""
    async with asyncio.timeout(seconds):
        while not await _told(so):
            await asyncio.sleep(0.02)


async def _told(so: Callable[[], bool | Awaitable[bool]]) -> bool:
    answer = so()
    return answer if isinstance(answer, bool) else await answer
