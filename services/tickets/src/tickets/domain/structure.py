"""Tickets above and below each other: how deep, what waits for what, and how children follow their parent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tickets.domain.links import way
from tickets.domain.workflow import OPEN_CATEGORIES, Move, State

MAX_DEPTH = 10
"""Tickets above each other, the first one counted."""

DONE_CATEGORIES = ("resolved", "closed")
"""A parent gets there only when no child is open."""

CASCADED: Mapping[str, tuple[str, ...]] = {
    "resolved": OPEN_CATEGORIES,
    "closed": (*OPEN_CATEGORIES, "resolved"),
    "cancelled": OPEN_CATEGORIES,
}
"""The categories of the children that follow a parent to a state of each category."""


def depth_problem(above: int, below: int) -> str | None:
    """Why a ticket with `below` levels under it cannot stand under `above` levels, None where it can."""
    if above + 1 + below > MAX_DEPTH:
        return f"would make more than {MAX_DEPTH} levels of tickets"
    return None


def held_by_children(category: str, open_children: Sequence[str]) -> str | None:
    """Why a ticket with these open children (by number) cannot reach a state of the category, None where it can."""
    if category not in DONE_CATEGORIES or not open_children:
        return None
    return f"Its children are still open: {', '.join(open_children)}."


def moves_towards(
    moves: Iterable[Move], states: Mapping[str, State], state: str, to: str, category: str
) -> Sequence[str]:
    """The states that lead from `state` to `to` or, where there is no such state, to one of the category.

    By the fewest of the moves, none of which may ask for fields or a comment; empty where there is no such way.
    """
    edges = [
        (move.source, move.to) for move in moves if not move.required_fields and not move.comment_required
    ]
    goals = [to] if to in states else [slug for slug, one in states.items() if one.category == category]
    ways = [found for goal in goals if (found := way(edges, state, goal))]
    return min(ways, key=len)[1:] if ways else ()
