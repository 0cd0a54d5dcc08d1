"""Policies: which targets hold for a ticket, in which calendar, with which pauses and warnings."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chassis.durations import parse_duration
from sla.domain import durations
from sla.domain.calendar import Calendar
from sla.domain.durations import Length
from sla.domain.escalations import Step
from sla.domain.refusals import Refused

if TYPE_CHECKING:
    from uuid import UUID

KINDS = ("sla", "ola", "uc")
FIRST_RESPONSE, NEXT_RESPONSE, UPDATE, TIME_TO_OWN, RESOLUTION = CLOCKS = (
    "first_response",
    "next_response",
    "update",
    "time_to_own",
    "resolution",
)

Facts = Mapping[str, object]
"""What a condition may ask of a ticket; references as (id, key), custom values under "fields.<slug>"."""

RESTARTS = ("team", "queue", "assignee", "service_id")
RECOMPUTE = ("creation", "change")

_MOST_CLOCKS = 20
_PERCENT = re.compile(r"([1-9][0-9]?)%")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_MOST = 100


@dataclass(frozen=True, slots=True)
class Target:
    """How much business time a clock may take, as `text` says; for one priority, or for any ("")."""

    clock: str
    priority: str
    time: Length
    text: str


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 (the word of the domain)
    """A share of the target ("75%") or an amount of business time before it ("PT30M"), as `text` says."""

    text: str
    percent: int = 0
    before: timedelta = timedelta(0)

    def threshold(self, target: timedelta) -> timedelta | None:
        """The elapsed business time at which to warn; None when the target is too short for it."""
        after = target * self.percent // 100 if self.percent else target - self.before
        return after if after > timedelta(0) else None


@dataclass(frozen=True, slots=True)
class OwnClock:
    """A clock that a policy defines; each part decides over the facts of a ticket, `comment` among them.

    It starts when `starts` holds and `stops` does not, and stops when `stops` holds, or with the ticket. When it starts
    again it `goes_on`, or is wound anew.
    """

    name: str
    starts: Callable[[Facts], bool]
    stops: Callable[[Facts], bool]
    pauses: Callable[[Facts], bool] | None
    pause_words: str
    goes_on: bool

    def pause(self, facts: Facts) -> str:
        """Why it pauses while the facts are these; empty when it runs."""
        return self.pause_words if self.pauses is not None and self.pauses(facts) else ""


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a policy. `holds` decides its condition over the facts of a ticket.

    :param pause_when: decides, beside the states, when clocks pause; `pause_words` is how the policy writes it.
    :param restart_on: facts with a change of which all its clocks are wound anew.
    :param counts_from_change: whether clocks that come under it, or under another of its targets, count from then on.
    """

    id: UUID
    version: int
    name: str
    order: int
    kind: str
    holds: Callable[[Facts], bool]
    calendar_id: UUID
    targets: tuple[Target, ...]
    pause_states: frozenset[str]
    warnings: tuple[Warning, ...]
    active: bool = True
    pause_when: Callable[[Facts], bool] | None = None
    pause_words: str = ""
    restart_on: tuple[str, ...] = ()
    counts_from_change: bool = False
    clocks: tuple[OwnClock, ...] = ()
    escalations: tuple[Step, ...] = ()

    def pause(self, facts: Facts) -> str:
        """Why clocks pause while the facts are these; empty when they run."""
        state = str(facts.get("state", ""))
        if state in self.pause_states:
            return state
        return self.pause_words if self.pause_when is not None and self.pause_when(facts) else ""

    def clock(self, name: str) -> OwnClock | None:
        """The clock of this name that the policy defines."""
        return next((one for one in self.clocks if one.name == name), None)

    def target(self, clock: str, priority: str) -> Target | None:
        """The target of a clock: the one for the priority, else the one for any, else None."""
        of_clock = {target.priority: target for target in self.targets if target.clock == clock}
        return of_clock.get(priority, of_clock.get(""))


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy as it is in force since a moment, until its next version; None: deleted."""

    policy_id: UUID
    since: datetime
    policy: Policy | None


@dataclass(frozen=True, slots=True)
class CalendarVersion:
    """A calendar as it is in force since a moment, until its next version."""

    calendar_id: UUID
    version: int
    name: str
    since: datetime
    calendar: Calendar

    def following(self, before: CalendarVersion) -> CalendarVersion:
        """This version, with the one before it for the time until its date of effect."""
        return replace(self, calendar=self.calendar.after(before.calendar))


@dataclass(frozen=True, slots=True)
class Rules:
    """What was in force at a moment: the active policies by precedence (of one order the older first), and the calendars."""

    policies: tuple[Policy, ...]
    calendars: Mapping[UUID, CalendarVersion]

    def policy(self, kind: str, facts: Facts) -> Policy | None:
        """The first policy of a kind whose condition holds."""
        return next((one for one in self.policies if one.kind == kind and one.holds(facts)), None)


class RuleBook:
    """The versions of policies and calendars of a tenant, and which of them were in force when."""

    def __init__(self, policies: Iterable[PolicyVersion], calendars: Iterable[CalendarVersion]) -> None:
        self._policies = sorted(policies, key=lambda version: version.since)
        self._calendars = sorted(calendars, key=lambda version: (version.since, version.version))
        self._changes = sorted({one.since for one in self._policies} | {one.since for one in self._calendars})
        self._rules: dict[int, Rules] = {}
        self.kinds = frozenset(one.policy.kind for one in self._policies if one.policy is not None)

    @property
    def latest_change(self) -> datetime | None:
        """When the newest version came into force."""
        return self._changes[-1] if self._changes else None

    def changes(self, after: datetime, until: datetime) -> list[datetime]:
        """When something changed after a moment, until another and then included."""
        return self._changes[bisect_right(self._changes, after) : bisect_right(self._changes, until)]

    def with_proposed(self, policy: PolicyVersion | None, calendar: CalendarVersion | None) -> RuleBook:
        """The same with a policy and a calendar in place of all versions of those with their ids."""
        policies = [one for one in self._policies if policy is None or one.policy_id != policy.policy_id]
        calendars = [
            one for one in self._calendars if calendar is None or one.calendar_id != calendar.calendar_id
        ]
        return RuleBook(
            policies if policy is None else [*policies, policy],
            calendars if calendar is None else [*calendars, calendar],
        )

    def at(self, moment: datetime) -> Rules:
        """The versions in force at a moment."""
        index = bisect_right(self._changes, moment)
        rules = self._rules.get(index)
        if rules is None:
            rules = self._rules[index] = self._in_force(moment)
        return rules

    def _in_force(self, moment: datetime) -> Rules:
        calendars: dict[UUID, CalendarVersion] = {}
        for one in self._calendars:
            if one.since <= moment:
                before = calendars.get(one.calendar_id)
                calendars[one.calendar_id] = one if before is None else one.following(before)
        latest = {one.policy_id: one.policy for one in self._policies if one.since <= moment}
        live = (one for one in latest.values() if one is not None and one.active)
        return Rules(
            tuple(sorted(live, key=lambda one: (one.order, one.id))),
            calendars,
        )


def checked_targets(written: Sequence[tuple[str, str, str]], own: Iterable[str] = ()) -> tuple[Target, ...]:
    """The targets of (clock, priority or "", length as of `durations.parse_length`); `own` clocks are the policy's.

    Raises Refused with all that is wrong.
    """
    clocks = [*CLOCKS, *own]
    problems: list[tuple[str, str]] = []
    targets: dict[tuple[str, str], Target] = {}
    if not 0 < len(written) <= _MOST:
        problems.append(("targets", f"must hold between 1 and {_MOST} targets"))
    for index, (clock, priority, text) in enumerate(written[:_MOST]):
        place = f"targets[{index}]"
        if clock not in clocks:
            problems.append((f"{place}.clock", f"must be one of {', '.join(clocks)}"))
        if priority and not _SLUG.fullmatch(priority):
            problems.append((f"{place}.priority", "must be a priority, or empty for any"))
        if (clock, priority) in targets:
            problems.append((place, f"{clock} has a target for {priority or 'any priority'} already"))
        try:
            targets[clock, priority] = Target(clock, priority, durations.parse_length(text), text)
        except ValueError as error:
            problems.append((f"{place}.target", str(error)))
    if problems:
        raise Refused(*problems)
    return tuple(targets.values())


def checked_warnings(written: Sequence[str]) -> tuple[Warning, ...]:
    """The warnings of "50%" (1 to 99) or "PT30M". Raises Refused with all that is wrong."""
    problems: list[tuple[str, str]] = []
    warnings: list[Warning] = []
    if len(written) > _MOST:
        problems.append(("warnings", f"must not be more than {_MOST}"))
    for index, text in enumerate(written[:_MOST]):
        place = f"warnings[{index}]"
        if text in written[:index]:
            problems.append((place, "is there twice"))
        elif percent := _PERCENT.fullmatch(text):
            warnings.append(Warning(text, percent=int(percent.group(1))))
        else:
            try:
                warnings.append(Warning(text, before=parse_duration(text)))
            except ValueError:
                reason = 'must be a share of the target from "1%" to "99%", or an ISO 8601 duration such as "PT30M"'
                problems.append((place, reason))
    if problems:
        raise Refused(*problems)
    return tuple(warnings)


def checked_pause_states(written: Sequence[str]) -> frozenset[str]:
    """The states in which clocks pause. Raises Refused for what can't be a state's name."""
    problems = [
        (f"pause_states[{index}]", "must be the name of a state, such as pending_requester")
        for index, state in enumerate(written)
        if not _SLUG.fullmatch(state)
    ]
    if problems or len(written) > _MOST:
        raise Refused(*problems or [("pause_states", f"must not be more than {_MOST}")])
    return frozenset(written)


def checked_own_names(written: Sequence[str]) -> None:
    """Checks the names of the clocks that a policy defines. Raises Refused with all that is wrong."""
    problems: list[tuple[str, str]] = []
    if len(written) > _MOST_CLOCKS:
        problems.append(("clocks", f"must not be more than {_MOST_CLOCKS}"))
    for index, name in enumerate(written[:_MOST_CLOCKS]):
        place = f"clocks[{index}].name"
        if not _SLUG.fullmatch(name):
            problems.append((place, "must be lower case letters, digits, and _ . - between them, at most 64"))
        elif name in CLOCKS:
            problems.append((place, "is the name of a clock that every policy has"))
        elif name in written[:index]:
            problems.append((place, "is there twice"))
    if problems:
        raise Refused(*problems)


def checked_restart_on(written: Sequence[str]) -> tuple[str, ...]:
    """The facts that wind clocks anew. Raises Refused for others than RESTARTS."""
    problems = [
        (f"restart_on[{index}]", f"must be one of {', '.join(RESTARTS)}, once")
        for index, fact in enumerate(written)
        if fact not in RESTARTS or fact in written[:index]
    ]
    if problems:
        raise Refused(*problems)
    return tuple(written)


def checked_recompute(written: str) -> bool:
    """Whether clocks count from the change ("change") or from their start ("creation"). Raises Refused for others."""
    if written not in RECOMPUTE:
        raise Refused(("recompute", f"must be one of {', '.join(RECOMPUTE)}"))
    return written == "change"
