"""Conditions of policies: the filter language over the facts of a ticket."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import cast

from chassis.errors import BadRequest
from chassis.filters import Field, FieldTable, FieldType, TypedNode, check, evaluate, parse
from chassis.filters.evaluate import Values
from chassis.filters.tree import Operator, Test, TypedAnd, TypedNot, TypedOr
from sla.app.refusals import invalid
from sla.domain.policies import Facts

CUSTOM = "fields."
TEXTS = (
    "type",
    "state",
    "state_category",
    "priority",
    "impact",
    "urgency",
    "category",
    "channel",
    "language",
)
REFERENCES = ("process", "queue", "team", "assignee", "requester", "organization", "service_id")
LISTS = ("tags", "ci_ids")

_EQUALITY = {Operator.EQUAL, Operator.NOT_EQUAL, Operator.HAS}


def _custom(name: str) -> Field | None:
    return Field(FieldType.STRING) if name.startswith(CUSTOM) else None


_KNOWN = (
    {name: Field(FieldType.STRING) for name in TEXTS}
    | {name: Field(FieldType.REFERENCE) for name in REFERENCES}
    | {name: Field(FieldType.LIST) for name in LISTS}
)
_TABLE = FieldTable(_KNOWN, find=_custom)


# Own clocks may start and stop with what was said, too: "question" of the requester, "response" in public.
_OF_CLOCKS = FieldTable({**_KNOWN, "comment": Field(FieldType.STRING)}, find=_custom)


def compiled(condition: str, place: str = "condition", *, of_clock: bool = False) -> Callable[[Facts], bool]:
    """What decides the condition over the facts of a ticket; an empty one holds for every ticket.

    Custom values (`fields.<slug>`) compare as text, so they have no order. One `of_clock` may ask for `comment` too. Raises
    InvalidInput naming the field at which the condition stands.
    """
    try:
        tree = _checked(condition, of_clock=of_clock)
    except BadRequest as error:
        raise invalid((place, error.detail)) from error
    return lambda facts: evaluate(tree, cast("Values", facts))


@lru_cache(maxsize=1024)
def _checked(condition: str, *, of_clock: bool) -> TypedNode | None:
    tree = check(parse(condition), _OF_CLOCKS if of_clock else _TABLE)
    for test in _tests(tree):
        if test.field.startswith(CUSTOM) and test.operator not in _EQUALITY:
            raise BadRequest(
                f"filter: {test.operator} does not apply to {test.field}", reason="INVALID_FILTER"
            )
    return tree


def _tests(tree: TypedNode | None) -> list[Test]:
    match tree:
        case None:
            return []
        case Test():
            return [tree]
        case TypedNot(item):
            return _tests(item)
        case TypedAnd(items) | TypedOr(items):
            return [test for item in items for test in _tests(item)]
