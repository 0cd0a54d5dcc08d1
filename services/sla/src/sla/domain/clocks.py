"""The clocks of a ticket: a pure function of the events that happened and of the policies and calendars in force.

* A clock's target, calendar and warnings come from the policy that holds now, or that held when the clock stopped.
  When that changes, the clock is reckoned anew from its start.
* A pause is decided by the policy in force during it, and survives every later change of priority and policy.
* Policies are those known when a thing was recorded: a clock that has stopped keeps the versions it stopped with, also
  when they change later; what is imported today from last year is reckoned by today's.
* A clock is breached when its due moment passes while it runs, and stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sla.domain import calendar as business
from sla.domain import ledger
from sla.domain.calendar import Counted, NeverOpen
from sla.domain.ledger import Moment, TicketEvent, Window
from sla.domain.policies import (
    FIRST_RESPONSE,
    KINDS,
    NEXT_RESPONSE,
    RESOLUTION,
    TIME_TO_OWN,
    UPDATE,
    CalendarVersion,
    Policy,
    RuleBook,
    Target,
)

_ZERO = timedelta(0)
_WINDOWS: Mapping[str, Callable[[Sequence[Moment]], list[Window]]] = {
    FIRST_RESPONSE: ledger.first_response,
    NEXT_RESPONSE: ledger.next_response,
    UPDATE: ledger.update,
    TIME_TO_OWN: ledger.time_to_own,
    RESOLUTION: ledger.resolution,
}


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock as of a moment. Times are UTC, lengths are business time.

    :param state: "running", "paused" or "stopped".
    :param agreed: the target as the policy writes it: "PT4H", "end of business day 2".
    :param due_at: when the target is, or was, reached; None while paused, and when that is never.
    :param warnings: each warning with its moment; None while the clock does not run.
    :param intervals: what was counted and what not, and why; only when asked for.
    """

    kind: str
    name: str
    state: str
    priority: str
    target: timedelta
    agreed: str
    started_at: datetime
    elapsed: timedelta
    policy: Policy
    calendar: CalendarVersion
    due_at: datetime | None = None
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    breached_at: datetime | None = None
    warnings: tuple[tuple[str, datetime | None], ...] = ()
    intervals: tuple[Counted, ...] = ()

    @property
    def breached(self) -> bool:
        """Whether the due moment passed while it ran."""
        return self.breached_at is not None

    @property
    def remaining(self) -> timedelta:
        """Business time left; negative when there was more than the target."""
        return self.target - self.elapsed


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Part of a window: running or paused in a state, from a moment until another."""

    start: datetime
    end: datetime
    paused_in: str


def compute(
    events: Iterable[TicketEvent],
    book: RuleBook,
    at: datetime,
    *,
    explain: bool = False,
) -> list[Clock]:
    """All clocks of a ticket as of `at` (aware), by kind and name; none before it was created.

    The order of `events` does not matter; those that happened after `at` are left out.
    """
    moments = ledger.history(events, at)
    if not moments:
        return []
    windows = {name: found for name, find in _WINDOWS.items() if (found := find(moments))}
    clocks: list[Clock] = []
    for kind in KINDS:
        if kind not in book.kinds:
            continue
        pauses = list(_pauses(moments, book, kind, at))
        for name, found in windows.items():
            clock = _clock(moments, found, pauses, book, at, kind=kind, name=name, explain=explain)
            if clock is not None:
                clocks.append(clock)
    return clocks


def _pauses(moments: Sequence[Moment], book: RuleBook, kind: str, at: datetime) -> Iterator[_Stretch]:
    """The ticket's life cut where its state, its facts or the policies changed, each part paused or not."""
    for index, moment in enumerate(moments):
        until = moments[index + 1].at if index + 1 < len(moments) else at
        known = moment.known_at
        cuts = [moment.at, *book.changes(max(known, moment.at), until), until]
        for start, end in pairwise(cuts):
            policy = book.at(max(known, start)).policy(kind, moment.facts)
            paused = policy is not None and moment.state in policy.pause_states
            yield _Stretch(start, end, moment.state if paused else "")


def _clock(
    moments: Sequence[Moment],
    windows: Sequence[Window],
    pauses: Sequence[_Stretch],
    book: RuleBook,
    at: datetime,
    *,
    kind: str,
    name: str,
    explain: bool,
) -> Clock | None:
    stop = windows[-1].stop
    stopped_at = None if stop is None else moments[stop].at
    # What ended a clock does not choose its target: the facts are those before it.
    last = moments[-1 if stop is None else max(stop - 1, 0)]
    rules = book.at(max(at, moments[-1].known_at) if stop is None else moments[stop].known_at)
    policy = rules.policy(kind, last.facts)
    priority = str(last.facts.get("priority", ""))
    agreed = None if policy is None else policy.target(name, priority)
    if policy is None or agreed is None or policy.calendar_id not in rules.calendars:
        return None
    version = rules.calendars[policy.calendar_id]
    started_at = moments[windows[0].start].at
    target = _amount(version.calendar, started_at, agreed)
    stretches = _stretches(moments, windows, pauses, at)
    run = _Run(version.calendar, target, stretches, open_end=stop is None)
    paused_at = _paused_since(stretches) if stop is None else None
    end = stopped_at or at
    due = None
    if paused_at is None:
        due = run.breached_at or _reached(version.calendar, end, target - run.elapsed)
    running = stop is None and paused_at is None
    return Clock(
        kind=kind,
        name=name,
        state="stopped" if stop is not None else "running" if running else "paused",
        priority=priority,
        target=target,
        agreed=agreed.text,
        started_at=started_at,
        elapsed=run.elapsed,
        policy=policy,
        calendar=version,
        due_at=due,
        paused_at=paused_at,
        stopped_at=stopped_at,
        breached_at=run.breached_at,
        warnings=tuple(
            (warning.text, run.reached(threshold, at) if running else None)
            for warning in policy.warnings
            if (threshold := warning.threshold(target)) is not None
        ),
        intervals=tuple(_intervals(version.calendar, stretches, moments, windows)) if explain else (),
    )


