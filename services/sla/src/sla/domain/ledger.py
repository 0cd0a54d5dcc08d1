"""The history of a ticket out of its events: the facts at each moment, and when each clock ran.

Events may have been recorded in another order than they happened (imports). Each tells what changed at its own time, so the
history is the same whatever the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from uuid import UUID

FINISHED = frozenset({"resolved", "closed", "cancelled"})
"""Categories of states in which nobody owes the requester anything."""

Comment = Literal["", "response", "question"]
"""What a comment means to clocks: an agent's public answer, the requester's turn, or nothing."""


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One event of a ticket as the ledger keeps it.

    :param order: grows with each event of the ticket in the order of recording.
    :param facts: all of them for a ticket's creation, the new values of what changed for any other event.
    """

    id: UUID
    created: bool
    occurred_at: datetime
    recorded_at: datetime
    order: int
    facts: Mapping[str, object]
    comment: Comment = ""


@dataclass(frozen=True, slots=True)
class TicketState:
    """The whole ticket after all that was known at one of its versions.

    :param reader_ids: requester, watchers and organisation.
    :param summary: what subscribers to clocks are told of the ticket.
    :param is_open: neither resolved nor closed nor cancelled.
    """

    version: int
    number: str
    process: str
    queue: str
    is_confidential: bool
    queue_team_id: str
    reader_ids: tuple[str, ...]
    summary: Mapping[str, object]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """The ticket from an event on: when it happened, when it was known, and the facts after it."""

    at: datetime
    known_at: datetime
    facts: Mapping[str, object]
    comment: Comment

    @property
    def state(self) -> str:
        """The state of the ticket's workflow."""
        return str(self.facts.get("state", ""))

    @property
    def is_finished(self) -> bool:
        """Whether the state means resolved, closed or cancelled."""
        return self.facts.get("state_category") in FINISHED


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch in which a clock was wound: indexes into the moments; `stop` is None while it still is."""

    start: int
    stop: int | None


def history(events: Iterable[TicketEvent], at: datetime) -> list[Moment]:
    """The moments of a ticket until `at` in the order in which they happened; empty before its creation.

    What happened at one time is taken in the order of recording; nothing happens before the creation.
    """
    known = list(events)
    created = min((one for one in known if one.created), key=lambda one: one.order, default=None)
    if created is None or created.occurred_at > at:
        return []
    born = created.occurred_at
    others = [one for one in known if not one.created and one.occurred_at <= at]
    others.sort(key=lambda one: (max(one.occurred_at, born), one.order, one.recorded_at, one.id))
    moments: list[Moment] = []
    facts: Mapping[str, object] = {}
    for event in [created, *others]:
        if event.facts:
            facts = {**facts, **event.facts}
        happened = max(event.occurred_at, born)
        moments.append(Moment(happened, max(happened, event.recorded_at), facts, event.comment))
    return moments


def first_response(moments: Sequence[Moment]) -> list[Window]:
    """From the creation to the first public answer of an agent, or to the resolution without one."""
    stops = (
        index
        for index, moment in enumerate(moments)
        if moment.is_finished or (index and moment.comment == "response")
    )
    return [Window(0, next(stops, None))]


def time_to_own(moments: Sequence[Moment], again: Sequence[int] = ()) -> list[Window]:
    """From the creation until somebody is assigned, or to the resolution without anybody.

    `again`: indexes of moments at which it is wound anew, where nobody is assigned then.
    """
    windows: list[Window] = []
    for start, end in pairwise([0, *again, len(moments)]):
        stops = (
            index
            for index in range(start, end)
            if moments[index].is_finished or moments[index].facts.get("assignee")
        )
        stop = next(stops, None)
        if not start or stop != start:
            windows.append(Window(start, stop if stop is not None or end == len(moments) else end))
    return windows


def update(moments: Sequence[Moment]) -> list[Window]:
    """From the creation, a reopening or an agent's public answer to the next such answer or the resolution; each stretch."""
    start: int | None = None
    windows: list[Window] = []
    for index, moment in enumerate(moments):
        if moment.is_finished:
            if start is not None or not index:
                windows.append(Window(start or 0, index))
            start = None
        elif start is None:
            start = index
        elif moment.comment == "response":
            windows.append(Window(start, index))
            start = index
    return windows if start is None else [*windows, Window(start, None)]


def resolution(moments: Sequence[Moment]) -> list[Window]:
    """From the creation to resolution, closure or cancellation, and again from each reopening."""
    windows: list[Window] = []
    start: int | None = 0
    for index, moment in enumerate(moments):
        if start is not None and moment.is_finished:
            windows.append(Window(start, index))
            start = None
        elif start is None and not moment.is_finished:
            start = index
    if start is not None:
        windows.append(Window(start, None))
    return windows


def next_response(moments: Sequence[Moment]) -> list[Window]:
    """From the requester's word after the first response to the agent's next public answer; each such stretch.

    Further words of the requester do not put it off. A word on a finished ticket counts from its reopening.
    """
    answered_at = first_response(moments)[0].stop
    if answered_at is None:
        return []
    start: int | None = None
    windows: list[Window] = []
    asked = False
    for index, moment in enumerate(moments[answered_at:], answered_at):
        if moment.comment == "question":
            asked = True
        elif moment.comment == "response" or (moment.is_finished and start is not None):
            asked = False
        if start is None and asked and not moment.is_finished:
            start = index
        elif start is not None and not asked:
            windows.append(Window(start, index))
            start = None
    return windows if start is None else [*windows, Window(start, None)]
