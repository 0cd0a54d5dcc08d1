"""The filter language: what it takes, what it refuses and where, and what it means."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import BadRequest
from chassis.filters import Field, FieldTable, FieldType, check, evaluate, parse
from chassis.filters.evaluate import Values

TABLE = FieldTable(
    {
        "state": Field(FieldType.STRING, values=frozenset({"new", "open", "closed"})),
        "title": Field(FieldType.STRING),
        "queue": Field(FieldType.REFERENCE),
        "tags": Field(FieldType.LIST),
        "size": Field(FieldType.NUMBER),
        "urgent": Field(FieldType.BOOL),
        "created_at": Field(FieldType.TIMESTAMP),
    },
    find=lambda name: Field(FieldType.STRING) if name.startswith("fields.") else None,
)
TICKET: Values = {
    "state": "open",
    "title": "The VPN drops each hour",
    "queue": ("0197a000-0000-7000-8000-000000000001", "network"),
    "tags": ["vpn", "home office"],
    "size": 3,
    "urgent": True,
    "created_at": datetime(2026, 3, 1, 12, tzinfo=UTC),
    "fields.site": "Warsaw",
}


def holds(text: str, values: Values = TICKET) -> bool:
    return evaluate(check(parse(text), TABLE), values)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "state = open",
        "state=open",
        'state = "open" AND size >= 3',
        "state = 'open' size > 2.5",
        "state = closed OR size = 3",
        "queue = network",
        'queue = "0197A000-0000-7000-8000-000000000001"',
        "queue:network",
        "tags:vpn",
        'tags:"home office"',
        "NOT tags:office",
        "-tags:office",
        "title:vpn",
        'title = "The VPN*"',
        'title = "*hour"',
        'title = "*VPN drops*"',
        "title:*",
        "fields.site = Warsaw",
        "fields.cost = null",
        "fields.cost != 12",
        "title != null",
        "urgent = true",
        "created_at >= 2026-03-01T12:00:00Z",
        'created_at < "2026-03-01T14:00:00+01:00"',
        "created_at > 2026-02-28",
        "(state = new OR state = open) AND NOT (size < 3 OR urgent = false)",
        # OR binds tighter than AND, as AIP-160 says.
        "state = open OR state = new AND size = 3",
    ],
)
def test_a_true_filter_holds(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "state = new",
        "size = -3",
        "size < 3",
        "tags:VPN",
        "queue = applications",
        "queue = null",
        "queue != network",
        "fields.cost = 12",
        "fields.cost < z",
        "NOT fields.cost != 12",
        "title = 'The VPN'",
        "title = '%'",
        "created_at = 2026-03-01T12:00:01Z",
        "state = open OR state = new AND size = 4",
    ],
)
def test_a_false_filter_does_not_hold(text: str) -> None:
    assert not holds(text)


@pytest.mark.parametrize(
    ("text", "problem", "character"),
    [
        ("colour = red", "no field colour", 1),
        ("state = open AND colour = red", "no field colour", 18),
        ("state = shiny", "one of closed, new, open", 9),
        ("size = big", "is a number", 8),
        ("size = NaN", "is a number", 8),
        ("created_at > yesterday", "is a time", 14),
        ("urgent = maybe", "true or false", 10),
        ("tags = vpn", "is a list", 1),
        ("queue < network", "does not apply", 1),
        ("urgent > false", "does not apply", 1),
        ("title > 'a*'", "does not go with", 9),
        ("title < null", "null goes with", 1),
        ("state", "is expected", 6),
        ("state =", "a value is expected", 8),
        ("state = (open)", "a value is expected", 9),
        ('title = "open', "quotation mark", 9),
        ("(state = open", "not closed", 1),
        ("state = open)", "not expected", 13),
        ("AND state = open", "a field name is expected", 1),
        ("state == open", "written =, not ==", 7),
        ("state = open OR", "a comparison is expected", 16),
        ("NOT", "a comparison is expected", 4),
        ("title = 'a\0b'", "NUL", 9),
        ("(" * 40 + "size = 1" + ")" * 40, "nested", 34),
        (" ".join(["size = 1"] * 201), "more than 200", 1801),
        ("x" * 9000, "longer than", 8193),
    ],
)
def test_a_wrong_filter_is_refused_with_its_place(text: str, problem: str, character: int) -> None:
    with pytest.raises(BadRequest) as refusal:
        check(parse(text), TABLE)
    assert problem in refusal.value.detail
    assert f"(character {character})" in refusal.value.detail
    assert refusal.value.reason == "INVALID_FILTER"


@given(st.text(max_size=60))
def test_any_text_is_either_a_filter_or_a_bad_request(text: str) -> None:
    try:
        evaluate(check(parse(text), TABLE), TICKET)
    except BadRequest as refusal:
        assert "character" in refusal.detail  # noqa: PT017 - both ends are right; only another error is wrong


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30))
def test_a_quoted_text_is_found_as_it_is(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    if not (text.startswith("*") or text.endswith("*")):
        assert holds(f'title = "{quoted}"', {"title": text})
