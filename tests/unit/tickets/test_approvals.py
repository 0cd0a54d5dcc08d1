"""When steps and approvals are given, and what that makes of a ticket."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.approvals import (
    Ballot,
    needed_votes,
    outcome_of_approval,
    outcome_of_step,
    stages_of,
    ticket_standing,
)

A, R, P = "approved", "rejected", "pending"


@pytest.mark.parametrize(
    ("mode", "quorum", "votes", "outcome"),
    [
        ("all", 0, [A, A], A),
        ("all", 0, [A, P], P),
        ("all", 0, [P, R], R),
        ("any", 0, [P, A], A),
        ("any", 0, [R, P], P),
        ("any", 0, [R, R], R),
        ("quorum", 2, [A, P, A], A),
        ("quorum", 2, [A, R, P], P),
        ("quorum", 2, [R, R, P], R),
    ],
)
def test_a_step_is_decided_by_its_mode(mode: str, quorum: int, votes: list[str], outcome: str) -> None:
    assert outcome_of_step(Ballot(1, needed_votes(mode, quorum, len(votes)), votes)) == outcome


@given(st.lists(st.sampled_from([A, R, P]), min_size=1, max_size=6), st.data())
def test_a_step_is_pending_exactly_while_it_may_still_end_either_way(
    votes: list[str], data: st.DataObject
) -> None:
    """The oracle tries all ways in which the open votes may go."""
    needed = data.draw(st.integers(1, len(votes)))
    ends = {
        sum(vote == A for vote in way) >= needed
        for way in product(*([A, R] if vote == P else [vote] for vote in votes))
    }
    expected = P if len(ends) == 2 else A if ends == {True} else R
    assert outcome_of_step(Ballot(1, needed, votes)) == expected


def test_a_stage_opens_when_all_steps_of_the_one_before_are_approved() -> None:
    first, second = Ballot(1, 1, [A]), Ballot(1, 1, [P])
    third = Ballot(2, 1, ["waiting"])
    assert outcome_of_approval([first, second, third]) == (P, 1)
    assert outcome_of_approval([first, Ballot(1, 1, [A]), third]) == (P, 2)
    assert outcome_of_approval([first, Ballot(1, 1, [R]), third]) == (R, None)
    assert outcome_of_approval([first, Ballot(2, 1, [A])]) == (A, None)


def test_a_step_without_a_stage_comes_after_the_one_before() -> None:
    assert stages_of([0, 0, 2, 0]) == [1, 2, 2, 3]


@pytest.mark.parametrize(
    ("states", "standing"),
    [
        ([], "none"),
        (["withdrawn"], "none"),
        (["approved", "pending"], "pending"),
        (["rejected", "approved"], "approved"),
        (["approved", "rejected"], "rejected"),
        (["approved", "withdrawn"], "approved"),
        (["expired"], "rejected"),
    ],
)
def test_the_newest_approval_that_counts_decides_over_the_ticket(states: list[str], standing: str) -> None:
    assert ticket_standing(states) == standing
