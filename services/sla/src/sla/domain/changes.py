"""What to tell of a clock: the difference between what was told last and what it is now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sla.domain.clocks import Clock

if TYPE_CHECKING:
    from uuid import UUID

What = Literal["started", "paused", "resumed", "stopped", "recomputed", "removed", "warning", "breached"]


@dataclass(frozen=True, slots=True)
class Told:
    """A clock as it was told last."""

    state: str
    priority: str
    target: timedelta
    started_at: datetime
    due_at: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None
    breached: bool
    policy_id: UUID
    policy_name: str
    policy_version: int
    calendar_id: UUID
    calendar_version: int
    warned: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to tell; `words` is the reason of a recomputation, or the warning as the policy writes it."""

    what: What
    words: str = ""


def changes(told: Told | None, clock: Clock | None, at: datetime) -> list[Change]:
    """What to tell of one clock, in order; `at` is the moment of which `clock` is. None: there is none (any more)."""
    if clock is None:
        return [] if told is None else [Change("removed")]
    if told is not None and _is_restarted(told, clock):
        told = None
    found = list(_started(clock) if told is None else _moved(told, clock))
    if clock.breached and not (told is not None and told.breached):
        found.append(Change("breached"))
    elif not clock.breached:
        found += _warning(told, clock, at)
    # What ends a clock is told last.
    return sorted(found, key=lambda change: change.what == "stopped")


def warned(told: Told | None, clock: Clock, at: datetime) -> frozenset[str]:
    """The warnings that are behind a clock: they are not told again, until a recomputation puts them ahead."""
    if clock.state != "running":
        return frozenset() if told is None or _is_restarted(told, clock) else told.warned
    return frozenset(text for text, moment in clock.warnings if moment is not None and moment <= at)


def next_warning(clock: Clock, at: datetime) -> datetime | None:
    """When the next warning of a running clock is due, if there is one before the breach."""
    if clock.state != "running" or clock.breached:
        return None
    return min((moment for _, moment in clock.warnings if moment is not None and moment > at), default=None)


def _is_restarted(told: Told, clock: Clock) -> bool:
    """Whether the clock was wound again after it had stopped, rather than gone on."""
    return (
        told.stopped_at is not None
        and clock.started_at != told.started_at
        and clock.started_at >= told.stopped_at
    )


def _started(clock: Clock) -> Iterator[Change]:
    yield Change("started")
    if clock.state == "paused":
        yield Change("paused")
    elif clock.state == "stopped":
        yield Change("stopped")


def _moved(told: Told, clock: Clock) -> Iterator[Change]:
    if reason := _recomputed(told, clock):
        yield Change("recomputed", reason)
    if told.state == clock.state:
        return
    if clock.state == "paused":
        yield Change("paused")
    elif clock.state == "stopped":
        yield Change("stopped")
    else:
        yield Change("resumed")


def _recomputed(told: Told, clock: Clock) -> str:
    """Why the clock is reckoned anew; empty when it is not, or nothing came of it."""
    same_state = told.state == clock.state
    effects = (
        told.target != clock.target,
        told.policy_id != clock.policy.id,
        told.started_at != clock.started_at,
        told.breached and not clock.breached,
        same_state and told.due_at != clock.due_at,
        same_state and (told.paused_at, told.stopped_at) != (clock.paused_at, clock.stopped_at),
    )
    if not any(effects):
        return ""
    reasons = []
    if told.priority != clock.priority:
        reasons.append(f"priority changed from {told.priority or 'none'} to {clock.priority or 'none'}")
    if told.policy_id != clock.policy.id:
        reasons.append(f'policy changed from "{told.policy_name}" to "{clock.policy.name}"')
    elif told.policy_version != clock.policy.version:
        reasons.append(f'policy "{clock.policy.name}" was edited')
    if told.calendar_id != clock.calendar.calendar_id:
        reasons.append(f'calendar changed to "{clock.calendar.name}"')
    elif told.calendar_version != clock.calendar.version:
        reasons.append(f'calendar "{clock.calendar.name}" was edited')
    return "; ".join(reasons) or "the times of the ticket changed"


def _warning(told: Told | None, clock: Clock, at: datetime) -> Iterator[Change]:
    """The nearest to the breach of the warnings that passed since the last time: one at a time is enough."""
    if clock.state != "running":
        return
    before = frozenset() if told is None else told.warned
    passed = [(moment, text) for text, moment in clock.warnings if moment is not None and moment <= at]
    fresh = [(moment, text) for moment, text in passed if text not in before]
    if fresh and max(fresh) == max(passed):
        yield Change("warning", max(fresh)[1])
