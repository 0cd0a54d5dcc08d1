"""Whose the time of a ticket was: a team's, the requester's or a supplier's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sla.domain import calendar as business
from sla.domain import ledger
from sla.domain.calendar import Calendar
from sla.domain.ledger import Moment, TicketEvent

_WAITING = "waiting"
_SUPPLIER = "supplier"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has a ticket in hand; `id` and `key` are a team's, empty where no team has it."""

    kind: Literal["team", "requester", "supplier"]
    id: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which one had the ticket in hand, and the business time in it."""

    owner: Owner
    start: datetime
    end: datetime
    time: timedelta


def turns(events: Iterable[TicketEvent], calendar: Calendar | None, at: datetime) -> list[Turn]:
    """Who had the ticket in hand from its creation until it was finished for the last time, or until `at` (aware).

    Without gaps: the time between is the sum of the turns. In a waiting state the ticket is the supplier's, where the state
    says so, or the requester's; so it is between a resolution and a reopening, while the requester judges it. Else it is its
    team's. Without a calendar the whole time counts.
    """
    moments = ledger.history(events, at)
    ends = _ends(moments, at)
    found: list[Turn] = []
    for moment, end in zip(moments, ends, strict=True):
        if moment.at >= end:
            continue
        owner = _owner(moment)
        time = end - moment.at if calendar is None else business.elapsed(calendar, moment.at, end)
        if found and found[-1].owner == owner:
            found[-1] = replace(found[-1], end=end, time=found[-1].time + time)
        else:
            found.append(Turn(owner, moment.at, end, time))
    return found


def shares(taken: Iterable[Turn]) -> dict[Owner, timedelta]:
    """The business time of each, in the order in which they first had the ticket."""
    totals: dict[Owner, timedelta] = {}
    for turn in taken:
        totals[turn.owner] = totals.get(turn.owner, timedelta(0)) + turn.time
    return totals


def _ends(moments: Sequence[Moment], at: datetime) -> list[datetime]:
    """When each moment's stretch ends; nothing lies after the beginning of the last finish."""
    last = len(moments)
    while last and moments[last - 1].is_finished:
        last -= 1
    over = moments[last].at if last < len(moments) else at
    return [min(one.at, over) for one in moments[1:]] + ([over] if moments else [])


def _owner(moment: Moment) -> Owner:
    if moment.facts.get("state_category") == _WAITING and _SUPPLIER in moment.state:
        return Owner("supplier")
    if moment.is_finished or moment.facts.get("state_category") == _WAITING:
        return Owner("requester")
    team = moment.facts.get("team")
    return Owner("team", str(team[0]), str(team[-1])) if isinstance(team, list) and team else Owner("team")
