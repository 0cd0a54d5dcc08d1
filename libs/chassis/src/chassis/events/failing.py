"""What fails, and what it holds back: in memory, by the one process that consumes the stream."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chassis.errors import InProgress, LimitReached, StorageFull, Unavailable

if TYPE_CHECKING:
    from uuid import UUID

    from chassis.events.handlers import AnyReceived

MAX_DELIVERIES = 8
_LONGEST_PAUSE_SECONDS = 30.0
_BEHIND_SECONDS = 0.05
_TRANSIENT = (Unavailable, LimitReached, StorageFull, InProgress)


@dataclass(slots=True)
class _Held:
    """An aggregate whose first event fails; the sequences of all its events that are held."""

    sequences: set[int] = field(default_factory=set)
    failures: int = 0
    tries: int = 0
    again_at: float = 0.0


class Failing:
    """Which events wait for another delivery, and how long."""

    def __init__(self) -> None:
        self._held: dict[tuple[UUID, str], _Held] = {}

    def must_wait(self, event: AnyReceived) -> bool:
        """Whether an earlier event of the aggregate has failed and is not done."""
        held = self._held.get(event.aggregate)
        return held is not None and event.sequence > min(held.sequences)

    def hold_behind(self, event: AnyReceived) -> float:
        """Holds an event back; gives the seconds after which it should come again."""
        held = self._held[event.aggregate]
        held.sequences.add(event.sequence)
        return max(0.0, held.again_at - time.monotonic()) + _BEHIND_SECONDS

    def failed(self, event: AnyReceived, error: Exception) -> float | None:
        """Notes a failure; gives the seconds until the next try, None when it was the last.

        Failures of what the handler needs (a service or database that is away) are tried for ever.
        """
        held = self._held.setdefault(event.aggregate, _Held())
        held.sequences.add(event.sequence)
        held.tries += 1
        if not isinstance(error, _TRANSIENT):
            held.failures += 1
            if held.failures >= MAX_DELIVERIES:
                return None
        seconds = min(0.5 * (1 << min(held.tries - 1, 10)), _LONGEST_PAUSE_SECONDS)
        held.again_at = time.monotonic() + seconds
        return seconds

    def done(self, event: AnyReceived) -> None:
        """The event was handled or parked: the next of its aggregate may be tried."""
        held = self._held.get(event.aggregate)
        if held is None:
            return
        held.sequences.discard(event.sequence)
        held.failures = held.tries = 0
        if not held.sequences:
            del self._held[event.aggregate]
