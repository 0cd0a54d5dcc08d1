"""The rules of clocks, and the mistakes that other desks are known for."""

from datetime import timedelta

import pytest
from sla_desk import (
    ALWAYS,
    BY_PRIORITY,
    CALENDARS,
    OFFICE,
    STANDARD,
    Story,
    book,
    calendar,
    hours,
    policy,
    warsaw,
)

from sla.domain.clocks import compute


def test_no_ticket_has_clocks_before_it_exists() -> None:
    story = Story(warsaw(16, 10))
    assert compute(story.events, STANDARD, warsaw(16, 9)) == []
    assert compute(story.events[1:], STANDARD, warsaw(16, 11)) == []


def test_clocks_start_with_the_ticket_and_are_due_in_business_time() -> None:
    story = Story(warsaw(20, 16))
    clock = story.clock("resolution", STANDARD, warsaw(20, 17))
    assert (clock.state, clock.started_at, clock.elapsed) == ("running", warsaw(20, 16), hours(1))
    assert clock.due_at == warsaw(23, 16)
    assert clock.remaining == hours(8)


def test_a_ticket_made_at_the_weekend_starts_counting_on_monday() -> None:
    story = Story(warsaw(21, 12))
    clock = story.clock("first_response", STANDARD, warsaw(22, 12))
    assert (clock.elapsed, clock.due_at) == (hours(0), warsaw(23, 13))


def test_the_first_public_answer_stops_the_first_response() -> None:
    story = (
        Story(warsaw(16, 9))
        .note(warsaw(16, 10))
        .requester_writes(warsaw(16, 10))
        .agent_replies(warsaw(16, 11))
    )
    story.agent_replies(warsaw(16, 15))
    clock = story.clock("first_response", STANDARD, warsaw(17, 9))
    assert (clock.state, clock.stopped_at, clock.elapsed) == ("stopped", warsaw(16, 11), hours(2))
    assert not clock.breached


def test_a_resolution_without_an_answer_stops_the_first_response_for_good() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 10), "resolved").state(warsaw(16, 11), "open")
    clock = story.clock("first_response", STANDARD, warsaw(16, 17))
    assert (clock.state, clock.stopped_at) == ("stopped", warsaw(16, 10))


@pytest.mark.parametrize("state", ["resolved", "closed", "cancelled"])
def test_every_end_of_a_ticket_stops_its_clocks(state: str) -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 12), state)
    clocks = compute(story.events, STANDARD, warsaw(18, 12))
    assert {(one.name, one.state, one.elapsed) for one in clocks} == {
        ("first_response", "stopped", hours(3)),
        ("resolution", "stopped", hours(3)),
    }


def test_a_waiting_ticket_does_not_breach() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 10), "pending_requester")
    clock = story.clock("resolution", STANDARD, warsaw(27, 12))
    assert (clock.state, clock.paused_at, clock.elapsed) == ("paused", warsaw(16, 10), hours(1))
    assert clock.due_at is None
    assert not clock.breached


def test_a_waiting_ticket_goes_on_with_what_it_had() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 10), "pending_requester").state(warsaw(18, 10), "open")
    clock = story.clock("resolution", STANDARD, warsaw(18, 12))
    assert (clock.state, clock.elapsed, clock.due_at) == ("running", hours(3), warsaw(18, 18))


def test_a_state_outside_the_pause_states_does_not_pause() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 10), "pending_supplier")
    assert story.clock("resolution", STANDARD, warsaw(16, 12)).state == "running"


def test_a_reopened_ticket_continues_with_its_elapsed_time() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 12), "resolved").state(warsaw(18, 9), "open")
    clock = story.clock("resolution", STANDARD, warsaw(18, 10), explain=True)
    assert (clock.state, clock.elapsed, clock.due_at) == ("running", hours(4), warsaw(18, 15))
    assert clock.stopped_at is None
    assert [part.reason for part in clock.intervals] == [
        "business hours",
        "stopped: resolved",
        "business hours",
    ]


def test_a_ticket_reopened_into_waiting_is_paused() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 12), "resolved").state(warsaw(18, 9), "pending_requester")
    clock = story.clock("resolution", STANDARD, warsaw(18, 10))
    assert (clock.state, clock.paused_at, clock.elapsed) == ("paused", warsaw(18, 9), hours(3))


def test_a_running_clock_breaches_at_its_due_moment_and_not_before() -> None:
    story = Story(warsaw(16, 9))
    due = warsaw(16, 18)
    before = story.clock("resolution", STANDARD, due - timedelta(microseconds=1))
    at = story.clock("resolution", STANDARD, due)
    assert (before.breached, before.due_at) == (False, due)
    assert (at.breached, at.breached_at, at.remaining) == (True, due, hours(0))


