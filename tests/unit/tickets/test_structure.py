"""How deep tickets stand, what waits for its children, and how children follow."""

import pytest

from tickets.domain.definitions import parse_workflow
from tickets.domain.shipped_workflows import workflow_definition
from tickets.domain.structure import MAX_DEPTH, depth_problem, held_by_children, moves_towards
from tickets.domain.workflow import Move, State

SHIPPED = parse_workflow(workflow_definition())


def test_ten_levels_are_the_most() -> None:
    assert depth_problem(MAX_DEPTH - 1, 0) is None
    assert depth_problem(MAX_DEPTH - 2, 1) is None
    assert depth_problem(MAX_DEPTH, 0)
    assert depth_problem(MAX_DEPTH - 2, 2)


@pytest.mark.parametrize("category", ["new", "active", "waiting", "cancelled"])
def test_open_children_hold_a_ticket_back_from_being_done_alone(category: str) -> None:
    assert held_by_children(category, ["TSK-1"]) is None


@pytest.mark.parametrize("category", ["resolved", "closed"])
def test_a_ticket_is_not_done_before_its_children(category: str) -> None:
    assert held_by_children(category, []) is None
    assert "TSK-1, TSK-2" in (held_by_children(category, ["TSK-1", "TSK-2"]) or "")


@pytest.mark.parametrize(
    ("state", "to", "states"),
    [
        ("new", "resolved", ["resolved"]),
        ("open", "closed", ["resolved", "closed"]),
        ("resolved", "closed", ["closed"]),
        ("closed", "cancelled", []),
    ],
)
def test_children_follow_by_the_fewest_moves(state: str, to: str, states: list[str]) -> None:
    found = moves_towards(SHIPPED.moves, SHIPPED.states, state, to, SHIPPED.category(to))
    assert list(found) == states


def test_a_child_of_another_workflow_goes_to_a_state_that_means_the_same() -> None:
    states = {slug: State(slug, slug, category) for slug, category in (("todo", "new"), ("done", "resolved"))}
    free, asking = Move("todo", "done", "", "x"), Move("todo", "done", "", "x", comment_required=True)
    assert list(moves_towards([free], states, "todo", "resolved", "resolved")) == ["done"]
    assert list(moves_towards([asking], states, "todo", "resolved", "resolved")) == []
    assert list(moves_towards([free], states, "todo", "cancelled", "cancelled")) == []
