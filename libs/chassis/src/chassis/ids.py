"""Identifiers: UUID version 7 (RFC 9562), made by the application, sortable by the time of making."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.errors import FieldError, InvalidInput

_RANDOM_BITS = 74
_RANDOM_MASK = (1 << _RANDOM_BITS) - 1
_STEP_MASK = (1 << 32) - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_lock = threading.Lock()
_last_ms = 0
_last_random = 0


def new_id() -> UUID:
    """A new UUIDv7. Within a process each one is greater than the one before, also when the clock steps back."""
    global _last_ms, _last_random  # noqa: PLW0603 (the order within a process is the state)
    noise = int.from_bytes(os.urandom(10), "big")
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            # The top bit stays free, so that a millisecond has room for 2**41 steps before it overflows.
            _last_ms, _last_random = now_ms, noise & (_RANDOM_MASK >> 1)
        else:
            _last_random += 1 + (noise & _STEP_MASK)
            if _last_random > _RANDOM_MASK:
                _last_ms, _last_random = _last_ms + 1, noise & (_RANDOM_MASK >> 1)
        milliseconds, random = _last_ms, _last_random
    return _assemble(milliseconds, random)


def lowest_id(at: datetime) -> UUID:
    """The smallest UUIDv7 of the millisecond of `at` (aware): a bound for ranges of ids by time."""
    return _assemble((at - _EPOCH) // timedelta(milliseconds=1), 0)


def time_of(id: UUID) -> datetime:  # noqa: A002 (the word of the domain)
    """When the UUIDv7 was made: UTC, to the millisecond. Raises ValueError for another version."""
    if id.version != 7:
        raise ValueError(f"not a UUIDv7: {id}")
    return _EPOCH + timedelta(milliseconds=id.int >> 80)


def is_id(text: str) -> bool:
    """Whether the text is a UUID in its canonical form of 36 characters, in either case."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def parse_id(text: str, field: str) -> UUID:
    """The UUID that the text writes. Raises InvalidInput naming the field."""
    if not is_id(text):
        raise InvalidInput([FieldError(field, "must be a UUID")])
    return UUID(text)


def _assemble(milliseconds: int, random: int) -> UUID:
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)
