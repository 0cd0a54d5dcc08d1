"""What to tell of a clock: the difference between what was told last and what it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sla.domain import durations
from sla.domain.clocks import Clock
from sla.domain.escalations import Step

if TYPE_CHECKING:
    from uuid import UUID

DIMENSIONS = ("organization", "service_id", "team", "assignee", "queue", "process")

What = Literal[
    "started", "paused", "resumed", "stopped", "recomputed", "removed", "warning", "breached", "escalated"
]


@dataclass(frozen=True, slots=True)
class Told:
    """A clock as it was told last.

    :param version: of the clock event that told it.
    :param warned: the warnings that are behind it.
    :param warning_at: when the next warning is due.
    :param escalated: the keys of the steps of its chain that are behind it.
    :param escalation_at: when the next of them is due.
    """

    version: int
    kind: str
    name: str
    state: str
    priority: str
    target: timedelta
    started_at: datetime
    due_at: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    policy_id: UUID
    policy_name: str
    policy_version: int
    calendar_id: UUID
    calendar_version: int
    warned: tuple[str, ...]
    warning_at: datetime | None
    cycle: int = 0
    is_latest: bool = True
    elapsed: timedelta | None = None
    """Business time counted when it stopped; None before."""
    dimensions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Whose it is: id and key of those of DIMENSIONS that the ticket had."""
    escalated: tuple[str, ...] = ()
    escalation_at: datetime | None = None

    @property
    def breach_due_at(self) -> datetime | None:
        """When it will breach if it runs on; None when it does not run, or has breached."""
        return self.due_at if self.state == "running" and self.breached_at is None else None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to tell, and when it happened.

    `words` is the reason of a recomputation, or the policy's warning; `step` that of the chain which is reached.
    """

    what: What
    at: datetime
    words: str = ""
    step: Step | None = None


def changes(told: Told | None, clock: Clock | None, at: datetime) -> list[Change]:
    """What to tell of one clock, in order; `at` is the moment of which `clock` is. None: there is none (any more)."""
    if clock is None:
        return [] if told is None else [Change("removed", at)]
    if told is not None and _is_restarted(told, clock):
        told = None
    if told is None:
        found = [Change("started", clock.started_at)]
    elif reason := _recomputed(told, clock):
        found = [Change("recomputed", at, reason)]
    else:
        found = []
    if told is not None and told.state != "running" and clock.state == "running":
        found.append(Change("resumed", at))
    elif clock.paused_at is not None and (told is None or told.state != "paused"):
        found.append(Change("paused", clock.paused_at))
    if clock.breached_at is not None and (told is None or told.breached_at is None):
        found.append(Change("breached", clock.breached_at))
    elif told is not None and not clock.breached:
        found += _warning(told, clock, at)
    found += _escalations(told, clock)
    if clock.stopped_at is not None and (told is None or told.state != "stopped"):
        found.append(Change("stopped", clock.stopped_at))
    return found


def remembered(told: Told | None, clock: Clock, at: datetime, *, version: int) -> Told:
    """The clock as it is told now, with the version of the event that tells it."""
    return Told(
        version=version,
        kind=clock.kind,
        name=clock.name,
        state=clock.state,
        priority=clock.priority,
        target=_whole_seconds(clock.target),
        started_at=clock.started_at,
        due_at=clock.due_at,
        paused_at=clock.paused_at,
        stopped_at=clock.stopped_at,
        breached_at=clock.breached_at,
        policy_id=clock.policy.id,
        policy_name=clock.policy.name,
        policy_version=clock.policy.version,
        calendar_id=clock.calendar.calendar_id,
        calendar_version=clock.calendar.version,
        warned=_warned(told, clock, at),
        warning_at=_next_warning(clock, at),
        cycle=clock.cycle,
        is_latest=clock.is_latest,
        elapsed=None if clock.stopped_at is None else _seconds(clock.elapsed),
        dimensions={
            name: [str(one) for one in value]
            for name in DIMENSIONS
            if isinstance(value := clock.facts.get(name), list)
        },
        escalated=(behind := _escalated(told, clock)),
        escalation_at=min(
            (
                one.due_at
                for one in clock.escalations
                if one.due_at is not None and one.step.key not in behind
            ),
            default=None,
        ),
    )


def differences(told: Told, clock: Clock) -> list[tuple[str, str, str]]:
    """What a recomputation changed of a clock: (field, before, after), each as text, empty for none."""
    values: tuple[tuple[str, object, object], ...] = (
        ("priority", told.priority, clock.priority),
        ("target", durations.format(told.target), durations.format(_whole_seconds(clock.target))),
        ("policy", told.policy_name, clock.policy.name),
        ("policy_version", told.policy_version, clock.policy.version),
        ("calendar_id", told.calendar_id, clock.calendar.calendar_id),
        ("calendar_version", told.calendar_version, clock.calendar.version),
        ("started_at", told.started_at, clock.started_at),
        ("due_at", told.due_at, clock.due_at),
        ("paused_at", told.paused_at, clock.paused_at),
        ("stopped_at", told.stopped_at, clock.stopped_at),
        ("breached_at", told.breached_at, clock.breached_at),
    )
    return [(name, _text(before), _text(after)) for name, before, after in values if before != after]


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return "" if value is None else str(value)


def _warned(told: Told | None, clock: Clock, at: datetime) -> tuple[str, ...]:
    """The warnings that are behind a clock: they are not told again, until a recomputation puts them ahead."""
    if clock.state != "running":
        return () if told is None or _is_restarted(told, clock) else told.warned
    return tuple(text for text, moment in clock.warnings if moment is not None and moment <= at)


def _escalations(told: Told | None, clock: Clock) -> list[Change]:
    """The steps that a running clock has reached and that were not told, in order of time."""
    behind = _told_steps(told, clock)
    reached = [
        Change("escalated", one.due_at, step=one.step)
        for one in clock.escalations
        if one.reached and one.due_at is not None and one.step.key not in behind
    ]
    return sorted(reached, key=lambda change: change.at)


def _escalated(told: Told | None, clock: Clock) -> tuple[str, ...]:
    """The steps that are behind a clock: none is told again, unless another target puts it ahead."""
    same_target = told is not None and told.target == _whole_seconds(clock.target)
    kept = _told_steps(told, clock) if same_target or clock.state != "running" else ()
    return tuple(
        one.step.key
        for one in clock.escalations
        if one.step.key in kept or (one.reached and one.due_at is not None)
    )


def _told_steps(told: Told | None, clock: Clock) -> tuple[str, ...]:
    """What was told of this winding by this policy."""
    if told is None or told.policy_id != clock.policy.id or _is_restarted(told, clock):
        return ()
    return told.escalated


def _next_warning(clock: Clock, at: datetime) -> datetime | None:
    """When the next warning of a running clock is due, if there is one before the breach."""
    if clock.state != "running" or clock.breached:
        return None
    return min((moment for _, moment in clock.warnings if moment is not None and moment > at), default=None)


def _whole_seconds(target: timedelta) -> timedelta:
    """A target as it is remembered: that of business days may end within a second."""
    return max(_seconds(target), timedelta(seconds=1))


def _seconds(length: timedelta) -> timedelta:
    return timedelta(seconds=length // timedelta(seconds=1))


def _is_restarted(told: Told, clock: Clock) -> bool:
    """Whether the clock was wound again after it had stopped, rather than gone on; or without a stop between."""
    if told.stopped_at is None:
        return clock.cycle > 0 and clock.started_at > told.started_at
    return clock.started_at != told.started_at and clock.started_at >= told.stopped_at


def _recomputed(told: Told, clock: Clock) -> str:
    """Why the clock is reckoned anew; empty when it is not, or nothing came of it."""
    same_state = told.state == clock.state
    effects = (
        told.target != _whole_seconds(clock.target),
        told.policy_id != clock.policy.id,
        told.started_at != clock.started_at,
        told.breached_at is not None and not clock.breached,
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


def _warning(told: Told, clock: Clock, at: datetime) -> list[Change]:
    """The nearest to the breach of the warnings that passed since the last time: one at a time is enough.

    What had passed when a clock was told as started is no news: the ticket was imported.
    """
    if clock.state != "running":
        return []
    passed = [(moment, text) for text, moment in clock.warnings if moment is not None and moment <= at]
    if not passed:
        return []
    moment, text = max(passed)
    return [] if text in told.warned else [Change("warning", moment, text)]
