"""Typing a filter against a table of fields: every mistake is told by field and place before anything runs."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from uuid import UUID

from chassis.filters.fields import Field, FieldTable, FieldType
from chassis.filters.parser import invalid
from chassis.filters.tree import (
    PRESENT,
    And,
    Comparison,
    Literal,
    Node,
    Not,
    Operator,
    Or,
    Test,
    TypedAnd,
    TypedNode,
    TypedNot,
    TypedOr,
    Value,
    Wildcard,
)

_ORDERED = {FieldType.STRING, FieldType.NUMBER, FieldType.TIMESTAMP}
_ORDER = {Operator.LESS, Operator.AT_MOST, Operator.GREATER, Operator.AT_LEAST}


def check(node: Node | None, table: FieldTable) -> TypedNode | None:
    """The filter with each value in the type of its field.

    :raises BadRequest: an unknown field, a value that is not of the field's type, or an operator that does not apply.
    """
    match node:
        case None:
            return None
        case And(items):
            return TypedAnd(tuple(_checked(item, table) for item in items))
        case Or(items):
            return TypedOr(tuple(_checked(item, table) for item in items))
        case Not(item):
            return TypedNot(_checked(item, table))
        case Comparison():
            return _comparison(node, table)


def _checked(node: Node, table: FieldTable) -> TypedNode:
    typed = check(node, table)
    assert typed is not None  # only an empty filter has no tree
    return typed


def _comparison(node: Comparison, table: FieldTable) -> Test:
    field = table.get(node.field)
    if field is None:
        known = ", ".join(table.names())
        raise invalid(f"there is no field {node.field}; there are {known}", node.position)
    literal = node.literal
    if literal.text == "null" and not literal.quoted:
        return _null(node)
    if node.operator is Operator.HAS and literal.text == "*" and not literal.quoted:
        return Test(node.field, Operator.HAS, PRESENT)
    if field.type is FieldType.LIST and node.operator is not Operator.HAS:
        raise invalid(f"{node.field} is a list; ask {node.field}:value", node.position)
    if node.operator in _ORDER and field.type not in _ORDERED:
        raise invalid(f"{node.operator} does not apply to {node.field}", node.position)
    value = _value(node, field)
    if isinstance(value, Wildcard) and node.operator in _ORDER:
        raise invalid(f"* does not go with {node.operator}", literal.position)
    operator = node.operator
    if operator is Operator.HAS and field.type is not FieldType.STRING:
        operator = Operator.EQUAL
    return Test(node.field, operator, value)


def _null(node: Comparison) -> Test:
    if node.operator not in {Operator.EQUAL, Operator.NOT_EQUAL}:
        raise invalid(f"null goes with = and !=, not with {node.operator}", node.position)
    return Test(node.field, node.operator, None)


def _value(node: Comparison, field: Field) -> Value:
    literal = node.literal
    match field.type:
        case FieldType.NUMBER:
            return _number(node.field, literal)
        case FieldType.BOOL:
            if literal.text in {"true", "false"}:
                return literal.text == "true"
            raise invalid(f"{node.field} is true or false, not {literal.text!r}", literal.position)
        case FieldType.TIMESTAMP:
            return _timestamp(node.field, literal)
        case FieldType.STRING | FieldType.LIST | FieldType.REFERENCE:
            return _text(node, field)


def _number(name: str, literal: Literal) -> float:
    try:
        number = float(literal.text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise invalid(f"{name} is a number, not {literal.text!r}", literal.position)
    return number


def _timestamp(name: str, literal: Literal) -> datetime:
    try:
        moment = datetime.fromisoformat(literal.text.upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        problem = f"{name} is a time (RFC 3339, UTC where no offset is given), not {literal.text!r}"
        raise invalid(problem, literal.position) from error


def _text(node: Comparison, field: Field) -> str | Wildcard:
    literal = node.literal
    if "\0" in literal.text:
        raise invalid(f"{node.field} can't hold the character NUL", literal.position)
    if field.type is FieldType.REFERENCE:
        return _canonical(literal.text)
    starred = literal.text.startswith("*") or literal.text.endswith("*")
    if starred and field.type is FieldType.STRING and node.operator is not Operator.HAS:
        inner = literal.text.removeprefix("*")
        return Wildcard(
            inner.removesuffix("*"),
            open_start=literal.text.startswith("*"),
            open_end=inner.endswith("*") or literal.text == "*",
        )
    exact = node.operator in {Operator.EQUAL, Operator.NOT_EQUAL}
    if field.values and exact and literal.text not in field.values:
        known = ", ".join(sorted(field.values))
        raise invalid(f"{node.field} is one of {known}, not {literal.text!r}", literal.position)
    return literal.text


def _canonical(text: str) -> str:
    """An id in the one spelling that all compare with; a key as it is."""
    try:
        return str(UUID(text))
    except ValueError:
        return text
