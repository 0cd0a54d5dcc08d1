"""The circumstances of a change: who, why, when it happened and when we took it in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.domain.references import Actor


@dataclass(frozen=True, slots=True)
class Occasion:
    """`occurred_at` is earlier than `recorded_at` where we learn of it late; `rule` names the automatic rule that did it.

    `imported`: told afterwards, by the rules of another system and in any order, so that nothing follows from it here.
    """

    actor: Actor
    cause: str
    occurred_at: datetime
    recorded_at: datetime
    rule: str = ""
    imported: bool = False


IMPORT_AGE = timedelta(hours=1)


def is_import(*, occurred_at: datetime, recorded_at: datetime) -> bool:
    """Whether something was entered long after it happened: nothing follows from it by itself."""
    return recorded_at - occurred_at > IMPORT_AGE


def occurred_problem(
    occurred_at: datetime, *, now: datetime, created_at: datetime | None = None
) -> str | None:
    """Why a moment is refused, None when it is fine: never in the future, never before the ticket was made."""
    if occurred_at > now:
        return "must not be in the future"
    if created_at is not None and occurred_at < created_at:
        return "must not be before the ticket was created"
    return None
