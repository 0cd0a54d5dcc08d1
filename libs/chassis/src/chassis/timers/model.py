"""What a timer is, and what a service says about those of one kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.context import Caller

if TYPE_CHECKING:
    from chassis.db import Tx


@dataclass(frozen=True, slots=True)
class NewTimer:
    """A timer to be set. `due_at` is aware; one that lies in the past is due at once."""

    kind: str
    key: str
    due_at: datetime
    payload: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Timer:
    """A timer that is due. `attempts` counts this one."""

    id: UUID
    tenant_id: UUID
    kind: str
    key: str
    due_at: datetime
    payload: dict[str, object]
    attempts: int
    prepared: object = None
    """What `prepare` found out for `handle`."""
    in_hand: bool = True
    """Whether the worker still has to deal with it, and keeps its lease."""


@dataclass(frozen=True, slots=True)
class TimerHandler:
    """What is done with the timers of one kind.

    `handle` gets up to `batch` due timers of a tenant, in the order of `due_at`, in the transaction that removes them;
    it may set the same timer again. `prepare` runs before that transaction opens, for what is slow or leaves the
    service; it may run again after a failure or a crash. Work that must not be repeated because of a neighbour's
    failure has `batch` 1. `workers` claims are worked on at a time in each process; one takes the due timers of all
    tenants, at most `tenants_at_once` batches.

    What fails is tried again after 1, 2, 4 … seconds, at most `longest_pause`; after `max_attempts` the timer stays as
    dead, to be looked at. Failures of what it needs (a service or database that is away) never kill it.

    A worker that does not show life for as long as `lease` loses what it has in hand to another. Where `prepare` does
    something outside that must hardly ever be done twice, the lease is longer.
    """

    kind: str
    handle: Callable[[Tx, list[Timer]], Awaitable[None]]
    prepare: Callable[[list[Timer]], Awaitable[None]] | None = None
    permissions: frozenset[str] = frozenset()
    batch: int = 200
    workers: int = 2
    tenants_at_once: int = 1
    max_attempts: int = 12
    longest_pause: timedelta = timedelta(minutes=5)
    lease: timedelta = timedelta(seconds=5)

    def caller(self, service: str, timers: list[Timer]) -> Caller:
        """As whom these timers (of one tenant, at least one) are handled."""
        first = timers[0]
        return Caller.system(first.tenant_id, service, f"timer:{first.id}", self.permissions)

    def pause_after(self, attempts: int) -> timedelta:
        """How long to wait after so many failed attempts."""
        return min(timedelta(seconds=1 << min(attempts - 1, 20)), self.longest_pause)
