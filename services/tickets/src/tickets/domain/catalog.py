"""The service catalogue: who may order what, what is asked on the way, and in which order it is done."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

FULFIL = "catalog_fulfilment"
"""The kind of the timer that carries a request on; its key is the ticket's id."""

PERIODS = ("once", "month", "year")
DONE_CATEGORIES = ("resolved", "closed", "cancelled")
"""A task in such a state holds nothing back any more."""

MAX_QUANTITY = 1_000
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MOST = Decimal(10) ** 12

Problem = tuple[str, str]
"""Path of a field and the reason."""


@dataclass(frozen=True, slots=True)
class Question:
    """A custom field that an item asks for, where its condition over the other answers holds."""

    field: str
    required: bool = False
    condition: str = ""


@dataclass(frozen=True, slots=True)
class TaskTemplate:
    """A ticket that fulfilment makes, once all that it depends on has ended."""

    key: str
    title: str
    description: str = ""
    type: str = "task"
    queue: str = ""
    depends_on: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Who may order: members of one of the teams or organisations (ids), or holders of a role (slugs); all empty: everybody."""

    teams: Sequence[str] = ()
    organizations: Sequence[str] = ()
    roles: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Price:
    """An amount as a decimal text, in an ISO 4217 currency, per period; no currency: it costs nothing."""

    amount: str = ""
    currency: str = ""
    period: str = ""


def may_order(
    entitlement: Entitlement, *, teams: Iterable[str], organizations: Iterable[str], roles: Iterable[str]
) -> bool:
    """Whether somebody with these teams, organisations and roles is entitled."""
    wanted = (entitlement.teams, entitlement.organizations, entitlement.roles)
    if not any(wanted):
        return True
    held = (teams, organizations, roles)
    return any(set(one) & set(mine) for one, mine in zip(wanted, held, strict=True))


def price_problems(price: Price) -> list[Problem]:
    """What is wrong with a price."""
    if price == Price():
        return []
    problems = []
    try:
        amount = Decimal(price.amount)
        fits = amount.is_finite() and 0 <= amount < _MOST and -amount.as_tuple().exponent <= 4  # type: ignore[operator]  # finite ones have a number
    except InvalidOperation:
        fits = False
    if not fits:
        problems.append(("price.amount", "must be a decimal number from 0, such as 1299.00"))
    if not _CURRENCY.fullmatch(price.currency):
        problems.append(("price.currency", "must be an ISO 4217 code, such as EUR"))
    if price.period not in PERIODS:
        problems.append(("price.period", f"must be one of: {', '.join(PERIODS)}"))
    return problems


def task_problems(tasks: Sequence[TaskTemplate]) -> list[Problem]:
    """What is wrong with the graph of tasks: keys, what they depend on, and cycles, each told with its way."""
    problems: list[Problem] = []
    keys = [task.key for task in tasks]
    for place, task in enumerate(tasks):
        if not _KEY.fullmatch(task.key):
            problems.append((f"tasks[{place}].key", "must begin with a letter and hold a-z, 0-9, - and _"))
        elif task.key in keys[:place]:
            problems.append((f"tasks[{place}].key", "is there already"))
        problems += [
            (f"tasks[{place}].depends_on[{number}]", "there is no such task")
            for number, other in enumerate(task.depends_on)
            if other not in keys
        ]
    cycle = [] if problems else _cycle({task.key: task.depends_on for task in tasks})
    if cycle:
        place = keys.index(cycle[0])
        problems.append((f"tasks[{place}].depends_on", f"goes in a circle: {' → '.join(cycle)}"))
    return problems


def ready_tasks(depends_on: Mapping[str, Sequence[str]], states: Mapping[str, str]) -> list[str]:
    """The waiting tasks for which nothing is left to wait, in their order; states are waiting, open and done."""
    return [
        key
        for key, others in depends_on.items()
        if states[key] == "waiting" and all(states[other] == "done" for other in others)
    ]


def _cycle(depends_on: Mapping[str, Sequence[str]]) -> list[str]:
    """A circle in the graph, its first key again at the end; empty where there is none."""
    finished: set[str] = set()
    for start in depends_on:
        way: list[str] = [start]
        branches = [iter(depends_on[start])]
        while branches:
            following = next(branches[-1], None)
            if following is None:
                branches.pop()
                finished.add(way.pop())
            elif following in way:
                return [*way[way.index(following) :], following]
            elif following not in finished:
                way.append(following)
                branches.append(iter(depends_on[following]))
    return []
