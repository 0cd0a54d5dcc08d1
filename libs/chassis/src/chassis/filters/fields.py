"""Which fields a filter may name: each service's own table, handed to the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import SQLColumnExpression


class FieldType(StrEnum):
    """What the values of a field are."""

    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"
    TIMESTAMP = "timestamp"
    # A list of text: only ``:`` applies.
    LIST = "list"
    # Another resource, written as id or key: equal or not, nothing between.
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table.

    :param type: what its values are.
    :param columns: the column that holds it; for a reference the columns of its id and its key, one of which must be equal.
        Text that is no UUID never equals a UUID column. Empty where a filter is only decided over values.
    :param values: when given, the only texts that make sense; another is refused instead of finding nothing.
    """

    type: FieldType
    columns: tuple[SQLColumnExpression[Any], ...] = ()
    values: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The fields by name, and those that are found by their name only when asked for (``fields.cost_centre``)."""

    fields: Mapping[str, Field]
    find: Callable[[str], Field | None] | None = None

    def get(self, name: str) -> Field | None:
        """The field of a name, or None."""
        found = self.fields.get(name)
        if found is None and self.find is not None:
            found = self.find(name)
        return found

    def names(self) -> list[str]:
        """The names that are always there, sorted."""
        return sorted(self.fields)
