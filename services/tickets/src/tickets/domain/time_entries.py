"""What a time entry may say, and how long a timer ran."""

from datetime import datetime, timedelta

MAX_MINUTES = 24 * 60
"""Of one entry."""

MAX_NOTE = 4_000


def minutes_problem(minutes: int) -> str | None:
    """Why so many minutes are refused, None when they are fine."""
    return None if 1 <= minutes <= MAX_MINUTES else f"must be 1 to {MAX_MINUTES}"


def start_problem(started_at: datetime, *, now: datetime) -> str | None:
    """Why a beginning is refused, None when it is fine: work that is noted has begun."""
    return "must not be in the future" if started_at > now else None


def minutes_between(started_at: datetime, ended_at: datetime) -> int:
    """The begun minutes of a timer, at least one, and no more than an entry may have: it was forgotten overnight."""
    begun = -((started_at - ended_at) // timedelta(minutes=1))
    return min(max(begun, 1), MAX_MINUTES)
