"""The two ways to decide a filter, by PostgreSQL and over values, give the same answer."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from chassis.filters import Field, FieldTable, FieldType, check, evaluate, parse, to_sql
from chassis.filters.evaluate import Values
from chassis.testing.servers import Postgres

ROWS = sa.Table(
    "rows_to_filter",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("title", sa.Text),
    sa.Column("queue_id", sa.Uuid),
    sa.Column("queue_key", sa.Text),
    sa.Column("tags", ARRAY(sa.Text)),
    sa.Column("size", sa.Numeric),
    sa.Column("urgent", sa.Boolean),
    sa.Column("created_at", sa.DateTime(timezone=True)),
)
TABLE = FieldTable(
    {
        "number": Field(FieldType.NUMBER, (ROWS.c.number,)),
        "title": Field(FieldType.STRING, (ROWS.c.title,)),
        "queue": Field(FieldType.REFERENCE, (ROWS.c.queue_id, ROWS.c.queue_key)),
        "tags": Field(FieldType.LIST, (ROWS.c.tags,)),
        "size": Field(FieldType.NUMBER, (ROWS.c.size,)),
        "urgent": Field(FieldType.BOOL, (ROWS.c.urgent,)),
        "created_at": Field(FieldType.TIMESTAMP, (ROWS.c.created_at,)),
    }
)
NETWORK = UUID("0197a000-0000-7000-8000-000000000001")
TEXTS = ["", "vpn", "VPN is down", "Żółw", "100%", "a_b", "*", "null", "b\\c", "it's"]
CONTENT: list[dict[str, object]] = [
    {
        "number": number,
        "title": [None, *TEXTS][number % 11],
        "queue_id": [None, NETWORK, UUID(int=7)][number % 3],
        "queue_key": [None, "network", "hr"][number % 3],
        "tags": [None, [], ["vpn"], ["vpn", "100%"]][number % 4],
        "size": [None, 0, 1, 2.5, -3][number % 5],
        "urgent": [None, True, False][number % 3],
        "created_at": [None, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)][
            (number // 3) % 3
        ],
    }
    for number in range(132)
]


@pytest.fixture(scope="module")
async def connection(postgres: Postgres) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(sa.make_url(postgres.url).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as opened, opened.begin() as transaction:
        await opened.execute(sa.text("CREATE SCHEMA filtered"))
        await opened.execute(sa.text("SET LOCAL search_path TO filtered"))
        await opened.run_sync(ROWS.metadata.create_all)
        await opened.execute(ROWS.insert(), CONTENT)
        yield opened
        await transaction.rollback()
    await engine.dispose()


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# A star is a wildcard, which does not go with an order.
WANTED = st.sampled_from([text for text in TEXTS if text != "*"])
COMPARISONS = st.one_of(
    st.builds("title {} {}".format, st.sampled_from(["=", "!=", "<", ">=", ":"]), WANTED.map(quoted)),
    st.builds("title = {}".format, st.sampled_from(['"vpn*"', '"*down"', '"*N i*"', '"a_*"', '"*%"'])),
    st.builds(
        "queue {} {}".format,
        st.sampled_from(["=", "!=", ":"]),
        st.sampled_from(["network", str(NETWORK), "no"]),
    ),
    st.builds("tags:{}".format, st.sampled_from(["vpn", '"100%"', "*", "v"])),
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["size", "number"]),
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        st.sampled_from(["0", "1", "2.5", "-3", "1e300"]),
    ),
    st.builds("urgent {} {}".format, st.sampled_from(["=", "!=", ":"]), st.sampled_from(["true", "false"])),
    st.builds(
        "created_at {} {}".format,
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        st.sampled_from(["2026-03-01T00:00:00Z", "2026-03-29T03:30:00+02:00", "2027-01-01"]),
    ),
    st.builds(
        "{} {} null".format,
        st.sampled_from(["title", "queue", "tags", "size", "urgent", "created_at"]),
        st.sampled_from(["=", "!="]),
    ),
    st.sampled_from(["title:*", "queue:*", "size:*"]),
)
FILTERS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds("NOT ({})".format, inner),
        st.builds("({}) AND ({})".format, inner, inner),
        st.builds("({}) OR ({})".format, inner, inner),
    ),
    max_leaves=6,
)


def values(row: dict[str, object]) -> Values:
    queue = [str(row[name]) for name in ("queue_id", "queue_key") if row[name] is not None]
    return {**row, "queue": queue}  # type: ignore[dict-item] # the columns hold what the fields say


def chosen(text: str) -> Sequence[int]:
    typed = check(parse(text), TABLE)
    return [int(str(row["number"])) for row in CONTENT if evaluate(typed, values(row))]


@given(text=FILTERS)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_sql_and_values_choose_the_same_rows(connection: AsyncConnection, text: str) -> None:
    clause = to_sql(check(parse(text), TABLE), TABLE)
    found = await connection.execute(sa.select(ROWS.c.number).where(clause).order_by(ROWS.c.number))
    assert list(found.scalars()) == chosen(text)
