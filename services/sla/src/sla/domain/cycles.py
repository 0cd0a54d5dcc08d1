"""When each clock of a ticket was wound, and when it was wound anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sla.domain import ledger
from sla.domain.ledger import Moment, Window
from sla.domain.policies import (
    FIRST_RESPONSE,
    NEXT_RESPONSE,
    RESOLUTION,
    TIME_TO_OWN,
    UPDATE,
    Facts,
    OwnClock,
    Policy,
    RuleBook,
)

Cycle = list[Window]
"""The stretches of one winding: a clock that goes on after a stop has several."""


def policies_in_turn(
    moments: Sequence[Moment], book: RuleBook, kind: str, at: datetime
) -> list[Policy | None]:
    """The policy of a kind at each moment, by the rules that were known when the next one came, or are at `at`."""
    known = [*(moment.known_at for moment in moments[1:]), max(at, moments[-1].known_at)]
    return [book.at(until).policy(kind, moment.facts) for moment, until in zip(moments, known, strict=True)]


def cycles_of(moments: Sequence[Moment], policies: Sequence[Policy | None]) -> Mapping[str, list[Cycle]]:
    """The windings of each clock by name, in order of time; `policies` are those of the moments."""
    again = [index for index in range(1, len(moments)) if _restarts(moments, policies[index], index)]
    found = {
        FIRST_RESPONSE: [ledger.first_response(moments)],
        NEXT_RESPONSE: [[window] for window in ledger.next_response(moments)],
        UPDATE: [[window] for window in ledger.update(moments)],
        TIME_TO_OWN: [[window] for window in ledger.time_to_own(moments, again)],
        RESOLUTION: [ledger.resolution(moments)],
    }
    for name in dict.fromkeys(own.name for policy in policies if policy for own in policy.clocks):
        found[name] = _of_own(moments, policies, name)
    return {name: [part for cycle in cycles for part in _cut(cycle, again)] for name, cycles in found.items()}


def own_facts(moment: Moment) -> Facts:
    """What the conditions of own clocks decide over: the facts, and the word that was said at that moment."""
    return {**moment.facts, "comment": moment.comment}


def _restarts(moments: Sequence[Moment], policy: Policy | None, index: int) -> bool:
    if policy is None:
        return False
    before, after = moments[index - 1].facts, moments[index].facts
    return any(before.get(fact) != after.get(fact) for fact in policy.restart_on)


def _of_own(moments: Sequence[Moment], policies: Sequence[Policy | None], name: str) -> list[Cycle]:
    windows: list[Window] = []
    start: int | None = None
    latest: OwnClock | None = None
    for index, (moment, policy) in enumerate(zip(moments, policies, strict=True)):
        own = None if policy is None else policy.clock(name)
        latest = own or latest
        facts = own_facts(moment)
        stops = own is None or moment.is_finished or own.stops(facts)
        if start is not None and stops:
            windows.append(Window(start, index))
            start = None
        elif start is None and own is not None and not stops and own.starts(facts):
            start = index
    if start is not None:
        windows.append(Window(start, None))
    if latest is not None and latest.goes_on:
        return [windows] if windows else []
    return [[window] for window in windows]


def _cut(cycle: Cycle, again: Sequence[int]) -> list[Cycle]:
    """A winding cut where its clock is wound anew."""
    parts: list[Cycle] = []
    current: Cycle = []
    for window in cycle:
        if current and any((current[-1].stop or 0) <= index <= window.start for index in again):
            parts.append(current)
            current = []
        start = window.start
        for index in again:
            if start < index and (window.stop is None or index < window.stop):
                parts.append([*current, Window(start, index)])
                current, start = [], index
        current.append(Window(start, window.stop))
    return [*parts, current] if current else parts
