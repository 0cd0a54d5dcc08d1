"""Moves through a workflow, against a story that is walked step by step."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.definitions import MalformedWorkflow, parse_workflow
from tickets.domain.shipped_workflows import workflow_definition
from tickets.domain.workflow import (
    TRIGGERS,
    Mover,
    Passage,
    Standing,
    automatic_move,
    find_move,
    moves_for,
    replay,
    state_at,
    step,
)

RULES = parse_workflow(workflow_definition())
START = datetime(2026, 3, 2, tzinfo=UTC)
STATES = sorted(RULES.states)


def passages(story: list[tuple[str, int]]) -> list[Passage]:
    return [Passage(state, START + timedelta(minutes=minute)) for state, minute in story]


stories = st.lists(
    st.tuples(st.sampled_from(STATES), st.integers(0, 10_000)), max_size=8, unique_by=lambda item: item[1]
)


@given(stories, st.randoms(use_true_random=False))
def test_the_order_of_telling_does_not_matter(story: list[tuple[str, int]], random: Random) -> None:
    told = passages(story)
    shuffled = list(told)
    random.shuffle(shuffled)
    assert replay(RULES, shuffled) == replay(RULES, sorted(told, key=lambda item: item.at))


@given(stories)
def test_the_last_passage_is_where_a_ticket_stands(story: list[tuple[str, int]]) -> None:
    standing = replay(RULES, passages(story))
    last = max(story, key=lambda item: item[1], default=("new", 0))[0]
    assert standing.state == last
    assert standing.category == RULES.category(last)
    assert (standing.closed_at is not None) == (standing.category in {"closed", "cancelled"})
    if standing.category in {"resolved", "closed"}:
        assert standing.resolved_at is not None
    if standing.category in {"new", "active", "waiting"}:
        assert standing.resolved_at is None


@given(stories, st.integers(0, 10_000))
def test_a_state_of_the_past_is_that_of_the_newest_passage_until_then(
    story: list[tuple[str, int]], minute: int
) -> None:
    until = [(when, state) for state, when in story if when <= minute]
    expected = max(until)[1] if until else "new"
    assert state_at(RULES, passages(story), START + timedelta(minutes=minute)) == expected


def test_a_resolution_keeps_its_first_time_until_work_goes_on() -> None:
    standing = Standing("open", "active", None, None)
    resolved = step(RULES, standing, Passage("resolved", START))
    again = step(RULES, resolved, Passage("resolved", START + timedelta(hours=1)))
    closed = step(RULES, again, Passage("closed", START + timedelta(hours=2)))
    assert (resolved.resolved_at, again.resolved_at, closed.resolved_at) == (START, START, START)
    assert step(RULES, again, Passage("open", START)).resolved_at is None


@given(
    st.sampled_from(STATES),
    st.sets(st.sampled_from(["tickets.transition", "tickets.close_own"])),
    st.booleans(),
)
def test_moves_follow_permissions(state: str, held: set[str], own: bool) -> None:
    offered = {move.to for move in moves_for(RULES, state, Mover(held.__contains__, own=own))}
    by_desk = {move.to for move in RULES.moves if move.source == state}
    if "tickets.transition" in held:
        assert offered == by_desk
    elif own and "tickets.close_own" in held and state == "resolved":
        assert offered == {"open", "closed"}
    else:
        assert offered == set()


def test_a_new_ticket_is_not_closed_at_a_stroke() -> None:
    assert find_move([move for move in RULES.moves if move.source == "new"], "closed") is None


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_an_end_is_an_end(state: str) -> None:
    assert [move for move in RULES.moves if move.source == state] == []
    assert {automatic_move(RULES, state, trigger) for trigger in TRIGGERS} == {None}


@pytest.mark.parametrize(
    ("state", "trigger", "expected"),
    [
        ("new", "agent_replied", "open"),
        ("open", "agent_replied", None),
        ("new", "assigned", "open"),
        ("pending_requester", "requester_replied", "open"),
        ("resolved", "requester_replied", "open"),
        ("pending_supplier", "requester_replied", None),
        ("new", "requester_replied", None),
        ("pending_requester", "reminded", "open"),
        ("pending_supplier", "reminded", "open"),
        ("open", "reminded", None),
        ("resolved", "reminded", None),
    ],
)
def test_what_moves_by_itself(state: str, trigger: str, expected: str | None) -> None:
    move = automatic_move(RULES, state, trigger)
    assert (move.to if move else None) == expected


def test_every_shipped_move_is_between_states_that_exist() -> None:
    assert {move.source for move in RULES.moves} | {move.to for move in RULES.moves} <= set(RULES.states)


@pytest.mark.parametrize(
    "change",
    [
        {"initial": "nowhere"},
        {"initial": ""},
        {"states": [{"slug": "new", "name": "New", "category": "fresh"}]},
        {"states": "new"},
        {"moves": [{"from": "new", "to": "heaven", "name": "Up", "permission": "tickets.transition"}]},
        {"moves": [{"from": "new", "to": "open", "name": "Start"}]},
        {"automatic": [{"on": "full_moon", "from": ["new"], "to": "open"}]},
        {"automatic": [{"on": "assigned", "from": "new", "to": "open"}]},
        {"auto_close": {"from": "resolved", "to": "closed", "after_seconds": 0}},
        {"auto_close": {"from": "resolved", "to": "gone", "after_seconds": 60}},
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedWorkflow):
        parse_workflow({**deepcopy(workflow_definition()), **change})
