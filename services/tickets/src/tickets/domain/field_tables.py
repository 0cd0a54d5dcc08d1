"""The table of the fields that filters over tickets may name, as it is told to others."""

from collections.abc import Sequence

MOST_CHARACTERS = 400_000
"""Of all closed values together: the table travels in one event."""

FieldRow = dict[str, object]
"""{"name", "title", "type", "values", "kind", "active"} of a field; no values: any."""


def fitting(rows: Sequence[FieldRow]) -> list[FieldRow]:
    """The rows in the order of their names; where their values are too many together, the longest lists are left open."""
    ordered = sorted(rows, key=lambda row: str(row["name"]))
    sizes = {str(row["name"]): sum(len(value) + 4 for value in _values(row)) for row in ordered}
    left_open: set[str] = set()
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        if sum(sizes[one] for one in sizes.keys() - left_open) <= MOST_CHARACTERS:
            break
        left_open.add(name)
    return [{**row, "values": []} if row["name"] in left_open else row for row in ordered]


def _values(row: FieldRow) -> Sequence[str]:
    values = row["values"]
    assert isinstance(values, list)  # a row has them
    return values
