"""Turning pages on PostgreSQL gives every row once, in the order asked for, ties and nulls included."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.paging import Keyset, Order, Page, order_of
from chassis.testing.servers import Postgres


class Tables(DeclarativeBase):
    """Apart from those of services."""


class Entry(Tables):
    __tablename__ = "entries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    number: Mapped[int]
    due_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))


COLUMNS = {"title": Entry.title, "number": Entry.number, "due_at": Entry.due_at}
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def connection(postgres: Postgres) -> AsyncIterator[AsyncConnection]:
    """A connection with a hundred rows full of ties and nulls, gone with its transaction."""
    random = Random(7)  # noqa: S311 (data)
    engine = create_async_engine(postgres.url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.connect() as connection:
        await connection.run_sync(Tables.metadata.create_all)
        await connection.execute(
            sa.insert(Entry),
            [
                {
                    "id": UUID(int=random.getrandbits(128)),
                    "title": random.choice(["a", "B", "ą", "", "it's", "100%"]),
                    "number": random.choice([-1, 0, 7, 2**31 - 1]),
                    "due_at": random.choice([None, START, START + timedelta(microseconds=1)]),
                }
                for _ in range(100)
            ],
        )
        yield connection
        await connection.rollback()
    await engine.dispose()


@pytest.mark.parametrize("size", [1, 7, 100, 200])
@pytest.mark.parametrize(
    "order_by",
    [
        "title",
        "number desc",
        "due_at",
        "due_at desc",
        "due_at desc, title",
        "title desc, due_at",
        "number, due_at desc",
    ],
)
async def test_all_pages_together_are_the_list(connection: AsyncConnection, order_by: str, size: int) -> None:
    order = order_of(order_by, COLUMNS, default="title", unique=Entry.id)
    expected = (await connection.execute(_ordered(order))).all()
    keyset, token = Keyset(order), ""
    found: list[sa.Row[UUID, str, int, datetime | None]] = []
    while True:
        page = Page(size, token)
        rows = (await connection.execute(keyset.select(_entries(), page))).all()
        items, token = keyset.cut(rows, page)
        found += items
        assert len(items) <= size
        if not token:
            break
    assert found == expected


async def test_rows_added_before_the_place_reached_do_not_shift_the_next_page(
    connection: AsyncConnection,
) -> None:
    keyset = Keyset(order_of("number", COLUMNS, default="number", unique=Entry.id))
    first = Page(10, "")
    items, token = keyset.cut((await connection.execute(keyset.select(_entries(), first))).all(), first)
    await connection.execute(sa.insert(Entry).values(id=UUID(int=0), title="new", number=-5, due_at=None))
    second = Page(10, token)
    more, _ = keyset.cut((await connection.execute(keyset.select(_entries(), second))).all(), second)
    assert not {row.id for row in items} & {row.id for row in more}
    assert UUID(int=0) not in {row.id for row in more}


async def test_an_order_over_what_is_never_null_is_one_comparison_that_an_index_serves() -> None:
    keyset = Keyset(order_of("number", COLUMNS, default="number", unique=Entry.id))
    row = Entry(id=UUID(int=1), title="a", number=1, due_at=None)
    _, token = keyset.cut([row, row], Page(1, ""))
    text = str(keyset.select(_entries(), Page(1, token)))
    assert "(entries.number, entries.id) > (" in text


def _entries() -> sa.Select[UUID, str, int, datetime | None]:
    return sa.select(Entry.id, Entry.title, Entry.number, Entry.due_at)


def _ordered(order: list[Order]) -> sa.Select[UUID, str, int, datetime | None]:
    return _entries().order_by(*(column.desc() if down else column.asc() for column, down in order))
