"""Lists of articles."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from chassis import filters
from chassis.context import current_caller
from chassis.db import Tx
from chassis.ids import parse_id
from chassis.paging import Keyset, Page, order_of
from knowledge.app.articles import reader_of
from knowledge.db import queries
from knowledge.db.tables import Article, Category
from knowledge.domain import articles as rules

_CATEGORY_SLUG = (
    sa.select(Category.slug)
    .where(Category.tenant_id == Article.tenant_id, Category.id == Article.category_id)
    .scalar_subquery()
)
FIELDS = filters.FieldTable(
    {
        "title": filters.Field(filters.FieldType.STRING, (Article.title,)),
        "language": filters.Field(filters.FieldType.STRING, (Article.language,)),
        "state": filters.Field(filters.FieldType.STRING, (Article.state,), frozenset(rules.STATES)),
        "visibility": filters.Field(
            filters.FieldType.STRING, (Article.visibility,), frozenset(rules.VISIBILITIES)
        ),
        "category": filters.Field(filters.FieldType.REFERENCE, (Article.category_id, _CATEGORY_SLUG)),
        "created_at": filters.Field(filters.FieldType.TIMESTAMP, (Article.created_at,)),
        "updated_at": filters.Field(filters.FieldType.TIMESTAMP, (Article.updated_at,)),
        "published_at": filters.Field(filters.FieldType.TIMESTAMP, (Article.published_at,)),
    }
)
ORDERS = {"created_at": Article.created_at, "updated_at": Article.updated_at, "title": Article.title}


async def list_articles(
    tx: Tx, *, page: Page, filter_text: str, order_by: str
) -> tuple[Sequence[Article], str]:
    """The articles that the caller may see, and the token of the next page.

    :raises BadRequest: a wrong filter or page token. :raises InvalidInput: a wrong order.
    """
    reader = reader_of(current_caller())
    clause = filters.to_sql(filters.check(filters.parse(filter_text), FIELDS), FIELDS)
    keyset = Keyset(order_of(order_by, ORDERS, default="updated_at desc", unique=Article.id), filter_text)
    statement = keyset.select(sa.select(Article).where(clause, _visible(reader)), page)
    return keyset.cut((await tx.scalars(statement)).all(), page)


def _visible(reader: rules.Reader) -> sa.ColumnElement[bool]:
    """`rules.may_see` as a condition."""
    if reader.writes:
        return sa.true()
    open_to = [rules.PUBLIC, rules.REQUESTERS, *([rules.AGENTS] if reader.reads_agents else [])]
    team_ids = [parse_id(team, "teams") for team in sorted(reader.team_ids)]
    seen = sa.or_(Article.visibility.in_(open_to), Article.team_ids.overlap(team_ids)) if team_ids else None
    return sa.and_(
        Article.state == rules.PUBLISHED,
        Article.visibility.in_(open_to) if seen is None else seen,
    )


async def categories_of(tx: Tx, articles: Sequence[Article]) -> dict[UUID, Category]:
    """The categories that some articles stand in, by id."""
    return await queries.categories(tx, [one.category_id for one in articles if one.category_id is not None])
