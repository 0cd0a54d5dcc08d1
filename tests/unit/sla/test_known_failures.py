"""The mistakes in clocks that other desks are known for, each by its name. Those of timers and rules are in tests/component/sla."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sla_desk import ALWAYS, CALENDARS, OFFICE, Story, book, calendar, hours, policy, warsaw

from sla.domain.calendar import due_at, elapsed
from sla.domain.changes import changes, remembered
from sla.domain.hours import WEEKDAYS, Written
from sla.domain.policies import Facts, RuleBook
from sla.domain.writing import WrittenCalendar, checked

NIGHTS = UUID(int=3)


def waiting_two_hours() -> Story:
    """Made on Monday at nine, it waits for the requester from ten until noon."""
    return Story(warsaw(16, 9)).state(warsaw(16, 10), "pending_requester").state(warsaw(16, 12), "open")


def is_in(queue: str) -> RuleBook:
    """Rules by which a ticket in a queue has another policy, which pauses in no state, and another calendar."""

    def holds(facts: Facts) -> bool:
        return facts.get("queue") == queue

    return book(
        policy(("resolution", "", "PT20H"), number=2, order=1, calendar_id=ALWAYS, pauses=(), holds=holds),
        policy(("resolution", "", "PT9H"), ("resolution", "high", "PT4H"), number=1, order=2),
    )


def test_pause_time_is_not_lost_when_the_priority_changes() -> None:
    story = waiting_two_hours().set(warsaw(16, 13), priority="high")
    clock = story.clock("resolution", is_in("network"), warsaw(16, 13))
    assert (clock.target, clock.elapsed, clock.due_at) == (hours(4), hours(2), warsaw(16, 15))


def test_pause_time_is_not_lost_when_the_sla_and_the_calendar_change() -> None:
    story = waiting_two_hours().set(warsaw(16, 13), queue="network")
    clock = story.clock("resolution", is_in("network"), warsaw(16, 13))
    assert (clock.policy.id, clock.elapsed, clock.due_at) == (UUID(int=2), hours(2), warsaw(17, 7))


def test_pause_time_is_not_lost_when_the_sla_is_edited() -> None:
    rules = book(
        policy(("resolution", "", "PT9H")),
        policy(("resolution", "", "PT6H"), version=2, since=warsaw(16, 13), pauses=()),
    )
    clock = waiting_two_hours().clock("resolution", rules, warsaw(16, 13))
    assert (clock.policy.version, clock.elapsed, clock.due_at) == (2, hours(2), warsaw(16, 17))


def test_a_pending_ticket_does_not_breach_and_has_nothing_due() -> None:
    rules = book(policy(("resolution", "", "PT2H"), warnings=["50%"]))
    story = Story(warsaw(16, 9)).state(warsaw(16, 10), "pending_requester")
    clock = story.clock("resolution", rules, warsaw(30, 9))
    assert (clock.state, clock.breached, clock.due_at, clock.elapsed) == ("paused", False, None, hours(1))
    told = remembered(None, clock, warsaw(30, 9), version=1)
    assert (told.breach_due_at, told.warning_at) == (None, None)


def test_a_priority_raised_while_pending_does_not_breach_either() -> None:
    rules = book(policy(("resolution", "", "PT9H"), ("resolution", "high", "PT2H")))
    story = (
        Story(warsaw(16, 9)).state(warsaw(16, 10), "pending_requester").set(warsaw(18, 9), priority="high")
    )
    assert not story.clock("resolution", rules, warsaw(18, 12)).breached
    story.state(warsaw(18, 12), "open")
    assert story.clock("resolution", rules, warsaw(18, 12)).due_at == warsaw(18, 13)


def test_a_day_has_more_intervals_than_one() -> None:
    split = calendar(OFFICE, "split", [("08:00", "10:00"), ("12:00", "13:00"), ("15:00", "20:00")], 5)
    rules = book(policy(("resolution", "", "PT4H")), calendars=[split])
    assert Story(warsaw(16, 9)).clock("resolution", rules, warsaw(16, 9)).due_at == warsaw(16, 17)


def test_an_interval_crosses_midnight_the_weekend_and_the_turn_of_the_year() -> None:
    nights = calendar(NIGHTS, "nights", [("22:00", "06:00")], 7)
    rules = book(policy(("resolution", "", "PT10H"), calendar_id=NIGHTS), calendars=[*CALENDARS, nights])
    assert Story(warsaw(22, 23)).clock("resolution", rules, warsaw(22, 23)).due_at == warsaw(24, 1)
    eve = datetime(2026, 12, 31, 22, tzinfo=UTC)  # eleven in the evening in Warsaw
    assert Story(eve).clock("resolution", rules, eve).due_at == eve + timedelta(hours=26)


@pytest.mark.parametrize(
    ("zone", "friday", "due"),
    [
        ("Europe/Warsaw", "2026-03-27T16:00:00+00:00", "2026-03-30T08:00:00+00:00"),
        ("Europe/Warsaw", "2026-10-23T15:00:00+00:00", "2026-10-26T09:00:00+00:00"),
        ("America/New_York", "2026-03-06T22:00:00+00:00", "2026-03-09T14:00:00+00:00"),
        ("America/Santiago", "2026-04-03T20:00:00+00:00", "2026-04-06T14:00:00+00:00"),
        ("Australia/Lord_Howe", "2026-10-02T06:30:00+00:00", "2026-10-04T23:00:00+00:00"),
        ("Asia/Kathmandu", "2026-10-23T11:15:00+00:00", "2026-10-26T04:15:00+00:00"),
    ],
)
def test_a_deadline_over_a_weekend_with_a_change_of_the_clock_keeps_the_wall_time(
    zone: str, friday: str, due: str
) -> None:
    """One hour is left on Friday at five by the wall clock: two hours end on Monday at ten."""
    office: Written = {day: [("09:00", "18:00")] for day in WEEKDAYS[:5]}
    made = checked(WrittenCalendar(time_zone=zone, hours=office))
    start = datetime.fromisoformat(friday)
    assert due_at(made, start, timedelta(hours=2)) == datetime.fromisoformat(due)
    assert elapsed(made, start, datetime.fromisoformat(due)) == timedelta(hours=2)


def test_what_is_told_late_recomputes_a_clock_that_has_stopped() -> None:
    """Others recompute open cycles only: a pause that is recorded after the end is then never taken off."""
    rules = book(policy(("resolution", "", "PT2H")))
    story = Story(warsaw(16, 9)).state(warsaw(16, 13), "resolved")
    stopped = story.clock("resolution", rules, warsaw(17, 9))
    assert (stopped.breached_at, stopped.elapsed) == (warsaw(16, 11), hours(4))
    told = remembered(None, stopped, warsaw(17, 9), version=1)
    story.state(warsaw(16, 10), "pending_requester", warsaw(17, 9)).state(
        warsaw(16, 12), "open", warsaw(17, 9)
    )
    anew = story.clock("resolution", rules, warsaw(17, 10))
    assert (anew.state, anew.breached, anew.elapsed) == ("stopped", False, hours(2))
    assert [one.what for one in changes(told, anew, warsaw(17, 10))] == ["recomputed"]


def test_a_reopened_cycle_counts_with_the_one_before_it() -> None:
    rules = book(policy(("resolution", "", "PT4H"), ("resolution", "high", "PT2H")))
    story = Story(warsaw(16, 9)).state(warsaw(16, 12), "resolved").state(warsaw(17, 9), "open")
    assert story.clock("resolution", rules, warsaw(17, 9)).due_at == warsaw(17, 10)
    story.set(warsaw(17, 9), priority="high")
    assert story.clock("resolution", rules, warsaw(17, 9)).breached_at == warsaw(16, 11)


def test_a_holiday_that_is_added_later_leaves_what_was_done_before_as_it_was() -> None:
    was, version = CALENDARS[0], CALENDARS[0].calendar
    off = replace(version, holidays={warsaw(16, 9).date(): "Founders' Day"}, _days={})
    added = replace(was, version=2, since=warsaw(20, 9), calendar=off)
    rules = book(policy(("resolution", "", "PT9H")), calendars=[*CALENDARS, added])
    done = Story(warsaw(16, 9)).state(warsaw(16, 12), "resolved")
    for at in (warsaw(19, 9), warsaw(30, 9)):
        clock = done.clock("resolution", rules, at)
        assert (clock.elapsed, clock.calendar.version) == (hours(3), 1)
    running = Story(warsaw(16, 9))
    assert running.clock("resolution", rules, warsaw(20, 8)).calendar.version == 1
    assert running.clock("resolution", rules, warsaw(20, 9)).breached_at == warsaw(17, 18)
