"""Rules of a tenant: what sets them off, and when one runs in circles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

(
    CREATED,
    UPDATED,
    STATE_CHANGED,
    ASSIGNED,
    COMMENTED,
    APPROVAL_COMPLETED,
    MAJOR_DECLARED,
    MAJOR_ENDED,
    CLOCK_WARNING,
    CLOCK_BREACHED,
) = (
    "created",
    "updated",
    "state_changed",
    "assigned",
    "commented",
    "approval_completed",
    "major_declared",
    "major_ended",
    "clock_warning",
    "clock_breached",
)

EVENTS = (
    CREATED,
    UPDATED,
    STATE_CHANGED,
    ASSIGNED,
    COMMENTED,
    APPROVAL_COMPLETED,
    MAJOR_DECLARED,
    MAJOR_ENDED,
    CLOCK_WARNING,
    CLOCK_BREACHED,
)
"""What a rule may wait for."""

TIME = "time"
"""What sets off a rule whose condition has held long enough."""

MAX_REPEATS = 3
"""So often a rule may follow from its own doing, through whatever others."""

MAX_CHAIN = 20
"""So many rules may follow from one another."""

OFTEN = 50
"""So many times in `OFTEN_WITHIN` a rule may act on one ticket, whatever set it off."""

OFTEN_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened to a ticket, and whether a condition held from then on."""

    at: datetime
    holds: bool


def circle_problem(rule_id: UUID, chain: Sequence[UUID]) -> str | None:
    """Why a rule that follows from others must not act, None where it may.

    :param chain: the rules that followed from one another until now, the first one first.
    """
    if chain.count(rule_id) >= MAX_REPEATS:
        return f"it follows from its own doing for the {MAX_REPEATS + 1}th time"
    if len(chain) >= MAX_CHAIN:
        return f"{MAX_CHAIN} rules have followed from one another before it"
    return None


def frequency_problem(times: int) -> str | None:
    """Why a rule that acted on a ticket so many times within `OFTEN_WITHIN` must not act again."""
    return f"it acted on the ticket {times} times in an hour" if times >= OFTEN else None


def due_at(moments: Sequence[Moment], after: timedelta, *, now: datetime) -> datetime | None:
    """When a condition had held for so long for the first time, None where it has not.

    :param moments: in the order of their times.
    """
    since: datetime | None = None
    for moment in moments:
        if since is not None and moment.at - since >= after:
            return since + after
        since = (since or moment.at) if moment.holds else None
    return since + after if since is not None and now - since >= after else None
