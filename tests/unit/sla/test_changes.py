"""What is told of a clock, and that it is told once."""

from sla_desk import Listener, Story, book, hours, policy, warsaw

from sla.domain.changes import changes, remembered

RULES = book(
    policy(
        ("first_response", "", "PT4H"),
        ("next_response", "", "PT4H"),
        ("resolution", "high", "PT4H"),
        ("resolution", "", "PT9H"),
        warnings=["50%", "75%"],
    )
)


def test_a_new_clock_is_told_once() -> None:
    listener = Listener(Story(warsaw(16, 9)), "resolution", RULES)
    assert listener.hears(warsaw(16, 9)) == [("started", "")]
    assert listener.hears(warsaw(16, 10)) == []


def test_pauses_and_resumptions_and_the_end_are_told() -> None:
    story = Story(warsaw(16, 9))
    listener = Listener(story, "resolution", RULES)
    listener.hears(warsaw(16, 9))
    story.state(warsaw(16, 10), "pending_requester")
    assert listener.hears(warsaw(16, 10)) == [("paused", "")]
    story.state(warsaw(16, 12), "open")
    assert listener.hears(warsaw(16, 12)) == [("resumed", "")]
    story.state(warsaw(16, 13), "resolved")
    assert listener.hears(warsaw(16, 13)) == [("stopped", "")]
    story.state(warsaw(16, 14), "open")
    assert listener.hears(warsaw(16, 14)) == [("resumed", "")]


def test_warnings_and_the_breach_are_told_once_each() -> None:
    listener = Listener(Story(warsaw(16, 9)), "resolution", RULES)
    listener.hears(warsaw(16, 9))
    assert listener.hears(warsaw(16, 14)) == [("warning", "50%")]
    assert listener.hears(warsaw(16, 15)) == []
    assert listener.hears(warsaw(16, 16)) == [("warning", "75%")]
    assert listener.hears(warsaw(16, 18)) == [("breached", "")]
    assert listener.hears(warsaw(17, 9)) == []


def test_of_warnings_that_passed_together_only_the_nearest_to_the_breach_is_told() -> None:
    listener = Listener(Story(warsaw(16, 9)), "resolution", RULES)
    listener.hears(warsaw(16, 9))
    assert listener.hears(warsaw(16, 17)) == [("warning", "75%")]
    assert listener.hears(warsaw(16, 17, 30)) == []


def test_warnings_that_had_passed_before_an_import_are_not_told() -> None:
    listener = Listener(Story(warsaw(16, 9), recorded_at=warsaw(16, 14)), "resolution", RULES)
    assert listener.hears(warsaw(16, 14)) == [("started", "")]
    assert listener.hears(warsaw(16, 16)) == [("warning", "75%")]


def test_each_thing_is_told_with_the_time_at_which_it_happened() -> None:
    story = Story(warsaw(16, 9), recorded_at=warsaw(30, 9)).state(warsaw(17, 12), "resolved", warsaw(30, 9))
    found = changes(None, story.clock("resolution", RULES, warsaw(30, 9)), warsaw(30, 9))
    assert [(change.what, change.at) for change in found] == [
        ("started", warsaw(16, 9)),
        ("breached", warsaw(16, 18)),
        ("stopped", warsaw(17, 12)),
    ]


def test_a_past_ticket_that_is_overdue_is_told_as_breached_without_warnings() -> None:
    story = Story(warsaw(16, 9), recorded_at=warsaw(30, 9))
    listener = Listener(story, "resolution", RULES)
    assert listener.hears(warsaw(30, 9)) == [("started", ""), ("breached", "")]
    story.state(warsaw(17, 12), "resolved", recorded_at=warsaw(30, 9))
    assert listener.hears(warsaw(30, 9)) == [("stopped", "")]


def test_a_breach_that_turns_out_to_be_none_is_corrected() -> None:
    story = Story(warsaw(16, 9), recorded_at=warsaw(30, 9))
    listener = Listener(story, "resolution", RULES)
    listener.hears(warsaw(30, 9))
    story.state(warsaw(16, 12), "resolved", recorded_at=warsaw(30, 9))
    assert listener.hears(warsaw(30, 9)) == [
        ("recomputed", "the times of the ticket changed"),
        ("stopped", ""),
    ]


