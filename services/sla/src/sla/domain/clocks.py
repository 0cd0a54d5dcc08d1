"""The clocks of a ticket: a pure function of the events that happened and of the policies and calendars in force.

* A clock's target, calendar and warnings come from the policy that holds now, or that held when the clock stopped.
  When that changes, the clock is reckoned anew from its start.
* A pause is decided by the policy in force during it, and survives every later change of priority and policy.
* Policies are those known when a thing was recorded: a clock that has stopped keeps the versions it stopped with, also
  when they change later; what is imported today from last year is reckoned by today's.
* A clock is breached when its due moment passes while it runs, and stays so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from sla.domain import calendar as business
from sla.domain import ledger
from sla.domain.calendar import Counted, NeverOpen
from sla.domain.cycles import cycles_of, own_facts, policies_in_turn
from sla.domain.escalations import Step, StepState
from sla.domain.ledger import Moment, TicketEvent, Window
from sla.domain.policies import KINDS, CalendarVersion, Facts, Policy, RuleBook, Target

BEFORE_CHANGE = "before the target changed"

_ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock as of a moment. Times are UTC, lengths are business time.

    :param state: "running", "paused" or "stopped".
    :param agreed: the target as the policy writes it: "PT4H", "end of business day 2".
    :param due_at: when the target is, or was, reached; None while paused, and when that is never.
    :param warnings: each warning with its moment; None while the clock does not run.
    :param intervals: what was counted and what not, and why; only when asked for.
    :param escalations: the steps of the policy's chain that are of this clock.
    :param cycle: how many times it was wound before; `is_latest` is not so when it was wound again after that.
    :param facts: those of the ticket by which its policy was chosen.
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
    escalations: tuple[StepState, ...] = ()
    intervals: tuple[Counted, ...] = ()
    cycle: int = 0
    is_latest: bool = True
    facts: Facts = field(default_factory=dict, compare=False)

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
    """Part of a window, from a moment until another: running, or resting for a reason."""

    start: datetime
    end: datetime
    rests: str


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
    return [clock for clock in compute_cycles(events, book, at, explain=explain) if clock.is_latest]


def compute_cycles(
    events: Iterable[TicketEvent],
    book: RuleBook,
    at: datetime,
    *,
    explain: bool = False,
) -> list[Clock]:
    """The same with all their earlier windings, of each clock in order of time."""
    moments = ledger.history(events, at)
    if not moments:
        return []
    clocks: list[Clock] = []
    for kind in KINDS:
        if kind not in book.kinds:
            continue
        policies = policies_in_turn(moments, book, kind, at)
        common = list(_pauses(moments, book, at, kind=kind))
        for name, cycles in cycles_of(moments, policies).items():
            is_own = any(policy and policy.clock(name) for policy in policies)
            pauses = list(_pauses(moments, book, at, kind=kind, name=name)) if is_own else common
            for cycle, windows in enumerate(cycles):
                clock = _clock(
                    moments, windows, pauses, book, at, kind=kind, name=name, cycle=cycle, explain=explain
                )
                if clock is not None:
                    clocks.append(clock if cycle == len(cycles) - 1 else replace(clock, is_latest=False))
    return clocks


def _judged(
    moments: Sequence[Moment], book: RuleBook, at: datetime, kind: str
) -> Iterator[tuple[datetime, datetime, Moment, Policy | None]]:
    """The ticket's life cut where its state, its facts or the policies changed, each part with its policy."""
    for index, moment in enumerate(moments):
        until = moments[index + 1].at if index + 1 < len(moments) else at
        known = moment.known_at
        cuts = [moment.at, *book.changes(max(known, moment.at), until), until]
        for start, end in pairwise(cuts):
            yield start, end, moment, book.at(max(known, start)).policy(kind, moment.facts)


def _pauses(
    moments: Sequence[Moment], book: RuleBook, at: datetime, *, kind: str, name: str = ""
) -> Iterator[_Stretch]:
    """The parts of the ticket's life, each paused or not, also by the own clock of that name."""
    for start, end, moment, policy in _judged(moments, book, at, kind):
        why = ""
        if policy is not None:
            own = policy.clock(name)
            why = policy.pause(moment.facts) or ("" if own is None else own.pause(own_facts(moment)))
        yield _Stretch(start, end, f"paused: {why}" if why else "")


