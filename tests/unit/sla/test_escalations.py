"""Escalation chains: when whom is told, and what cancels it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pytest
from sla_desk import Listener, Story, book, policy, step, warsaw

from sla.domain.escalations import checked_escalations
from sla.domain.policies import RuleBook
from sla.domain.refusals import Refused
from sla.domain.words import explained


def rules(*steps: Mapping[str, object]) -> RuleBook:
    """Four hours to resolve, from nine to six."""
    return book(policy(("resolution", "", "PT4H"), ("first_response", "", "PT1H"), escalations=steps))


def heard(steps: Mapping[str, object], *, at: datetime, opened: datetime) -> list[str]:
    """The steps that are told at a time of a clock that runs since another."""
    listener = Listener(Story(opened), "resolution", rules(steps))
    listener.hears(opened)
    return [words for what, words in listener.hears(at) if what == "escalated"]


@pytest.mark.parametrize(
    ("written", "before", "then"),
    [
        (step("75%"), warsaw(16, 11, 59), warsaw(16, 12)),
        (step("-PT30M"), warsaw(16, 12, 29), warsaw(16, 12, 30)),
        (step("PT30M"), warsaw(16, 13, 29), warsaw(16, 13, 30)),
        (step("150%"), warsaw(16, 14, 59), warsaw(16, 15)),
        (step("PT30M", time="wall"), warsaw(16, 13, 29), warsaw(16, 13, 30)),
        # Due at one; business time goes on next morning, wall time does not wait.
        (step("PT6H"), warsaw(17, 9, 59), warsaw(17, 10)),
        (step("PT6H", time="wall"), warsaw(16, 18, 59), warsaw(16, 19)),
    ],
)
def test_a_step_is_told_at_its_moment(written: dict[str, object], before: datetime, then: datetime) -> None:
    assert heard(written, at=before, opened=warsaw(16, 9)) == []
    assert heard(written, at=then, opened=warsaw(16, 9)) == [written["at"]]


def test_a_chain_is_told_in_order_and_each_step_once() -> None:
    listener = Listener(Story(warsaw(16, 9)), "resolution", rules(step("PT1H"), step("75%"), step("PT30M")))
    listener.hears(warsaw(16, 9))
    assert listener.escalates_at == warsaw(16, 12)
    assert listener.hears(warsaw(16, 14)) == [
        ("breached", ""),
        ("escalated", "75%"),
        ("escalated", "PT30M"),
        ("escalated", "PT1H"),
    ]
    assert listener.hears(warsaw(16, 17)) == []
    assert listener.escalates_at is None


@pytest.mark.parametrize("state", ["resolved", "pending_requester"])
@pytest.mark.parametrize("time", ["business", "wall"])
def test_a_clock_that_does_not_run_cancels_its_steps(state: str, time: str) -> None:
    story = Story(warsaw(16, 9))
    listener = Listener(story, "resolution", rules(step("PT1H", time=time)))
    listener.hears(warsaw(16, 9))
    story.state(warsaw(16, 13, 30), state)
    assert "escalated" not in [what for what, _ in listener.hears(warsaw(16, 17))]
    assert listener.escalates_at is None


def test_a_wall_step_that_came_during_a_pause_is_told_when_the_clock_runs_again() -> None:
    story = Story(warsaw(16, 9))
    listener = Listener(story, "resolution", rules(step("PT1H", time="wall")))
    listener.hears(warsaw(16, 9))
    story.state(warsaw(16, 13, 30), "pending_requester")
    listener.hears(warsaw(16, 13, 30))
    story.state(warsaw(16, 17), "open")
    assert ("escalated", "PT1H") in listener.hears(warsaw(16, 17))
    assert listener.hears(warsaw(16, 17, 30)) == []


def test_a_wall_step_before_the_target_is_not_told_again_after_a_pause_moved_the_target() -> None:
    story = Story(warsaw(16, 9))
    listener = Listener(story, "resolution", rules(step("-PT30M", time="wall")))
    listener.hears(warsaw(16, 9))
    assert listener.hears(warsaw(16, 12, 30)) == [("escalated", "-PT30M")]
    # Of its last twenty minutes ten are left for the next morning.
    story.state(warsaw(16, 12, 40), "pending_requester").state(warsaw(16, 17, 50), "open")
    assert "escalated" not in [what for what, _ in listener.hears(warsaw(16, 17, 55))]
    assert listener.escalates_at is None
    assert listener.hears(warsaw(17, 9)) == []


def test_a_clock_that_is_wound_anew_has_its_chain_before_it_again() -> None:
    story = Story(warsaw(16, 9)).agent_replies(warsaw(16, 9, 10)).requester_writes(warsaw(16, 10))
    chain = book(policy(("next_response", "", "PT1H"), escalations=[step("50%")]))
    listener = Listener(story, "next_response", chain)
    listener.hears(warsaw(16, 10))
    assert listener.hears(warsaw(16, 10, 30)) == [("escalated", "50%")]
    story.agent_replies(warsaw(16, 10, 40)).requester_writes(warsaw(16, 11))
    listener.hears(warsaw(16, 11))
    assert listener.escalates_at == warsaw(16, 11, 30)


def test_a_step_of_one_clock_is_not_of_the_others_and_explain_shows_it() -> None:
    chain = rules(step("50%", "manager", clock="first_response"), step("PT30M", "team", "boss@acme.example"))
    story = Story(warsaw(16, 9))
    first = story.clock("first_response", chain, warsaw(16, 9, 40), explain=True)
    assert [(one.step.text, one.reached, one.due_at) for one in first.escalations] == [
        ("50%", True, warsaw(16, 9, 30)),
        ("PT30M", False, warsaw(16, 10, 30)),
    ]
    resolution = story.clock("resolution", chain, warsaw(16, 9, 40), explain=True)
    assert [one.step.text for one in resolution.escalations] == ["PT30M"]
    assert explained(resolution)[-1] == (
        "Escalation at PT30M (business time) to team, boss@acme.example: is due at 2026-11-16T12:30:00Z."
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("new", "is never due"),
        ("pending_requester", "is due when it runs again"),
        ("resolved", "was not reached"),
    ],
)
def test_a_step_for_which_the_target_is_too_short_or_that_rests_is_said_to_be_so(
    state: str, words: str
) -> None:
    step_before = step("-PT4H") if state == "new" else step("50%")
    story = Story(warsaw(16, 9)).state(warsaw(16, 10), state)
    clock = story.clock("resolution", rules(step_before), warsaw(16, 12), explain=True)
    assert explained(clock)[-1].endswith(f": {words}.")


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (step("0%"), "escalations[0].at"),
        (step("soon"), "escalations[0].at"),
        (step("-P1M"), "escalations[0].at"),
        (step("50%", time="wall"), "escalations[0].time"),
        (step("50%", time="lunar"), "escalations[0].time"),
        (step("50%", clock="update"), "escalations[0].clock"),
        (step("50%", "everybody"), "escalations[0].to[0]"),
        (step("50%", "team", "team"), "escalations[0].to[1]"),
        ({**step("50%"), "to": []}, "escalations[0].to"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_with_its_field(written: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_escalations([written], {"resolution"})
    assert [place for place, _ in refused.value.problems] == [field]


def test_a_step_that_is_there_twice_and_too_many_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        checked_escalations([step("50%", "team"), *([step("50%", "manager")] * 20)], {"resolution"})
    assert [place for place, _ in refused.value.problems][:2] == ["escalations", "escalations[1]"]
