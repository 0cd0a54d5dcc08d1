"""What the attributes of a configuration item may hold."""

import pytest

from cmdb.domain import classes, items

KNOWN = {one.slug: one for one in classes.SHIPPED_CLASSES}
SERVER = classes.attributes_of("server", KNOWN)


def test_a_class_has_the_attributes_of_its_ancestors() -> None:
    assert {"environment", "cpu_cores", "serial_number", "notes"} <= SERVER.keys()
    assert "environment" not in classes.attributes_of("laptop", KNOWN)


def test_every_shipped_class_has_a_parent_that_is_shipped() -> None:
    assert {one.parent for one in classes.SHIPPED_CLASSES} - {None} <= KNOWN.keys()


def test_a_class_that_descends_from_itself_ends() -> None:
    odd = {"a": classes.ItemClass("a", "A", "b", ()), "b": classes.ItemClass("b", "B", "a", ())}
    assert classes.attributes_of("a", odd) == {}


def test_right_attributes_have_no_problem() -> None:
    values = {
        "cpu_cores": 8,
        "environment": "production",
        "purchased_on": "2026-02-28",
        "notes": "",
        "model": None,
    }
    assert classes.problems(values, SERVER) == []


@pytest.mark.parametrize(
    ("slug", "value"),
    [
        ("colour", "red"),
        ("cpu_cores", "eight"),
        ("cpu_cores", True),
        ("cpu_cores", float("nan")),
        ("environment", "prod"),
        ("purchased_on", "2026-02-30"),
        ("purchased_on", "20260228"),
        ("notes", 7),
        ("notes", "a\0b"),
        ("notes", "x" * 2_001),
    ],
)
def test_a_wrong_attribute_is_named(slug: str, value: object) -> None:
    assert [field for field, _ in classes.problems({slug: value}, SERVER)] == [f"attributes.{slug}"]


@pytest.mark.parametrize(
    ("name", "state", "field"),
    [
        ("", "in_use", "name"),
        ("x" * 251, "in_use", "name"),
        ("a\0", "in_use", "name"),
        ("db01", "gone", "state"),
    ],
)
def test_a_wrong_name_or_state_is_named(name: str, state: str, field: str) -> None:
    assert [found for found, _ in items.problems(name=name, state=state)] == [field]
