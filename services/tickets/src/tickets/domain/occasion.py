"""The circumstances of a change: who, why, when it happened and when we took it in."""

from dataclasses import dataclass
from datetime import datetime

from tickets.domain.references import Actor


@dataclass(frozen=True, slots=True)
class Occasion:
    """`occurred_at` is earlier than `recorded_at` only for imports; `rule` names the automatic rule that did it."""

    actor: Actor
    cause: str
    occurred_at: datetime
    recorded_at: datetime
    rule: str = ""

    @property
    def imported(self) -> bool:
        """Whether it is told afterwards: the time it happened was given by who tells it."""
        return self.occurred_at != self.recorded_at


def occurred_problem(occurred_at: datetime, *, now: datetime, created_at: datetime | None = None) -> str | None:
    """Why a moment is refused, None when it is fine: never in the future, never before the ticket was made."""
    if occurred_at > now:
        return "must not be in the future"
    if created_at is not None and occurred_at < created_at:
        return "must not be before the ticket was created"
    return None