def test_a_clock_stopped_at_its_due_moment_is_kept() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 18), "resolved")
    assert not story.clock("resolution", STANDARD, warsaw(17, 9)).breached


def test_a_clock_stopped_after_its_due_moment_stays_breached_for_ever() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(17, 10), "resolved")
    clock = story.clock("resolution", STANDARD, warsaw(30, 9))
    assert (clock.state, clock.breached_at, clock.remaining) == ("stopped", warsaw(16, 18), hours(-1))
    assert clock.due_at == warsaw(16, 18)


def test_a_clock_stopped_in_the_night_after_closing_time_is_breached() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 22), "resolved")
    clock = story.clock("resolution", STANDARD, warsaw(17, 9))
    assert (clock.breached, clock.remaining) == (True, hours(0))


def test_a_breach_survives_the_reopening() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(17, 10), "resolved").state(warsaw(18, 9), "open")
    clock = story.clock("resolution", STANDARD, warsaw(18, 10))
    assert (clock.state, clock.breached_at, clock.elapsed) == ("running", warsaw(16, 18), hours(11))


def test_a_pause_is_not_lost_when_the_priority_changes() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 10), "pending_requester").state(warsaw(17, 10), "open")
    story.set(warsaw(17, 11), priority="low")
    clock = story.clock("resolution", BY_PRIORITY, warsaw(17, 12))
    assert (clock.target, clock.elapsed, clock.due_at) == (hours(18), hours(3), warsaw(18, 18))


def test_a_pause_is_not_lost_when_another_policy_takes_over_that_would_not_have_paused() -> None:
    rules = book(
        policy(
            ("resolution", "", "PT9H"), number=1, order=1, holds=lambda facts: facts["priority"] != "high"
        ),
        policy(("resolution", "", "PT4H"), number=2, order=2, pauses=()),
    )
    story = Story(warsaw(16, 9)).state(warsaw(16, 10), "pending_requester").state(warsaw(17, 10), "open")
    story.set(warsaw(17, 11), priority="high")
    clock = story.clock("resolution", rules, warsaw(17, 12))
    assert (clock.policy.name, clock.elapsed, clock.due_at) == ("policy 2", hours(3), warsaw(17, 13))


def test_a_change_of_priority_while_waiting_keeps_the_clock_paused() -> None:
    story = (
        Story(warsaw(16, 9)).state(warsaw(16, 10), "pending_requester").set(warsaw(16, 12), priority="high")
    )
    clock = story.clock("resolution", BY_PRIORITY, warsaw(17, 12))
    assert (clock.state, clock.paused_at, clock.elapsed) == ("paused", warsaw(16, 10), hours(1))


def test_a_raised_priority_counts_from_the_creation_and_may_breach_at_once() -> None:
    story = Story(warsaw(16, 9)).set(warsaw(16, 15), priority="high")
    assert not story.clock("resolution", BY_PRIORITY, warsaw(16, 14)).breached
    clock = story.clock("resolution", BY_PRIORITY, warsaw(16, 15))
    assert (clock.target, clock.breached_at) == (hours(4), warsaw(16, 13))


def test_the_priority_at_the_time_of_the_stop_decides_not_a_later_one() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 14), "resolved").set(warsaw(16, 15), priority="high")
    clock = story.clock("resolution", BY_PRIORITY, warsaw(17, 9))
    assert (clock.target, clock.breached) == (hours(9), False)


def test_what_ends_a_clock_does_not_choose_its_target() -> None:
    story = Story(warsaw(16, 9))
    story.set(warsaw(16, 14), state="resolved", state_category="resolved", priority="high")
    clock = story.clock("resolution", BY_PRIORITY, warsaw(17, 9))
    assert (clock.state, clock.target, clock.breached) == ("stopped", hours(9), False)


def test_a_condition_on_the_state_keeps_its_clock_when_the_ticket_ends() -> None:
    rules = book(policy(("resolution", "", "PT9H"), holds=lambda facts: facts["state"] == "new"))
    story = Story(warsaw(16, 9)).state(warsaw(16, 12), "resolved")
    assert story.clock("resolution", rules, warsaw(17, 9)).elapsed == hours(3)


def test_a_target_for_the_priority_goes_before_the_one_for_any() -> None:
    for priority, target in (("high", 4), ("low", 18), ("medium", 9), ("unheard_of", 9)):
        clock = Story(warsaw(16, 9), priority=priority).clock("resolution", BY_PRIORITY, warsaw(16, 9))
        assert clock.target == hours(target)