def _counted_from(
    moments: Sequence[Moment], book: RuleBook, at: datetime, *, kind: str, name: str
) -> datetime | None:
    """When the target of a clock was changed last; None where it never was."""
    before: tuple[object, ...] | None = None
    changed: datetime | None = None
    for start, _, moment, policy in _judged(moments, book, at, kind):
        if policy is not None:
            target = policy.target(name, str(moment.facts.get("priority", "")))
            now = (policy.id, None if target is None else target.text)
            if before is not None and now != before:
                changed = start
            before = now
    return changed


def _clock(
    moments: Sequence[Moment],
    windows: Sequence[Window],
    pauses: Sequence[_Stretch],
    book: RuleBook,
    at: datetime,
    *,
    kind: str,
    name: str,
    cycle: int,
    explain: bool,
) -> Clock | None:
    stop = windows[-1].stop
    stopped_at = None if stop is None else moments[stop].at
    # What ended a clock does not choose its target: the facts are those before it.
    lived = moments if stop is None else moments[: max(stop, 1)]
    last = lived[-1]
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
    if policy.counts_from_change:
        since = _counted_from(lived, book, stopped_at or at, kind=kind, name=name)
        stretches = _counting_from(stretches, since)
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
        escalations=tuple(
            run.step(step, paused_at or end, runs_since=stretches[-1].start if running else None)
            for step in policy.escalations
            if step.clock in {"", name}
        ),
        intervals=tuple(_intervals(version.calendar, stretches, moments, windows)) if explain else (),
        cycle=cycle,
        facts=last.facts,
    )


def _counting_from(stretches: Sequence[_Stretch], since: datetime | None) -> list[_Stretch]:
    """The same with all that lies before a moment at rest."""
    found: list[_Stretch] = []
    for part in stretches:
        if since is None or part.start >= since:
            found.append(part)
        else:
            found.append(_Stretch(part.start, min(part.end, since), BEFORE_CHANGE))
            if part.end > since:
                found.append(_Stretch(since, part.end, part.rests))
    return found


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
            if not fresh and found[-1].rests == part.rests:
                found[-1] = _Stretch(found[-1].start, last, part.rests)
            else:
                found.append(_Stretch(first, last, part.rests))
            fresh = False
    return found


def _paused_since(stretches: Sequence[_Stretch]) -> datetime | None:
    """Since when the clock rests at its end, through neighbouring pauses; None when it runs."""
    since: datetime | None = None
    for part in reversed(stretches):
        if part.rests in {"", BEFORE_CHANGE} or (since is not None and part.end != since):
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
        self._target = target
        self._spent: list[tuple[_Stretch, timedelta]] = []
        self.elapsed = _ZERO
        self.breached_at: datetime | None = None
        for index, part in enumerate(stretches):
            if part.rests:
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

    def step(self, step: Step, end: datetime, *, runs_since: datetime | None) -> StepState:
        """A step of the chain as of `end`: now, or when the clock came to rest. `runs_since`: None for one at rest.

        One of wall time that a pause has put off is due when the clock runs again.
        """
        due: datetime | None = None
        if step.is_wall:
            missed = self.breached_at or self.reached(self._target, end)
            due = None if missed is None else max(missed + step.after, runs_since or missed + step.after)
        elif (threshold := step.threshold(self._target)) is not None:
            due = self.reached(threshold, end)
            if runs_since is None and self.elapsed < threshold:
                due = None
        return StepState(
            step, reached=due is not None and due <= end, due_at=None if runs_since is None else due
        )


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
        if part.rests:
            yield Counted(part.start, part.end, counted=False, reason=part.rests)
        else:
            yield from business.explained(calendar, part.start, part.end)
        before = part.end
    if before in stops and before < max(stops):
        yield Counted(before, max(stops), counted=False, reason=f"stopped: {stops[before]}")
