"""How long the running work may still take: set at the door, read by every call that it makes."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ends_at: ContextVar[float | None] = ContextVar("deadline", default=None)


def remaining() -> float | None:
    """Seconds left, not above zero once the time is over; None where no deadline was set."""
    ends_at = _ends_at.get()
    return None if ends_at is None else ends_at - time.monotonic()


@contextmanager
def use_deadline(seconds: float) -> Iterator[None]:
    """Gives the block that many seconds, or what is left of an earlier deadline where that is less."""
    earlier = _ends_at.get()
    ends_at = time.monotonic() + seconds
    token = _ends_at.set(ends_at if earlier is None else min(earlier, ends_at))
    try:
        yield
    finally:
        _ends_at.reset(token)
