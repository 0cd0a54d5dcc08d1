"""Priority from impact and urgency, by the tenant's matrix."""

from collections.abc import Mapping

LEVELS = ("high", "medium", "low")
"""Of impact and of urgency, worst first."""

PRIORITIES = ("critical", "high", "medium", "low")
"""Worst first."""

Matrix = Mapping[tuple[str, str], str]
"""(impact, urgency) to priority."""

DEFAULT_LEVEL = "medium"


def priority_of(matrix: Matrix, impact: str, urgency: str) -> str:
    """The priority that the matrix gives; a pair without a row is `medium`."""
    return matrix.get((impact, urgency), DEFAULT_LEVEL)


def rank(priority: str) -> int:
    """The place of a priority in an order that begins with the worst; unknown ones come last."""
    return PRIORITIES.index(priority) if priority in PRIORITIES else len(PRIORITIES)