def test_the_lowest_order_wins_and_each_kind_has_its_own_policy() -> None:
    rules = book(
        policy(("resolution", "", "PT9H"), number=1, order=20),
        policy(("resolution", "", "PT4H"), number=2, order=10),
        policy(("resolution", "", "PT2H"), number=3, order=1, holds=lambda _: False),
        policy(("resolution", "", "PT1H"), number=4, order=30, kind="ola", calendar_id=ALWAYS),
    )
    clocks = compute(Story(warsaw(16, 9)).events, rules, warsaw(16, 9))
    assert [(one.kind, one.target) for one in clocks] == [("sla", hours(4)), ("ola", hours(1))]


def test_a_policy_that_is_taken_and_sets_no_target_gives_no_clock() -> None:
    rules = book(
        policy(("first_response", "", "PT9H"), number=1, order=1),
        policy(("resolution", "", "PT4H"), number=2, order=2),
    )
    clocks = compute(Story(warsaw(16, 9)).events, rules, warsaw(16, 9))
    assert [one.name for one in clocks] == ["first_response"]


def test_the_next_response_waits_for_the_first_and_for_the_requester() -> None:
    story = Story(warsaw(16, 9)).requester_writes(warsaw(16, 9, 30))
    assert [one.name for one in compute(story.events, STANDARD, warsaw(16, 10))] == [
        "first_response",
        "resolution",
    ]
    story.agent_replies(warsaw(16, 10)).requester_writes(warsaw(16, 11)).requester_writes(warsaw(16, 13))
    clock = story.clock("next_response", STANDARD, warsaw(16, 14))
    assert (clock.state, clock.started_at, clock.due_at) == ("running", warsaw(16, 11), warsaw(16, 15))
    story.agent_replies(warsaw(16, 14, 30))
    assert story.clock("next_response", STANDARD, warsaw(17, 9)).stopped_at == warsaw(16, 14, 30)


def test_each_further_question_winds_the_next_response_anew() -> None:
    story = Story(warsaw(16, 9)).agent_replies(warsaw(16, 10)).requester_writes(warsaw(16, 11))
    story.agent_replies(warsaw(16, 12)).requester_writes(warsaw(17, 9))
    clock = story.clock("next_response", STANDARD, warsaw(17, 10))
    assert (clock.state, clock.started_at, clock.elapsed) == ("running", warsaw(17, 9), hours(1))


def test_a_question_that_reopens_a_resolved_ticket_winds_the_next_response() -> None:
    story = Story(warsaw(16, 9)).agent_replies(warsaw(16, 10)).state(warsaw(16, 10), "resolved")
    story.requester_writes(warsaw(17, 9)).state(warsaw(17, 9), "open")
    assert story.clock("next_response", STANDARD, warsaw(17, 10)).started_at == warsaw(17, 9)


def test_a_thank_you_on_a_closed_ticket_winds_nothing() -> None:
    story = Story(warsaw(16, 9)).agent_replies(warsaw(16, 10)).state(warsaw(16, 10), "closed")
    story.requester_writes(warsaw(17, 9))
    assert [one.state for one in compute(story.events, STANDARD, warsaw(17, 10))] == ["stopped", "stopped"]


def test_the_clock_keeps_wall_hours_over_the_change_to_winter_time() -> None:
    story = Story(warsaw(23, 17, month=10))
    assert story.clock("resolution", STANDARD, warsaw(24, 9, month=10)).due_at == warsaw(26, 17, month=10)


def test_round_the_clock_counts_the_repeated_hour() -> None:
    rules = book(policy(("resolution", "", "PT8H"), calendar_id=ALWAYS))
    story = Story(warsaw(24, 22, month=10))
    assert story.clock("resolution", rules, warsaw(25, 1, month=10)).due_at == warsaw(25, 5, month=10)


def test_warnings_come_at_their_share_and_before_the_due_moment() -> None:
    clock = Story(warsaw(16, 16), priority="high").clock("resolution", BY_PRIORITY, warsaw(16, 16))
    assert dict(clock.warnings) == {"50%": warsaw(16, 18), "PT30M": warsaw(17, 10, 30)}


def test_a_warning_that_is_longer_than_the_target_is_none() -> None:
    rules = book(policy(("resolution", "", "PT20M"), warnings=["PT30M", "PT20M", "75%"]))
    clock = Story(warsaw(16, 9)).clock("resolution", rules, warsaw(16, 9))
    assert [text for text, _ in clock.warnings] == ["75%"]


def test_a_paused_clock_warns_of_nothing() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 10), "pending_requester")
    clock = story.clock("resolution", BY_PRIORITY, warsaw(17, 9))
    assert {moment for _, moment in clock.warnings} == {None}


