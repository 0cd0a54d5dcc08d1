"""A ticket's life, step by step, against the ledger: what was told must be what the whole ledger says."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sla_desk import ALWAYS, CALENDARS, OFFICE, Story, book, policy, warsaw

from sla.domain import calendar as business
from sla.domain.changes import Told, changes, remembered
from sla.domain.clocks import Clock, compute, compute_cycles
from sla.domain.policies import RuleBook

BEGIN = warsaw(16, 9)
STATES = ("open", "pending_requester", "pending_supplier", "resolved", "closed")
PRIORITIES = ("medium", "high")
STEPS = st.integers(0, 600).map(lambda minutes: timedelta(minutes=minutes))


def agreed() -> RuleBook:
    """A policy in business hours, and one round the clock for what is urgent; clocks of teams are wound anew."""
    targets = (("first_response", "", "PT1H"), ("next_response", "", "PT2H"), ("resolution", "", "PT8H"))
    urgent = [(name, priority, "PT30M") for name, priority, _ in targets] + [("update", "", "PT1H")]
    return book(
        policy(
            *urgent, number=1, calendar_id=ALWAYS, order=1, holds=lambda facts: facts["priority"] == "high"
        ),
        policy(*targets, number=2, calendar_id=OFFICE, order=2, warnings=["50%"]),
        policy(("resolution", "", "PT4H"), number=3, kind="ola", pauses=["pending_supplier"]),
    )


class LifeOfATicket(RuleBasedStateMachine):
    """The clocks are reckoned after each step as the service does, and remembered as they were told."""

    @initialize()
    def created(self) -> None:
        self.book = agreed()
        self.now = BEGIN
        self.story = Story(BEGIN)
        self.told: dict[tuple[str, str], Told] = {}
        self.state, self.worked = "new", timedelta(0)
        self._reckon()

    @rule(step=STEPS, state=st.sampled_from(STATES))
    def moves(self, step: timedelta, state: str) -> None:
        self._pass(step)
        self.state = state
        self.story.state(self.now, state)
        self._reckon()

    @rule(step=STEPS, priority=st.sampled_from(PRIORITIES))
    def gets_a_priority(self, step: timedelta, priority: str) -> None:
        self._pass(step)
        self.story.set(self.now, priority=priority)
        self._reckon()

    @rule(step=STEPS)
    def is_answered(self, step: timedelta) -> None:
        self._pass(step)
        self.story.agent_replies(self.now)
        self._reckon()

    @rule(step=STEPS)
    def is_asked_about(self, step: timedelta) -> None:
        self._pass(step)
        self.story.requester_writes(self.now)
        self._reckon()

    @rule(step=STEPS)
    def a_timer_fires(self, step: timedelta) -> None:
        self._pass(step)
        self._reckon()

    @invariant()
    def what_was_told_is_what_the_ledger_says(self) -> None:
        found = {(one.kind, one.name): one for one in self._clocks()}
        assert found.keys() == self.told.keys()
        for key, clock in found.items():
            told = self.told[key]
            assert (told.state, told.due_at, told.breached_at) == (
                clock.state,
                clock.due_at,
                clock.breached_at,
            )
            assert told.started_at == clock.started_at

    @invariant()
    def nothing_is_told_twice(self) -> None:
        for clock in self._clocks():
            assert changes(self.told[clock.kind, clock.name], clock, self.now) == []

    @invariant()
    def all_the_time_is_explained(self) -> None:
        for clock in compute(self.story.events, self.book, self.now, explain=True):
            counted = sum((part.end - part.start for part in clock.intervals if part.counted), timedelta(0))
            assert counted == clock.elapsed
            ends = [part.end for part in clock.intervals]
            assert ends[:-1] == [part.start for part in clock.intervals[1:]]
            assert sum((part.end - part.start for part in clock.intervals), timedelta(0)) == (
                (clock.stopped_at or self.now) - clock.started_at
            )

    @invariant()
    def no_clock_counts_more_than_the_calendar_has(self) -> None:
        for clock in compute_cycles(self.story.events, self.book, self.now):
            end = clock.stopped_at or self.now
            assert clock.elapsed <= business.elapsed(clock.calendar.calendar, clock.started_at, end)
            assert clock.breached == (clock.breached_at is not None and clock.breached_at <= end)

    @invariant()
    def only_the_time_in_which_it_was_worked_is_counted(self) -> None:
        [clock] = [one for one in self._clocks() if one.kind == "ola"]
        assert clock.elapsed == self.worked

    @invariant()
    def the_order_in_which_events_came_does_not_matter(self) -> None:
        assert compute(reversed(self.story.events), self.book, self.now) == self._clocks()

    def _pass(self, step: timedelta) -> None:
        if self.state not in {"pending_supplier", "resolved", "closed"}:
            self.worked += business.elapsed(CALENDARS[0].calendar, self.now, self.now + step)
        self.now += step

    def _clocks(self) -> list[Clock]:
        return compute(self.story.events, self.book, self.now)

    def _reckon(self) -> None:
        found = {(one.kind, one.name): one for one in self._clocks()}
        for key in self.told.keys() - found.keys():
            del self.told[key]
        for key, clock in found.items():
            self.told[key] = remembered(self.told.get(key), clock, self.now, version=1)


TestLifeOfATicket = LifeOfATicket.TestCase
TestLifeOfATicket.settings = settings(max_examples=25, stateful_step_count=15)
