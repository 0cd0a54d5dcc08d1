"""Which tickets can be merged, and where that leaves them."""

from __future__ import annotations

from collections.abc import Sequence

from tickets.domain.workflow import FINAL_CATEGORIES, Workflow

MAX_MERGED = 50
"""Tickets merged by one request."""


def target_problem(number: str, category: str, *, merged: bool) -> str | None:
    """Why nothing can be merged into a ticket of this category, None where it can."""
    if merged:
        return f"{number} is merged into another ticket itself."
    if category in FINAL_CATEGORIES:
        return f"{number} is {category}; nothing is merged into it."
    return None


def source_problem(
    number: str, category: str, *, merged: bool, has_merged: bool, open_children: Sequence[str]
) -> str | None:
    """Why a ticket of this category cannot be merged into another, None where it can."""
    if merged:
        return f"{number} is merged already."
    if category in FINAL_CATEGORIES:
        return f"{number} is {category} already."
    if has_merged:
        return f"Other tickets are merged into {number}; undo that first."
    if open_children:
        return f"{number} has open children: {', '.join(open_children)}."
    return None


def merged_state(workflow: Workflow) -> str | None:
    """The state that a merged ticket ends in: cancelled, since nobody solved it, else closed; None without an end."""
    for category in reversed(FINAL_CATEGORIES):
        for state in workflow.states.values():
            if state.category == category:
                return state.slug
    return None
