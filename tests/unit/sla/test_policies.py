from datetime import timedelta

import pytest

from sla.domain.policies import checked_pause_states, checked_targets, checked_warnings
from sla.domain.refusals import Refused


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        ([], ["targets"]),
        ([("coffee", "", "PT4H")], ["targets[0].clock"]),
        ([("resolution", "", "4 hours")], ["targets[0].target"]),
        ([("resolution", "HIGH!", "PT4H")], ["targets[0].priority"]),
        ([("resolution", "", "PT4H"), ("resolution", "", "PT5H")], ["targets[1]"]),
        ([("x", "", "PT4H"), ("resolution", "", "-PT5H")], ["targets[0].clock", "targets[1].target"]),
    ],
)
def test_targets_that_make_no_sense_are_refused_by_name(
    written: list[tuple[str, str, str]], fields: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        checked_targets(written)
    assert [field for field, _ in refused.value.problems] == fields


@pytest.mark.parametrize("text", ["0%", "100%", "5", "%", "PT0S", "-PT5M", "50 %", "050%"])
def test_a_warning_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"warnings\[0\]"):
        checked_warnings([text])


def test_a_warning_is_a_share_of_the_target_or_a_time_before_it() -> None:
    half, before = checked_warnings(["50%", "PT30M"])
    assert half.threshold(timedelta(hours=4)) == timedelta(hours=2)
    assert before.threshold(timedelta(hours=4)) == timedelta(hours=3, minutes=30)


def test_a_warning_given_twice_is_refused() -> None:
    with pytest.raises(Refused, match="twice"):
        checked_warnings(["50%", "50%"])


def test_a_pause_state_has_the_name_of_a_state() -> None:
    assert checked_pause_states(["pending_requester"]) == frozenset({"pending_requester"})
    with pytest.raises(Refused, match=r"pause_states\[1\]"):
        checked_pause_states(["open", ""])