def _stretches(
    moments: Sequence[Moment], windows: Sequence[Window], pauses: Sequence[_Stretch], at: datetime
) -> list[_Stretch]:
    """The windows of a clock, cut into running and paused parts; neighbours of one kind are joined.

    A part without length is kept only at the very end, where it tells whether the clock is paused.
    """
    found: list[_Stretch] = []
    for window in windows:
        start = moments[window.start].at
        end = at if window.stop is None else moments[window.stop].at
        fresh = True
        for part in pauses:
            first, last = max(part.start, start), min(part.end, end)
            ending = window.stop is None and part is pauses[-1]
            if first > last or (first == last and not ending):
                continue
            if not fresh and found[-1].paused_in == part.paused_in:
                found[-1] = _Stretch(found[-1].start, last, part.paused_in)
            else:
                found.append(_Stretch(first, last, part.paused_in))
            fresh = False
    return found


def _paused_since(stretches: Sequence[_Stretch]) -> datetime | None:
    """Since when the clock rests at its end, through neighbouring pauses; None when it runs."""
    since: datetime | None = None
    for part in reversed(stretches):
        if not part.paused_in or (since is not None and part.end != since):
            break
        since = part.start
    return since


def _amount(calendar: business.Calendar, start: datetime, agreed: Target) -> timedelta:
    """The business time that a target comes to for a clock that started then."""
    try:
        return business.business_time(calendar, start, agreed.time)
    except NeverOpen:
        return business.FARTHEST


def _reached(calendar: business.Calendar, start: datetime, left: timedelta) -> datetime | None:
    try:
        return business.due_at(calendar, start, max(left, _ZERO))
    except NeverOpen:
        return None


class _Run:
    """What a calendar counts of the running stretches, and when a target was reached."""

    def __init__(
        self,
        calendar: business.Calendar,
        target: timedelta,
        stretches: Sequence[_Stretch],
        *,
        open_end: bool,
    ) -> None:
        self._calendar = calendar
        self._spent: list[tuple[_Stretch, timedelta]] = []
        self.elapsed = _ZERO
        self.breached_at: datetime | None = None
        for index, part in enumerate(stretches):
            if part.paused_in:
                continue
            spent = business.elapsed(calendar, part.start, part.end)
            is_last = open_end and index == len(stretches) - 1
            if self.breached_at is None and self.elapsed + spent >= target:
                due = _reached(calendar, part.start, target - self.elapsed)
                if due is not None and (due < part.end or (is_last and due == part.end)):
                    self.breached_at = due
            self._spent.append((part, spent))
            self.elapsed += spent

    def reached(self, threshold: timedelta, at: datetime) -> datetime | None:
        """When the elapsed time came, or will come, to `threshold` if the clock runs on after `at`."""
        before = _ZERO
        for part, spent in self._spent:
            if before + spent >= threshold:
                return _reached(self._calendar, part.start, threshold - before)
            before += spent
        return _reached(self._calendar, at, threshold - before)


def _intervals(
    calendar: business.Calendar,
    stretches: Sequence[_Stretch],
    moments: Sequence[Moment],
    windows: Sequence[Window],
) -> Iterator[Counted]:
    """All the time from a clock's start to its end, without gaps; neighbours with one reason are joined."""
    held: Counted | None = None
    for part in _all_parts(calendar, stretches, moments, windows):
        if part.start == part.end:
            continue
        if held is not None and held.reason == part.reason:
            held = Counted(held.start, part.end, counted=held.counted, reason=held.reason)
            continue
        if held is not None:
            yield held
        held = part
    if held is not None:
        yield held


def _all_parts(
    calendar: business.Calendar,
    stretches: Sequence[_Stretch],
    moments: Sequence[Moment],
    windows: Sequence[Window],
) -> Iterator[Counted]:
    stops = {moments[one.stop].at: moments[one.stop].state for one in windows if one.stop is not None}
    before = moments[windows[0].start].at
    for part in stretches:
        if before < part.start:
            yield Counted(before, part.start, counted=False, reason=f"stopped: {stops[before]}")
        if part.paused_in:
            yield Counted(part.start, part.end, counted=False, reason=f"paused: {part.paused_in}")
        else:
            yield from business.explained(calendar, part.start, part.end)
        before = part.end
    if before in stops and before < max(stops):
        yield Counted(before, max(stops), counted=False, reason=f"stopped: {stops[before]}")
