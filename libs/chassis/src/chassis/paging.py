"""Pages of lists by keyset: the token says where the last page ended, so a page costs the same however deep.

A token is opaque base64 of JSON. It is bound to the order and the filter it was made for and grants nothing: the
query's own conditions, row security among them, hold for every page.

    keyset = Keyset(order_of(request.order_by, COLUMNS, default="created_at desc", unique=Row.id), request.filter)
    rows = (await tx.scalars(keyset.select(statement, page))).all()
    items, next_page_token = keyset.cut(rows, page)
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, SmallInteger, and_, false, literal, or_, tuple_
from sqlalchemy.sql.expression import SQLColumnExpression

from chassis.errors import BadRequest, FieldError, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Select

DEFAULT_SIZE: Final = 25
MAX_SIZE: Final = 200
_MAX_TOKEN_CHARS: Final = 4_096

Value = None | bool | int | float | str | Decimal | datetime | date | UUID
Order = tuple[SQLColumnExpression[object], bool]
"""A column and whether it goes down."""
S = TypeVar("S", bound="Select[*tuple[Any, ...]]")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """What a List asks for: how many, and from where (empty: the beginning)."""

    size: int
    token: str


class ListRequest(Protocol):
    """A request message of a List rpc."""

    page_size: int
    page_token: str


def page_of(request: ListRequest) -> Page:
    """The page that a List request asks for; no size means 25. Raises InvalidInput for a size outside 1 to 200."""
    size = request.page_size or DEFAULT_SIZE
    if not 1 <= size <= MAX_SIZE:
        raise InvalidInput([FieldError("page_size", f"must be 1 to {MAX_SIZE}")])
    return Page(size, request.page_token)


def order_of(
    text: str,
    columns: Mapping[str, SQLColumnExpression[object]],
    *,
    default: str,
    unique: SQLColumnExpression[object],
) -> list[Order]:
    """The order that an `order_by` names ("created_at desc, number"), then `unique`, which goes the way of the last.

    Raises InvalidInput for an unknown column or direction, or a column named twice.
    """
    order: dict[str, Order] = {}
    for part in (text.strip() or default).split(","):
        match part.split():
            case [name, *direction] if name in columns and name not in order:
                if direction not in ([], ["asc"], ["desc"]):
                    raise _bad_order(columns)
                order[name] = (columns[name], direction == ["desc"])
            case _:
                raise _bad_order(columns)
    named = list(order.values())
    return [*named, (unique, named[-1][1])]


class Keyset:
    """One order of one list. `bound_to` is all else that chooses the rows (filter, words searched, parent)."""

    def __init__(self, order: Sequence[Order], bound_to: str = "") -> None:
        self._columns = [(_element(column), down) for column, down in order]
        self._names = [_name(column) for column, _ in order]
        text = json.dumps([[str(column), down] for column, down in self._columns] + [bound_to])
        self._hash = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:9]).decode()

    def select(self, statement: S, page: Page) -> S:
        """The statement in this order, from where the token ends, with one row more than the page holds.

        Raises BadRequest for a token that is malformed or of another list.
        """
        if page.token:
            statement = statement.where(self._after(self._values(page.token)))
        return self._ordered(statement, page)

    def parts(self, statement: S, page: Page) -> list[S]:
        """The same as statements to be asked one after the other, until the page is full.

        For lists that an index serves whose first column may be null: a value and none are two places of the index, and
        what asks for both at once goes through all that was shown before. Raises BadRequest as `select` does.
        """
        values = self._values(page.token) if page.token else []
        (first, down), *rest = self._columns
        one_way = not down and not any(each or _nullable(column) for column, each in rest)
        if not values or values[0] is None or not one_way or not getattr(first, "nullable", False):
            return [self.select(statement, page)]
        return [
            self._ordered(statement.where(self._row_after(values)), page),
            self._ordered(statement.where(first.is_(None)), page),
        ]

    def _ordered(self, statement: S, page: Page) -> S:
        ordered = (column.desc() if down else column.asc() for column, down in self._columns)
        return statement.order_by(*ordered).limit(page.size + 1)

    def cut(
        self, rows: Sequence[T], page: Page, values: Callable[[T], Sequence[Value]] | None = None
    ) -> tuple[list[T], str]:
        """The rows of the page and the token of the next (empty: this is the last).

        `values` tells a row's values of the ordering columns, where they are not attributes of their names.
        """
        items = list(rows[: page.size])
        if len(rows) <= page.size:
            return items, ""
        last = items[-1]
        found = [getattr(last, name) for name in self._names] if values is None else values(last)
        document = json.dumps([self._hash, *map(_written, found)], separators=(",", ":"), ensure_ascii=False)
        return items, base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")

    def _values(self, token: str) -> list[Value]:
        if len(token) > _MAX_TOKEN_CHARS:
            raise _bad_token()
        try:
            document = json.loads(base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True))
            bound, *written = document
            values = [_read(tag, text) for tag, text in written]
        except (ValueError, TypeError, InvalidOperation, RecursionError) as error:
            raise _bad_token() from error
        if bound != self._hash or len(values) != len(self._columns):
            raise _bad_token()
        if not all(_fits(value, column) for value, (column, _) in zip(values, self._columns, strict=True)):
            raise _bad_token()
        return values

    def _row_after(self, values: Sequence[Value]) -> ColumnElement[bool]:
        """What comes after these values in an order of one direction, as one place of an index; no row with a null does."""
        left = tuple_(*(column for column, _ in self._columns))
        right = tuple_(
            *(literal(value, column.type) for value, (column, _) in zip(values, self._columns, strict=True))
        )
        return left < right if self._columns[0][1] else left > right

    def _after(self, values: Sequence[Value]) -> ColumnElement[bool]:
        """What comes after these values; nulls stand where PostgreSQL puts them: last going up, first going down."""
        directions = {down for _, down in self._columns}
        # Going down the nulls are behind us, and no row that has one compares.
        without_nulls = (
            None not in values
            if directions == {True}
            else not any(_nullable(column) for column, _ in self._columns)
        )
        if len(directions) == 1 and without_nulls:
            return self._row_after(values)
        pairs = [(column, down, value) for (column, down), value in zip(self._columns, values, strict=True)]
        return or_(
            *(
                and_(
                    *(_equal(column, value) for column, _, value in pairs[:place]),
                    _beyond(column, value, down=down),
                )
                for place, (column, down, value) in enumerate(pairs)
            )
        )


def _element(column: SQLColumnExpression[object]) -> ColumnElement[object]:
    """The column itself, where an attribute of a mapped class stands for it."""
    clause = getattr(column, "__clause_element__", None)
    found = column if clause is None else clause()
    assert isinstance(found, ColumnElement)
    return found


def _name(column: SQLColumnExpression[object]) -> str:
    return str(getattr(column, "key", None) or "")


def _nullable(column: ColumnElement[object]) -> bool:
    return bool(getattr(column, "nullable", True))


def _equal(column: ColumnElement[object], value: Value) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == literal(value, column.type)


def _beyond(column: ColumnElement[object], value: Value, *, down: bool) -> ColumnElement[bool]:
    if value is None:
        return column.is_not(None) if down else false()
    other = literal(value, column.type)
    if down:
        return column < other
    return or_(column > other, column.is_(None)) if _nullable(column) else column > other


def _written(value: Value) -> tuple[str, object]:
    match value:
        case None | bool() | int() | float() | str():
            return "", value
        case datetime():
            return "t", value.isoformat()
        case date():
            return "d", value.isoformat()
        case UUID():
            return "u", value.hex
        case Decimal():
            return "n", str(value)


def _read(tag: object, text: object) -> Value:
    match tag, text:
        case "", None | bool() | int() | float():
            return text
        case "", str():
            text.encode()  # a lone surrogate raises UnicodeEncodeError, a ValueError
            if "\0" in text:
                raise ValueError("NUL")
            return text
        case "t", str():
            at = datetime.fromisoformat(text)
            if at.tzinfo is None:
                raise ValueError("a time without its zone")
            return at
        case "d", str():
            return date.fromisoformat(text)
        case "u", str():
            return UUID(text)
        case "n", str():
            return Decimal(text)
        case _:
            raise ValueError("unknown kind of value")


def _fits(value: Value, column: ColumnElement[object]) -> bool:
    """Whether the database would take the value for this column, so that a forged token never reaches it."""
    if value is None:
        return _nullable(column)
    kind = column.type.python_type
    if kind in {float, Decimal}:
        return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if type(value) is not kind:
        return False
    if isinstance(value, int) and not isinstance(value, bool):
        bits = 15 if isinstance(column.type, SmallInteger) else 31 if type(column.type) is Integer else 63
        return bool(-(2**bits) <= value < 2**bits)
    return True


def _bad_token() -> BadRequest:
    return BadRequest("The page token is malformed or belongs to another list.", reason="BAD_PAGE_TOKEN")


def _bad_order(columns: Mapping[str, SQLColumnExpression[object]]) -> InvalidInput:
    known = ", ".join(sorted(columns))
    return InvalidInput([FieldError("order_by", f"takes {known}, each once, with asc or desc after it")])
