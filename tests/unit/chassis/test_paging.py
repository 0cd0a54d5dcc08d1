"""Page tokens: what they carry comes back as it was; what is not one of ours never reaches the database."""

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import BadRequest, InvalidInput
from chassis.paging import Keyset, Order, Page, order_of, page_of

ROWS = sa.Table(
    "rows",
    sa.MetaData(),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("price", sa.Numeric, nullable=True),
)
COLUMNS = {name: ROWS.c[name] for name in ("title", "number", "due_at")}
ALL: list[Order] = [(ROWS.c[name], False) for name in ("title", "number", "due_at", "price", "id")]


def request(size: int, token: str = "") -> SimpleNamespace:
    return SimpleNamespace(page_size=size, page_token=token)


def test_no_size_means_twenty_five() -> None:
    assert page_of(request(0)) == Page(25, "")


@pytest.mark.parametrize("size", [-1, 201, 2**31 - 1])
def test_a_size_outside_1_to_200_is_refused(size: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        page_of(request(size))
    assert refusal.value.errors[0].field == "page_size"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("number", True), ("id", True)]),
        ("title", [("title", False), ("id", False)]),
        (" due_at  desc , title asc", [("due_at", True), ("title", False), ("id", False)]),
    ],
)
def test_an_order_names_columns_and_ends_with_the_unique_one(
    text: str, expected: list[tuple[str, bool]]
) -> None:
    order = order_of(text, COLUMNS, default="number desc", unique=ROWS.c.id)
    assert [(column.key, down) for column, down in order] == expected  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text", ["nothing", "title up", "title, title", "title,", ",", "title desc desc", "id"]
)
def test_an_order_by_something_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        order_of(text, COLUMNS, default="title", unique=ROWS.c.id)
    assert refusal.value.errors[0].field == "order_by"


@given(
    title=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    number=st.integers(-(2**31), 2**31 - 1),
    due_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    price=st.none() | st.decimals(allow_nan=False, allow_infinity=False),
    row_id=st.uuids(),
)
def test_the_token_brings_back_the_values_it_was_made_of(
    title: str, number: int, due_at: datetime | None, price: Decimal | None, row_id: UUID
) -> None:
    row = SimpleNamespace(title=title, number=number, due_at=due_at, price=price, id=row_id)
    items, token = Keyset(ALL).cut([row, row], Page(1, ""))
    assert items == [row]
    assert Keyset(ALL)._values(token) == [title, number, due_at, price, row_id]


def test_the_last_page_has_no_token() -> None:
    row = SimpleNamespace(title="a", number=1, due_at=None, price=None, id=uuid4())
    assert Keyset(ALL).cut([row], Page(1, "")) == ([row], "")
    assert Keyset(ALL).cut([], Page(1, "")) == ([], "")


@pytest.mark.parametrize(
    "other", [Keyset(ALL, "state = open"), Keyset([(column, True) for column, _ in ALL]), Keyset(ALL[1:])]
)
def test_a_token_of_another_list_is_refused(other: Keyset) -> None:
    row = SimpleNamespace(title="a", number=1, due_at=None, price=None, id=uuid4())
    token = Keyset(ALL).cut([row, row], Page(1, ""))[1]
    with pytest.raises(BadRequest):
        other.select(sa.select(ROWS), Page(1, token))


@given(
    st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
)
def test_garbage_is_a_bad_request_and_nothing_else(token: str) -> None:
    if token:
        with pytest.raises(BadRequest):
            Keyset(ALL).select(sa.select(ROWS), Page(1, token))


@pytest.mark.parametrize(
    "values",
    [
        [["", "a"], ["", 2**31], ["", None], ["", None], ["u", "0" * 32]],
        [["", "a\0"], ["", 1], ["", None], ["", None], ["u", "0" * 32]],
        [["", "\ud800"], ["", 1], ["", None], ["", None], ["u", "0" * 32]],
        [["", None], ["", 1], ["", None], ["", None], ["u", "0" * 32]],
        [["", "a"], ["", True], ["", None], ["", None], ["u", "0" * 32]],
        [["", "a"], ["", 1.5], ["", None], ["", None], ["u", "0" * 32]],
        [["", "a"], ["", 1], ["t", "2026-01-01T00:00:00"], ["", None], ["u", "0" * 32]],
        [["", "a"], ["", 1], ["", "2026"], ["", None], ["u", "0" * 32]],
        [["", "a"], ["", 1], ["", None], ["n", "many"], ["u", "0" * 32]],
        [["", "a"], ["", 1], ["", None], ["", None], ["u", "short"]],
        [["", "a"], ["", 1], ["", None], ["", None]],
        [["x", "a"], ["", 1], ["", None], ["", None], ["u", "0" * 32]],
        [["", ["a"]], ["", 1], ["", None], ["", None], ["u", "0" * 32]],
    ],
)
def test_a_forged_value_never_reaches_the_database(values: list[list[object]]) -> None:
    keyset = Keyset(ALL)
    token = base64.urlsafe_b64encode(json.dumps([keyset._hash, *values]).encode()).decode()
    with pytest.raises(BadRequest):
        keyset.select(sa.select(ROWS), Page(1, token))
