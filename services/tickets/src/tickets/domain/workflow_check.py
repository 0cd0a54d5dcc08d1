"""What is wrong with a workflow that can be read: as a graph, and with what the tenant has."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tickets.domain.definitions import ROOT, Fault
from tickets.domain.guards import Guard
from tickets.domain.workflow import FINAL_CATEGORIES, OPEN_CATEGORIES, TimedMove, Workflow


@dataclass(frozen=True, slots=True)
class Known:
    """What a workflow may name. `filter_problem` says what is wrong with a condition over tickets, None for nothing."""

    fields: Collection[str]
    permissions: Collection[str]
    roles: Collection[str]
    filter_problem: Callable[[str], str | None]


def faults_of(workflow: Workflow, known: Known) -> list[Fault]:
    """All that is wrong, by place; empty for a workflow that tickets may live by."""
    return [*_graph_faults(workflow), *_twice(workflow), *_unknown(workflow, known)]


def _graph_faults(workflow: Workflow) -> Iterator[Fault]:
    """Unreachable states, dead ends, circles without an end."""
    if workflow.category(workflow.initial) not in OPEN_CATEGORIES:
        yield Fault(f"{ROOT}.initial", "a new ticket must be open: new, active or waiting")
    ends = [slug for slug, state in workflow.states.items() if state.category in FINAL_CATEGORIES]
    if not ends:
        yield Fault(f"{ROOT}.states", f"one must be an end: {' or '.join(FINAL_CATEGORIES)}")
    onward = _ways(workflow)
    backward: dict[str, set[str]] = defaultdict(set)
    for source, targets in onward.items():
        for target in targets:
            backward[target].add(source)
    reached, ending = _reached([workflow.initial], onward), _reached(ends, backward)
    for number, (slug, state) in enumerate(workflow.states.items()):
        place = f"{ROOT}.states[{number}]"
        if slug not in reached:
            yield Fault(place, f"{slug} cannot be reached from {workflow.initial}")
        if state.category in FINAL_CATEGORIES or not ends:
            continue
        if not onward[slug]:
            yield Fault(place, f"{slug} is a dead end: no move leads out of it")
        elif slug not in ending:
            yield Fault(place, f"no end can be reached from {slug}")


def _ways(workflow: Workflow) -> Mapping[str, set[str]]:
    ways: dict[str, set[str]] = defaultdict(set)
    for move in workflow.moves:
        ways[move.source].add(move.to)
    for automatic in workflow.automatic:
        for source in automatic.sources:
            ways[source].add(automatic.to)
    return ways


def _reached(start: Iterable[str], ways: Mapping[str, Collection[str]]) -> set[str]:
    reached = set(start)
    ahead = list(reached)
    while ahead:
        further = set(ways.get(ahead.pop(), ())) - reached
        reached |= further
        ahead += further
    return reached


def _twice(workflow: Workflow) -> Iterator[Fault]:
    """Moves that say the same as another, lead nowhere, or cannot be kept."""
    seen: set[tuple[str, ...]] = set()
    for number, move in enumerate(workflow.moves):
        place = f"{ROOT}.moves[{number}]"
        if move.source == move.to:
            yield Fault(f"{place}.to", "must be another state than where the move begins")
        if (move.source, move.to) in seen:
            yield Fault(place, f"there is a move from {move.source} to {move.to} already")
        seen.add((move.source, move.to))
    for number, automatic in enumerate(workflow.automatic):
        place = f"{ROOT}.automatic[{number}]"
        cause = "after" if isinstance(automatic, TimedMove) else automatic.trigger
        for item, source in enumerate(automatic.sources):
            where = f"{place}.from[{item}]"
            if source == automatic.to:
                yield Fault(where, "must be another state than where the move leads")
            if (cause, source, "") in seen:
                yield Fault(where, f"{source} is left by another move of this cause already")
            if cause == "after" and source == workflow.initial:
                yield Fault(where, "no time is counted in the initial state")
            seen.add((cause, source, ""))


def _unknown(workflow: Workflow, known: Known) -> Iterator[Fault]:
    for number, move in enumerate(workflow.moves):
        place = f"{ROOT}.moves[{number}]"
        for name, permission in (("permission", move.permission), ("own_permission", move.own_permission)):
            if permission and permission not in known.permissions:
                yield Fault(f"{place}.{name}", f"there is no permission {permission}")
        yield from _missing(f"{place}.roles", "role", move.roles, known.roles)
        yield from _missing(f"{place}.required_fields", "field", move.required_fields, known.fields)
        yield from _guard_faults(place, move.guards, known)
    for number, automatic in enumerate(workflow.automatic):
        yield from _guard_faults(f"{ROOT}.automatic[{number}]", automatic.guards, known)


def _missing(place: str, what: str, named: Iterable[str], known: Collection[str]) -> Iterator[Fault]:
    for number, one in enumerate(named):
        if one not in known:
            yield Fault(f"{place}[{number}]", f"there is no {what} {one}")


def _guard_faults(place: str, guards: Iterable[Guard], known: Known) -> Iterator[Fault]:
    for number, guard in enumerate(guards):
        problem = known.filter_problem(guard.filter) if guard.filter else None
        if problem is not None:
            yield Fault(f"{place}.guards[{number}].filter", problem)
