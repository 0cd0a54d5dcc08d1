"""Change enablement: risk out of a questionnaire, and windows that stand in each other's way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

CHANGE = "change"
"""The type of the tickets that have a plan."""

QUESTIONS: Final[Mapping[str, tuple[str, int]]] = {
    "critical_service": ("Does it touch a service that the business cannot do without?", 3),
    "many_users": ("Are more than a hundred people affected while it is made?", 2),
    "first_time": ("Is it done for the first time?", 2),
    "untested": ("Could it not be tested beforehand?", 2),
    "hard_to_undo": ("Can it not be undone within the planned window?", 3),
    "business_hours": ("Is it made in business hours?", 1),
}
"""Text and weight of each question; a yes adds the weight."""

_HIGH, _MEDIUM = 6, 3


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` until before `end`, both aware."""

    start: datetime
    end: datetime

    def meets(self, other: "Window") -> bool:
        """Whether the two have a moment in common."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Freeze:
    """A window in which changes of some services (empty: of all) are not made."""

    name: str
    window: Window
    service_ids: Sequence[str] = ()


def risk_of(answers: Mapping[str, bool]) -> str:
    """The risk that the answers add up to: high from 6, medium from 3, else low."""
    total = sum(QUESTIONS[key][1] for key, yes in answers.items() if yes)
    return "high" if total >= _HIGH else "medium" if total >= _MEDIUM else "low"


def freezes_met(window: Window, service_id: str, freezes: Sequence[Freeze]) -> list[Freeze]:
    """The freezes that hold for a change of the service in the window; one without a service meets those of all alone."""
    return [
        freeze
        for freeze in freezes
        if freeze.window.meets(window) and (not freeze.service_ids or service_id in freeze.service_ids)
    ]
