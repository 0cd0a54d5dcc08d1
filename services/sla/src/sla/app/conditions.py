"""Conditions of policies: the filter language over the facts of a ticket."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
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
_COMMENT = "comment"
_NO_TYPES: Mapping[str, str] = MappingProxyType({})

_KNOWN = (
    {name: Field(FieldType.STRING) for name in TEXTS}
    | {name: Field(FieldType.REFERENCE) for name in REFERENCES}
    | {name: Field(FieldType.LIST) for name in LISTS}
)
# Own clocks may start and stop with what was said, too: "question" of the requester, "response" in public.
_OF_CLOCKS = {**_KNOWN, _COMMENT: Field(FieldType.STRING)}


@dataclass(frozen=True, slots=True)
class KnownField:
    """A field of the tenant's tickets: the type and the only values of it (none: any), and whether it takes new ones."""

    type: FieldType
    values: frozenset[str]
    active: bool


def compiled(
    condition: str,
    place: str = "condition",
    *,
    of_clock: bool = False,
    types: Mapping[str, str] = _NO_TYPES,
) -> Callable[[Facts], bool]:
    """What decides the condition over the facts of a ticket; an empty one holds for every ticket.

    Custom values (`fields.<slug>`) compare by their `types`; one of which none is known as text, which has no order. One
    `of_clock` may ask for `comment` too. Raises InvalidInput naming the field at which the condition stands.
    """
    named = tuple(sorted(types.items()))
    try:
        tree = _checked(condition, of_clock=of_clock, types=named)
    except BadRequest as error:
        raise invalid((place, error.detail)) from error
    converted = {name: of for name, type_ in named if (of := _CONVERTED.get(type_)) is not None}
    if not converted:
        return lambda facts: evaluate(tree, cast("Values", facts))
    return lambda facts: evaluate(tree, cast("Values", _typed(facts, converted)))


def custom_fields(condition: str) -> set[str]:
    """The names of the tenant's own fields that a condition which was checked asks for."""
    tree = check(parse(condition), FieldTable(_OF_CLOCKS, _as_text))
    return {test.field for test in _tests(tree) if test.field.startswith(CUSTOM)}


def problem_of(condition: str, known: Mapping[str, KnownField], *, of_clock: bool = False) -> str | None:
    """What is wrong with a condition over the fields that the tenant's tickets have, and where; None for nothing."""

    def find(name: str) -> Field | None:
        field = known.get(name) if name.startswith(CUSTOM) else None
        return None if field is None else Field(field.type, values=field.values)

    table = {
        name: Field(field.type, values=known[name].values if name in known else frozenset())
        for name, field in (_OF_CLOCKS if of_clock else _KNOWN).items()
    }
    try:
        tests = _tests(check(parse(condition), FieldTable(table, find)))
    except BadRequest as error:
        return error.detail
    for test in tests:
        field = known.get(test.field)
        if field is not None and not field.active:
            return f"{test.field} is at rest: tickets are given no values of it any more"
        # Of references, and of parts of lists, the language takes any text.
        if field is not None and field.values and _is_unknown(test, field.values):
            return f"{test.field} has no value {test.value!r}"
    return None


def _is_unknown(test: Test, values: Collection[str]) -> bool:
    return (
        test.operator in {Operator.EQUAL, Operator.NOT_EQUAL}
        and isinstance(test.value, str)
        and test.value not in values
    )


def _typed(facts: Facts, converted: Mapping[str, Callable[[str], object]]) -> dict[str, object]:
    """The facts with the custom values that a condition asks for in the types of their fields."""
    typed = dict(facts)
    for name, convert in converted.items():
        value = facts.get(name)
        if isinstance(value, str):
            typed[name] = convert(value)
    return typed


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


_CONVERTED: Mapping[str, Callable[[str], object]] = {
    FieldType.NUMBER.value: _number,
    FieldType.BOOL.value: lambda text: text == "true",
}


@lru_cache(maxsize=1024)
def _checked(condition: str, *, of_clock: bool, types: tuple[tuple[str, str], ...]) -> TypedNode | None:
    known = dict(types)

    def find(name: str) -> Field | None:
        return Field(FieldType(known[name])) if name in known else _as_text(name)

    tree = check(parse(condition), FieldTable(_OF_CLOCKS if of_clock else _KNOWN, find))
    for test in _tests(tree):
        if test.field.startswith(CUSTOM) and test.field not in known and test.operator not in _EQUALITY:
            raise BadRequest(
                f"filter: {test.operator} does not apply to {test.field}", reason="INVALID_FILTER"
            )
    return tree


def _as_text(name: str) -> Field | None:
    return Field(FieldType.STRING) if name.startswith(CUSTOM) else None


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
