"""The smaller rules: priority, numbers, custom values, texts, grants, changes, moments."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain import shipped
from tickets.domain.changes import Change, custom_values, differences
from tickets.domain.fields import Definition, check_values, merge_values, missing_fields, size_problem
from tickets.domain.grants import scopes_of
from tickets.domain.numbers import Block, format_number, parse_number
from tickets.domain.occasion import occurred_problem
from tickets.domain.priority import LEVELS, PRIORITIES, priority_of, rank
from tickets.domain.texts import cut_utf8, one_line, tags_problem, text_problem

WEIGHT = {"high": 2, "medium": 1, "low": 0}


@pytest.mark.parametrize("impact", LEVELS)
@pytest.mark.parametrize("urgency", LEVELS)
def test_the_shipped_matrix_is_the_one_of_the_documents(impact: str, urgency: str) -> None:
    expected = {4: "critical", 3: "high", 0: "low"}.get(WEIGHT[impact] + WEIGHT[urgency], "medium")
    assert priority_of(shipped.MATRIX, impact, urgency) == expected


def test_a_pair_without_a_row_is_medium() -> None:
    assert priority_of({}, "high", "high") == "medium"


@given(st.sampled_from(PRIORITIES), st.sampled_from(PRIORITIES))
def test_worse_comes_first(one: str, other: str) -> None:
    assert (rank(one) < rank(other)) == (PRIORITIES.index(one) < PRIORITIES.index(other))
    assert rank("unknown") > rank(one)


@given(st.sampled_from([prefix for _, _, prefix in shipped.TYPES]), st.integers(1, 10**17))
def test_a_number_is_read_as_it_was_written(prefix: str, sequence: int) -> None:
    text = format_number(prefix, sequence)
    assert parse_number(f" {text.lower()} ") == (prefix, sequence)


@pytest.mark.parametrize("text", ["", "INC", "INC-", "INC-0", "INC-01", "42", "I-7", "INC-7x", "INC-٤"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


@given(st.integers(0, 1000), st.integers(0, 60))
def test_a_block_gives_each_number_once_and_then_none(first: int, size: int) -> None:
    block = Block(first, first + size)
    taken = [block.take() for _ in range(size)]
    assert taken == list(range(first, first + size))
    assert block.left == 0
    with pytest.raises(ValueError, match="used up"):
        block.take()


FIELDS = {
    "note": Definition("note", "Note", "text"),
    "count": Definition("count", "Count", "number"),
    "due": Definition("due", "Due", "date"),
    "size": Definition("size", "Size", "choice", ("s", "m")),
    "sizes": Definition("sizes", "Sizes", "choices", ("s", "m")),
    "agreed": Definition("agreed", "Agreed", "checkbox"),
    "boss": Definition("boss", "Boss", "person"),
}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "note": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
            "count": st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False),
            "due": st.dates().map(date.isoformat),
            "size": st.sampled_from(["s", "m"]),
            "sizes": st.lists(st.sampled_from(["s", "m"])),
            "agreed": st.booleans(),
        },
    )
)
def test_good_values_are_taken_as_they_are(values: dict[str, object]) -> None:
    assert check_values(FIELDS, values) == (values, [])


@pytest.mark.parametrize(
    ("slug", "value"),
    [
        ("note", 7),
        ("note", "a\0b"),
        ("note", "x" * 10_001),
        ("count", "7"),
        ("count", True),
        ("count", float("nan")),
        ("count", float("inf")),
        ("due", "31.03.2026"),
        ("due", "2026-02-30"),
        ("size", "xl"),
        ("sizes", "s"),
        ("sizes", ["s", "xl"]),
        ("sizes", [["s"]]),
        ("agreed", "yes"),
        ("agreed", 1),
        ("boss", 7),
        ("unheard", "of"),
    ],
)
def test_a_bad_value_is_named(slug: str, value: object) -> None:
    checked, problems = check_values(FIELDS, {slug: value})
    assert checked == {}
    assert [field for field, _ in problems] == [f"fields.{slug}"]


def test_all_bad_values_are_named_at_once() -> None:
    _, problems = check_values(FIELDS, {"note": 1, "count": "x", "size": "m", "ghost": None})
    assert [field for field, _ in problems] == ["fields.note", "fields.count", "fields.ghost"]


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers()),
    st.dictionaries(st.sampled_from("abc"), st.none() | st.integers()),
)
def test_merged_values_are_the_new_ones_over_the_old(
    present: dict[str, int], changes: dict[str, int | None]
) -> None:
    merged = merge_values(present, changes)
    for slug in "abc":
        expected = changes[slug] if slug in changes else present.get(slug)
        assert merged.get(slug) == expected
        assert (slug in merged) == (expected is not None)


def test_values_are_bounded_together() -> None:
    assert size_problem({"a": "x" * 50_000, "b": 7, "c": ["x"]}) is None
    assert size_problem({"a": "x" * 50_000, "b": "y"}) == "must have at most 50000 characters together"


def test_what_is_required_must_hold_something() -> None:
    assert missing_fields(["a", "b", "c", "d"], {"a": "x", "b": "", "c": [], "d": False}) == ["b", "c"]


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers()),
    st.dictionaries(st.sampled_from("abc"), st.integers()),
)
def test_differences_are_what_differs(before: dict[str, int], after: dict[str, int]) -> None:
    changes = differences(before, after)
    assert {change.field for change in changes} == {name for name in after if before.get(name) != after[name]}
    assert {**before, **{change.field: change.new for change in changes}} == {**before, **after}


def test_custom_values_are_told_under_their_path() -> None:
    before, after = custom_values({"a": 1}, ["a", "b"]), custom_values({"b": ["x"]}, ["a", "b"])
    assert differences(before, after) == [Change("fields.a", 1, None), Change("fields.b", None, ["x"])]


@given(st.text())
def test_one_line_is_one_printable_line(text: str) -> None:
    line = one_line(text, 40)
    assert len(line) <= 40
    assert line == "" or line.isprintable()
    assert line == line.strip()


@given(st.text(), st.integers(0, 60))
def test_a_cut_text_fits_and_is_a_beginning(text: str, limit: int) -> None:
    text = text.encode("utf-8", "ignore").decode()
    cut = cut_utf8(text, limit)
    assert text.startswith(cut)
    assert len(cut.encode()) <= limit
    if cut != text:
        following = text[len(cut)]
        assert len((cut + following).encode()) > limit


def test_texts_are_refused_with_a_reason() -> None:
    assert text_problem("fine", limit=4) is None
    assert text_problem("", limit=4) is None
    assert text_problem(" \n", limit=4, required=True) == "must not be empty"
    assert text_problem("a\0", limit=4) == "must not hold the character NUL"
    assert text_problem("12345", limit=4) == "must have at most 4 characters"
    assert tags_problem(["a"] * 51) == "must be at most 50"
    assert tags_problem(["a", " "]) == "each must not be empty"
    assert tags_problem(["a" * 101]) == "each must have at most 100 characters"


def test_grants_reach_as_far_as_they_say() -> None:
    permissions = {"agent": ["tickets.read", "tickets.update"], "requester": ["tickets.create"]}
    grants = [
        {"role": "requester", "process": "", "queue": ""},
        {"role": "agent", "process": "it", "queue": "network"},
        {"role": "agent", "process": "hr", "queue": ""},
        {"role": "unknown", "process": "", "queue": ""},
    ]
    assert scopes_of(grants, permissions) == {
        "tickets.create",
        "tickets.read:it/network",
        "tickets.update:it/network",
        "tickets.read:hr",
        "tickets.update:hr",
    }


NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@given(st.timedeltas(timedelta(0), timedelta(days=400)), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_what_happened_lies_between_the_ticket_and_now(age: timedelta, back: timedelta) -> None:
    problem = occurred_problem(NOW - back, now=NOW, created_at=NOW - age)
    assert (problem is None) == (back <= age)
    assert occurred_problem(NOW - back, now=NOW) is None
    if back:
        assert occurred_problem(NOW + back, now=NOW) == "must not be in the future"
