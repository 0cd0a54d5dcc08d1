"""The trees of a filter: as it was written, and as it was checked against a table of fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Operator(StrEnum):
    """A comparison of a field with a value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    HAS = ":"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it was written; quoted text is never null, a number or a wildcard for presence."""

    text: str
    quoted: bool
    position: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field operator literal`` as it was written."""

    field: str
    operator: Operator
    literal: Literal
    position: int


@dataclass(frozen=True, slots=True)
class And:
    """Every item holds."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one item holds."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The item does not hold."""

    item: Node


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Text with ``*`` at its beginning, its end, or both; ``text`` is what stands between."""

    text: str
    open_start: bool
    open_end: bool


class Present:
    """Any value at all (``field:*``)."""

    __slots__ = ()


PRESENT = Present()

Value = str | float | bool | datetime | Wildcard | Present | None


@dataclass(frozen=True, slots=True)
class Test:
    """A checked comparison: the value has the type of the field. ``None`` asks for a missing value."""

    field: str
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class TypedAnd:
    """Every item holds."""

    items: tuple[TypedNode, ...]


@dataclass(frozen=True, slots=True)
class TypedOr:
    """At least one item holds."""

    items: tuple[TypedNode, ...]


@dataclass(frozen=True, slots=True)
class TypedNot:
    """The item does not hold."""

    item: TypedNode


Node = And | Or | Not | Comparison
TypedNode = TypedAnd | TypedOr | TypedNot | Test
