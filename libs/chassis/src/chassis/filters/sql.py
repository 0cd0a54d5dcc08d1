"""Compiling a checked filter to SQL, without a NOT around anything that may be NULL, so that indexes still serve."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.filters.fields import Field, FieldTable, FieldType
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

Clause = sa.ColumnElement[bool]
# What stands for a column: the column of a table, an attribute of a mapped class, or an expression.
Column = sa.SQLColumnExpression[Any]

_OPPOSITE = {
    Operator.LESS: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.LESS,
    Operator.GREATER: Operator.AT_MOST,
    Operator.AT_MOST: Operator.GREATER,
}
_ORDER: dict[Operator, Callable[[Any, Any], Clause]] = {
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


def to_sql(node: TypedNode | None, table: FieldTable) -> Clause:
    """The condition of a checked filter, for a WHERE clause; NULL there counts as false, as WHERE takes it."""
    return sa.true() if node is None else _clause(node, table, negated=False)


def _clause(node: TypedNode, table: FieldTable, *, negated: bool) -> Clause:
    match node:
        case TypedNot(item):
            return _clause(item, table, negated=not negated)
        case TypedAnd(items) | TypedOr(items):
            clauses = [_clause(item, table, negated=negated) for item in items]
            return sa.and_(*clauses) if isinstance(node, TypedAnd) != negated else sa.or_(*clauses)
        case Test(name, op, value):
            field = table.get(name)
            if field is None or not field.columns:
                raise LookupError(name)
            return _test(field, op, value, negated=negated)


def _test(field: Field, op: Operator, value: Value, *, negated: bool) -> Clause:
    if value is None:
        return _missing(field, holds=(op is Operator.EQUAL) != negated)
    if isinstance(value, Present):
        return _missing(field, holds=negated)
    if op is Operator.NOT_EQUAL:
        op, negated = Operator.EQUAL, not negated
    if op in _ORDER:
        return _order(field, op, value, negated=negated)
    clauses = [_found(column, field.type, op, value) for column in field.columns]
    if not negated:
        return sa.or_(*(clause for clause in clauses if clause is not None), sa.false())
    return sa.and_(*(clause.is_not(sa.true()) for clause in clauses if clause is not None), sa.true())


def _missing(field: Field, *, holds: bool) -> Clause:
    if field.type is FieldType.LIST:
        size = sa.func.coalesce(sa.func.cardinality(field.columns[0]), 0)
        return size == 0 if holds else size > 0
    if holds:
        return sa.and_(*(column.is_(None) for column in field.columns))
    return sa.or_(*(column.is_not(None) for column in field.columns))


def _order(field: Field, op: Operator, value: Value, *, negated: bool) -> Clause:
    column = field.columns[0]
    compared: Any = sa.collate(column, "C") if field.type is FieldType.STRING else column
    if negated:
        return sa.or_(_ORDER[_OPPOSITE[op]](compared, _bound(value)), column.is_(None))
    return _ORDER[op](compared, _bound(value))


def _found(column: Column, kind: FieldType, op: Operator, value: Value) -> Clause | None:
    """The test of one column, or None where the value can't be one of the column's."""
    if isinstance(value, Wildcard):
        return _matches(column, value)
    if isinstance(getattr(column, "type", None), sa.Uuid):
        wanted = _uuid(value)
        return None if wanted is None else column == wanted
    if kind is FieldType.LIST:
        return column.contains([value])
    if op is Operator.HAS and isinstance(value, str):
        return sa.func.lower(column).contains(value.lower(), autoescape=True)
    return column == _bound(value)


def _matches(column: Column, pattern: Wildcard) -> Clause:
    if pattern.open_start and pattern.open_end:
        return column.contains(pattern.text, autoescape=True)
    if pattern.open_start:
        return column.endswith(pattern.text, autoescape=True)
    return column.startswith(pattern.text, autoescape=True)


def _bound(value: object) -> object:
    """Numbers go as double precision, so that any column of numbers can be compared with any of them."""
    is_number = isinstance(value, float) and not isinstance(value, bool)
    return sa.literal(value, sa.Double()) if is_number else value


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