def test_a_changed_priority_is_told_with_its_reason() -> None:
    story = Story(warsaw(16, 9))
    listener = Listener(story, "resolution", RULES)
    listener.hears(warsaw(16, 9))
    story.set(warsaw(16, 10), priority="high")
    assert listener.hears(warsaw(16, 10)) == [("recomputed", "priority changed from medium to high")]


def test_a_changed_priority_without_effect_is_not_told() -> None:
    story = Story(warsaw(16, 9))
    listener = Listener(story, "resolution", RULES)
    listener.hears(warsaw(16, 9))
    story.set(warsaw(16, 10), priority="low")
    assert listener.hears(warsaw(16, 10)) == []


def test_an_edited_policy_is_told_by_name() -> None:
    rules = book(
        policy(("resolution", "", "PT9H")),
        policy(("resolution", "", "PT3H"), version=2, since=warsaw(16, 14)),
    )
    listener = Listener(Story(warsaw(16, 9)), "resolution", rules)
    listener.hears(warsaw(16, 9))
    assert listener.hears(warsaw(16, 14)) == [
        ("recomputed", 'policy "policy 1" was edited'),
        ("breached", ""),
    ]


def test_a_warning_put_ahead_again_by_a_lower_priority_is_told_again() -> None:
    story = Story(warsaw(16, 9), priority="high")
    listener = Listener(story, "resolution", RULES)
    listener.hears(warsaw(16, 9))
    assert listener.hears(warsaw(16, 11)) == [("warning", "50%")]
    story.set(warsaw(16, 11), priority="low")
    assert [what for what, _ in listener.hears(warsaw(16, 11))] == ["recomputed"]
    assert listener.hears(warsaw(16, 13, 30)) == [("warning", "50%")]


def test_a_pause_does_not_forget_the_warnings_given() -> None:
    story = Story(warsaw(16, 9))
    listener = Listener(story, "resolution", RULES)
    listener.hears(warsaw(16, 9))
    listener.hears(warsaw(16, 14))
    story.state(warsaw(16, 14), "pending_requester")
    listener.hears(warsaw(16, 14))
    story.state(warsaw(17, 9), "open")
    assert listener.hears(warsaw(17, 9)) == [("resumed", "")]


def test_the_next_response_is_told_as_started_each_time() -> None:
    story = Story(warsaw(16, 9)).agent_replies(warsaw(16, 9, 30)).requester_writes(warsaw(16, 10))
    listener = Listener(story, "next_response", RULES)
    assert listener.hears(warsaw(16, 10)) == [("started", "")]
    story.agent_replies(warsaw(16, 15))
    assert listener.hears(warsaw(16, 15)) == [("breached", ""), ("stopped", "")]
    story.requester_writes(warsaw(16, 16))
    assert listener.hears(warsaw(16, 16)) == [("started", "")]


def test_a_clock_without_a_policy_is_told_as_removed_once() -> None:
    clock = Story(warsaw(16, 9)).clock("resolution", RULES, warsaw(16, 9))
    known = remembered(None, clock, warsaw(16, 9), version=1)
    assert [change.what for change in changes(known, None, warsaw(16, 10))] == ["removed"]
    assert changes(None, None, warsaw(16, 10)) == []


def test_the_next_warning_is_the_nearest_ahead() -> None:
    story = Story(warsaw(16, 9))
    next_at = {
        at: remembered(None, story.clock("resolution", RULES, at), at, version=1).warning_at
        for at in (warsaw(16, 9), warsaw(16, 14), warsaw(16, 17))
    }
    assert list(next_at.values()) == [warsaw(16, 13, 30), warsaw(16, 15, 45), None]


def test_the_elapsed_time_of_a_breached_clock_goes_on() -> None:
    clock = Story(warsaw(16, 9)).clock("resolution", RULES, warsaw(17, 12))
    assert (clock.elapsed, clock.remaining) == (hours(12), hours(-3))
