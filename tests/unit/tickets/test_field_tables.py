"""The table of fields as it is told to others."""

from tickets.domain.field_tables import MOST_CHARACTERS, FieldRow, fitting


def row(name: str, values: list[str]) -> FieldRow:
    """A choice of the tenant's own."""
    return {"name": name, "title": "", "type": "string", "values": values, "kind": "choice", "active": True}


def test_a_table_is_told_whole_in_the_order_of_names() -> None:
    b, a = row("fields.b", ["x"]), row("fields.a", ["y", "z"])
    assert fitting([b, a]) == [a, b]


def test_the_longest_lists_of_values_are_left_open_where_all_are_too_long_for_an_event() -> None:
    long = row("fields.long", ["x" * 1_000] * (MOST_CHARACTERS // 1_000))
    short = row("fields.short", ["y"])
    assert fitting([long, short]) == [{**long, "values": []}, short]