def test_a_stopped_clock_keeps_the_policy_it_stopped_with() -> None:
    rules = book(
        policy(("resolution", "", "PT9H")),
        policy(("resolution", "", "PT1H"), version=2, since=warsaw(17, 9)),
    )
    stopped = Story(warsaw(16, 9)).state(warsaw(16, 12), "resolved")
    running = Story(warsaw(16, 9))
    assert stopped.clock("resolution", rules, warsaw(18, 9)).policy.version == 1
    assert running.clock("resolution", rules, warsaw(16, 18)).policy.version == 1
    assert running.clock("resolution", rules, warsaw(17, 9)).policy.version == 2


def test_what_is_imported_today_is_reckoned_by_todays_policy() -> None:
    rules = book(policy(("resolution", "", "PT1H"), since=warsaw(30, 9)))
    story = Story(warsaw(16, 9), recorded_at=warsaw(30, 10))
    story.state(warsaw(16, 12), "resolved", recorded_at=warsaw(30, 10))
    clock = story.clock("resolution", rules, warsaw(30, 11))
    assert (clock.breached_at, clock.elapsed) == (warsaw(16, 10), hours(3))
    assert story.clock("resolution", rules, warsaw(16, 9, 30)).state == "running"


def test_an_edited_calendar_moves_running_clocks_only() -> None:
    longer = calendar(OFFICE, "business", [("08:00", "20:00")], 7, version=2, since=warsaw(17, 12))
    rules = book(policy(("resolution", "", "PT12H")), calendars=[*CALENDARS, longer])
    story = Story(warsaw(16, 17))
    assert story.clock("resolution", rules, warsaw(17, 11)).due_at == warsaw(18, 11)
    assert story.clock("resolution", rules, warsaw(17, 12)).due_at == warsaw(17, 17)
    story.state(warsaw(17, 11), "resolved")
    assert story.clock("resolution", rules, warsaw(20, 9)).elapsed == hours(3)


def test_a_pause_state_that_is_added_pauses_from_then_on() -> None:
    rules = book(
        policy(("resolution", "", "PT9H"), pauses=()),
        policy(("resolution", "", "PT9H"), version=2, since=warsaw(16, 14)),
    )
    story = Story(warsaw(16, 9)).state(warsaw(16, 12), "pending_requester")
    clock = story.clock("resolution", rules, warsaw(16, 16))
    assert (clock.state, clock.paused_at, clock.elapsed) == ("paused", warsaw(16, 14), hours(5))
    assert story.clock("resolution", rules, warsaw(16, 14)).state == "paused"


def test_a_pause_state_that_is_taken_away_does_not_undo_past_pauses() -> None:
    rules = book(
        policy(("resolution", "", "PT9H")),
        policy(("resolution", "", "PT9H"), version=2, since=warsaw(16, 14), pauses=()),
    )
    story = Story(warsaw(16, 9)).state(warsaw(16, 12), "pending_requester")
    clock = story.clock("resolution", rules, warsaw(16, 16))
    assert (clock.state, clock.elapsed) == ("running", hours(5))


def test_a_deleted_policy_takes_running_clocks_with_it_but_not_stopped_ones() -> None:
    made = policy(("resolution", "", "PT9H"))
    gone = type(made)(made.policy_id, warsaw(17, 9), None)
    rules = book(made, gone)
    assert compute(Story(warsaw(16, 9)).events, rules, warsaw(17, 9)) == []
    stopped = Story(warsaw(16, 9)).state(warsaw(16, 12), "resolved")
    assert stopped.clock("resolution", rules, warsaw(18, 9)).elapsed == hours(3)


def test_an_explanation_names_each_reason() -> None:
    story = Story(warsaw(16, 17)).state(warsaw(17, 10), "pending_requester").state(warsaw(17, 12), "open")
    clock = story.clock("resolution", STANDARD, warsaw(17, 13), explain=True)
    assert [(part.counted, part.reason, part.end - part.start) for part in clock.intervals] == [
        (True, "business hours", hours(1)),
        (False, "outside business hours", hours(15)),
        (True, "business hours", hours(1)),
        (False, "paused: pending_requester", hours(2)),
        (True, "business hours", hours(1)),
    ]


def test_what_is_said_to_happen_before_the_creation_happens_with_it() -> None:
    story = Story(warsaw(16, 9)).agent_replies(warsaw(13, 9))
    clock = story.clock("first_response", STANDARD, warsaw(16, 10))
    assert (clock.stopped_at, clock.elapsed) == (warsaw(16, 9), hours(0))
