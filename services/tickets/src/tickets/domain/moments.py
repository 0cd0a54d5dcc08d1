"""When something happened, as imports may tell it."""

from datetime import datetime


def occurred_problem(occurred_at: datetime, *, now: datetime, created_at: datetime | None = None) -> str | None:
    """Why a moment is refused, None when it is fine: never in the future, never before the ticket was made."""
    if occurred_at > now:
        return "must not be in the future"
    if created_at is not None and occurred_at < created_at:
        return "must not be before the ticket was created"
    return None
