"""A small desk for the tests of clocks: policies, calendars and a ticket's story in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sla.domain.changes import Told, changes, remembered
from sla.domain.clocks import Clock, compute
from sla.domain.escalations import checked_escalations
from sla.domain.hours import WEEKDAYS
from sla.domain.ledger import Comment, TicketEvent
from sla.domain.policies import (
    CalendarVersion,
    Facts,
    Policy,
    PolicyVersion,
    RuleBook,
    checked_targets,
    checked_warnings,
)
from sla.domain.writing import WrittenCalendar, checked

WARSAW = ZoneInfo("Europe/Warsaw")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
OFFICE, ALWAYS = UUID(int=1), UUID(int=2)

CATEGORIES = {
    "new": "new",
    "open": "active",
    "pending_requester": "waiting",
    "pending_supplier": "waiting",
    "resolved": "resolved",
    "closed": "closed",
    "cancelled": "cancelled",
}


def warsaw(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A wall time of 2026 in Warsaw, as UTC. 16 November is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=WARSAW).astimezone(UTC)


def calendar(
    calendar_id: UUID, name: str, hours: Sequence[tuple[str, str]], days: int, **kwargs: object
) -> CalendarVersion:
    week = {weekday: list(hours) for weekday in WEEKDAYS[:days]}
    made = checked(WrittenCalendar(time_zone="Europe/Warsaw", hours=week))
    return CalendarVersion(
        calendar_id, int(str(kwargs.get("version", 1))), name, _since(kwargs.get("since")), made
    )


def _since(value: object) -> datetime:
    return value if isinstance(value, datetime) else LONG_AGO


CALENDARS = (
    calendar(OFFICE, "business", [("09:00", "18:00")], 5),
    calendar(ALWAYS, "24x7", [("00:00", "24:00")], 7),
)


def policy(
    *targets: tuple[str, str, str],
    number: int = 1,
    version: int = 1,
    kind: str = "sla",
    order: int = 10,
    calendar_id: UUID = OFFICE,
    pauses: Sequence[str] = ("pending_requester",),
    warnings: Sequence[str] = (),
    holds: Callable[[Facts], bool] = lambda _: True,
    since: datetime = LONG_AGO,
    escalations: Sequence[Mapping[str, object]] = (),
) -> PolicyVersion:
    made = Policy(
        id=UUID(int=number),
        version=version,
        name=f"policy {number}",
        order=order,
        kind=kind,
        holds=holds,
        calendar_id=calendar_id,
        targets=checked_targets(targets),
        pause_states=frozenset(pauses),
        warnings=checked_warnings(warnings),
        escalations=checked_escalations(escalations, {clock for clock, _, _ in targets}),
    )
    return PolicyVersion(made.id, since, made)


def book(*policies: PolicyVersion, calendars: Sequence[CalendarVersion] = CALENDARS) -> RuleBook:
    return RuleBook(policies, calendars)


def step(at: str, *to: str, clock: str = "", time: str = "business") -> dict[str, object]:
    """A step of an escalation chain."""
    return {"clock": clock, "at": at, "time": time, "to": list(to) or ["supervisor"]}


class Listener:
    """Hears of one clock what sla tells, as time goes on."""

    def __init__(self, story: Story, name: str, rules: RuleBook) -> None:
        self._story, self._name, self._rules = story, name, rules
        self._told: Told | None = None

    def hears(self, at: datetime) -> list[tuple[str, str]]:
        """What is told at a time: what happened, and the words with it."""
        clock = self._story.clock(self._name, self._rules, at)
        found = changes(self._told, clock, at)
        self._told = remembered(self._told, clock, at, version=1)
        return [(change.what, change.step.text if change.step else change.words) for change in found]

    @property
    def escalates_at(self) -> datetime | None:
        """When the next step of the chain is due, as it is remembered."""
        assert self._told is not None  # it has heard of the clock
        return self._told.escalation_at


class Story:
    """A ticket's events. Each is recorded when it happens, unless told otherwise."""

    def __init__(
        self, at: datetime, *, priority: str = "medium", recorded_at: datetime | None = None
    ) -> None:
        self.events: list[TicketEvent] = []
        facts = {"state": "new", "state_category": "new", "priority": priority}
        self._add(at, recorded_at, facts, created=True)

    def _add(
        self,
        at: datetime,
        recorded_at: datetime | None,
        facts: Mapping[str, object] | None = None,
        comment: Comment = "",
        *,
        created: bool = False,
    ) -> Story:
        order = len(self.events) + 1
        self.events.append(
            TicketEvent(UUID(int=order), created, at, recorded_at or at, order, facts or {}, comment)
        )
        return self

    def state(self, at: datetime, state: str, recorded_at: datetime | None = None) -> Story:
        """It moves to a state."""
        return self._add(at, recorded_at, {"state": state, "state_category": CATEGORIES[state]})

    def set(self, at: datetime, recorded_at: datetime | None = None, **facts: object) -> Story:
        """Facts of it change."""
        return self._add(at, recorded_at, facts)

    def agent_replies(self, at: datetime, recorded_at: datetime | None = None) -> Story:
        """An agent answers in public."""
        return self._add(at, recorded_at, comment="response")

    def requester_writes(self, at: datetime, recorded_at: datetime | None = None) -> Story:
        """The requester writes."""
        return self._add(at, recorded_at, comment="question")

    def note(self, at: datetime) -> Story:
        """Something that clocks don't mind."""
        return self._add(at, None)

    def clock(self, name: str, rules: RuleBook, at: datetime, *, explain: bool = False) -> Clock:
        """The one clock of the name, as of a time."""
        [found] = [one for one in compute(self.events, rules, at, explain=explain) if one.name == name]
        return found


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


STANDARD = book(
    policy(("first_response", "", "PT4H"), ("next_response", "", "PT4H"), ("resolution", "", "PT9H"))
)
BY_PRIORITY = book(
    policy(
        ("resolution", "high", "PT4H"),
        ("resolution", "low", "PT18H"),
        ("resolution", "", "PT9H"),
        warnings=["50%", "PT30M"],
    )
)
