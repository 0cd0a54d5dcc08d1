"""Deciding a checked filter over plain values: the twin of the SQL compiler."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from chassis.filters.tree import (
    Operator,
    Present,
    Test,
    TypedAnd,
    TypedNode,
    TypedNot,
    TypedOr,
    Value,
    Wildcard,
)

Scalar = str | int | float | bool | datetime | None
# A collection is a list field's elements, or the id and the key of one reference.
Values = Mapping[str, Scalar | Collection[str]]

_ORDER: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


def evaluate(node: TypedNode | None, values: Values) -> bool:
    """Whether the filter holds for these values by field name; a name that is absent is a missing value.

    A reference is given as a collection of its id and key, a list as the collection of its elements; times are aware.
    """
    match node:
        case None:
            return True
        case TypedAnd(items):
            return all(evaluate(item, values) for item in items)
        case TypedOr(items):
            return any(evaluate(item, values) for item in items)
        case TypedNot(item):
            return not evaluate(item, values)
        case Test(field, op, value):
            return _test(op, value, _known(values.get(field)))


def _known(value: Scalar | Collection[str]) -> list[Scalar]:
    if value is None:
        return []
    if isinstance(value, str | int | float | bool | datetime):
        return [value]
    return list(value)


def _test(op: Operator, wanted: Value, found: list[Scalar]) -> bool:
    if wanted is None:
        return (not found) == (op is Operator.EQUAL)
    if isinstance(wanted, Present):
        return bool(found)
    if op is Operator.EQUAL:
        return any(_equal(one, wanted) for one in found)
    if op is Operator.NOT_EQUAL:
        return not any(_equal(one, wanted) for one in found)
    if op is Operator.HAS:
        return any(_has(one, wanted) for one in found)
    return any(_ORDER[op](one, wanted) for one in found)


def _equal(found: Scalar, wanted: Value) -> bool:
    if isinstance(wanted, Wildcard) and isinstance(found, str):
        return _matches(found, wanted)
    return found == wanted


def _matches(text: str, pattern: Wildcard) -> bool:
    if pattern.open_start and pattern.open_end:
        return pattern.text in text
    if pattern.open_start:
        return text.endswith(pattern.text)
    return text.startswith(pattern.text)


def _has(found: Scalar, wanted: Value) -> bool:
    return isinstance(found, str) and isinstance(wanted, str) and wanted.lower() in found.lower()
