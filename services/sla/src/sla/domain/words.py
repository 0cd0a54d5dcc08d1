"""A clock in words: what counts for it, where it stands, and where its time went."""

from __future__ import annotations

from datetime import datetime, timedelta

from sla.domain import durations
from sla.domain.clocks import Clock
from sla.domain.escalations import StepState


def explained(clock: Clock) -> tuple[str, ...]:
    """Sentences for people who ask why a clock stands where it does; of a clock that was computed with its intervals.

    Times are UTC, lengths ISO 8601.
    """
    return (_agreed(clock), _standing(clock), *_where_time_went(clock), *_chain(clock))


def _agreed(clock: Clock) -> str:
    """By which versions of which rules."""
    target = durations.format(clock.target)
    amount = target if clock.agreed == target else f"{clock.agreed} ({target})"
    priority = f" at priority {clock.priority}" if clock.priority else ""
    return (
        f"The target is {amount}{priority}, by version {clock.policy.version} of the policy"
        f' "{clock.policy.name}", counted in version {clock.calendar.version} of the calendar "{clock.calendar.name}".'
    )


def _standing(clock: Clock) -> str:
    counted = f"It started at {_time(clock.started_at)} and has counted {durations.format(clock.elapsed)}"
    if clock.breached_at is not None:
        late = f"; the target passed at {_time(clock.breached_at)}"
    elif clock.state == "running" and clock.due_at is not None:
        late = f"; the target is due at {_time(clock.due_at)}"
    else:
        late = "; the target is not passed"
    match clock.state:
        case "stopped":
            rest = f"; it stopped at {_time(clock.stopped_at)}"
        case "paused":
            rest = f"; it has been paused since {_time(clock.paused_at)}"
        case _:
            rest = "; it runs"
    return f"{counted}{late}{rest}."


def _where_time_went(clock: Clock) -> list[str]:
    """All the time from the start on, by reason, in the order in which the reasons came up."""
    totals: dict[tuple[bool, str], timedelta] = {}
    for part in clock.intervals:
        key = (part.counted, part.reason)
        totals[key] = totals.get(key, timedelta(0)) + (part.end - part.start)
    return [
        f"{'Counted' if counted else 'Not counted'}: {durations.format(length)}, {reason}."
        for (counted, reason), length in totals.items()
    ]


def _chain(clock: Clock) -> list[str]:
    """Who was told beyond the warnings, and who is next."""
    return [
        f"Escalation at {one.step.text} ({'wall' if one.step.is_wall else 'business'} time) to"
        f" {', '.join(one.step.to)}: {_stands(one, clock.state)}."
        for one in clock.escalations
    ]


def _stands(one: StepState, state: str) -> str:
    if one.reached:
        return "was reached"
    if one.due_at is not None:
        return f"is due at {_time(one.due_at)}"
    return {"stopped": "was not reached", "paused": "is due when it runs again"}.get(state, "is never due")


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"
