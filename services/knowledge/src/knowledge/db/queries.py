"""Questions to the tables of knowledge that are more than a look-up by id."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR, insert

from chassis import search
from chassis.db import Tx
from knowledge.db.tables import Article, Category, Counter, Term

# A misspelt word is compared with the words that share most pieces with it.
_CANDIDATES = 200


class Hit(NamedTuple):
    """An article that a search found, with its rank (higher is better)."""

    article: Article
    rank: float


async def next_number(tx: Tx, kind: str) -> int:
    """The next number of a kind in the tenant, from 1; other writers of the kind wait for this transaction."""
    taken = insert(Counter).values(tenant_id=tx.tenant_id, kind=kind, last=1)
    taken = taken.on_conflict_do_update(
        index_elements=[Counter.tenant_id, Counter.kind], set_={"last": Counter.last + 1}
    )
    return int((await tx.execute(taken.returning(Counter.last))).scalar_one())


async def category_by_reference(tx: Tx, reference: str, category_id: UUID | None) -> Category | None:
    """A category by its id, or by its slug."""
    is_it = Category.id == category_id if category_id is not None else Category.slug == reference
    return (await tx.execute(sa.select(Category).where(is_it))).scalar_one_or_none()


async def categories(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Category]:
    """Categories by id."""
    found = await tx.execute(sa.select(Category).where(Category.id.in_(set(ids))))
    return {category.id: category for category in found.scalars()}


async def article_by_number(tx: Tx, number: int) -> Article | None:
    """An article by the number that people say."""
    return (await tx.execute(sa.select(Article).where(Article.number == number))).scalar_one_or_none()


async def article_of_ticket(tx: Tx, ticket_id: UUID) -> Article | None:
    """The article that was written from a ticket."""
    return await tx.scalar(sa.select(Article).where(Article.source_ticket_id == ticket_id))


async def lock_article_of_ticket(tx: Tx, ticket_id: UUID) -> None:
    """Lets one transaction at a time write the article of a ticket."""
    key = f"article of {tx.tenant_id}/{ticket_id}"
    await tx.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(key, 0))))


async def find(
    tx: Tx,
    *,
    question: str,
    languages: Sequence[str],
    reads_agents: bool,
    team_ids: Collection[UUID],
    limit: int,
    after: tuple[float, UUID] | None,
) -> list[Hit]:
    """Published articles that answer a ``tsquery``, best first, continued behind `after` (rank, id).

    Goes through a function of the definer role: row security would keep the full-text index from being used.
    """
    rank, article_id = after or (None, None)
    found = sa.func.search_articles(
        sa.literal(tx.tenant_id, sa.Uuid),
        sa.literal(question, sa.Text),
        sa.literal(list(languages), ARRAY(sa.Text)),
        sa.literal(reads_agents, sa.Boolean),
        sa.literal(list(team_ids), ARRAY(sa.Uuid)),
        sa.literal(limit, sa.Integer),
        sa.literal(rank, sa.Double),
        sa.literal(article_id, sa.Uuid),
    ).table_valued(sa.column("id", sa.Uuid), sa.column("rank", sa.Double))
    rows = await tx.execute(
        sa.select(Article, found.c.rank)
        .join(found, found.c.id == Article.id)
        .order_by(found.c.rank.desc(), Article.id)
    )
    return [Hit(article, float(rank)) for article, rank in rows]


async def store_vector(tx: Tx, article_id: UUID, vector: str) -> None:
    """Put an article's search vector in place."""
    value = sa.cast(sa.literal(vector, sa.Text), TSVECTOR)
    stored = sa.update(Article).where(Article.id == article_id).values(search=value)
    await tx.execute(stored.execution_options(synchronize_session=False))


async def count_terms(tx: Tx, *, gone: Collection[str], come: Collection[str]) -> None:
    """Tell the table of terms which forms an article lost and which it gained."""
    if gone:
        await tx.execute(sa.update(Term).where(Term.term.in_(gone)).values(articles=Term.articles - 1))
        await tx.execute(sa.delete(Term).where(Term.term.in_(gone), Term.articles <= 0))
    if come:
        rows = [
            {
                "tenant_id": tx.tenant_id,
                "term": term,
                "articles": 1,
                "trigrams": _trigrams(tx.tenant_id, term),
            }
            for term in sorted(come)
        ]
        counted = insert(Term).values(rows)
        await tx.execute(
            counted.on_conflict_do_update(
                index_elements=[Term.tenant_id, Term.term], set_={"articles": Term.articles + 1}
            )
        )


def _trigrams(tenant_id: UUID, term: str) -> list[str]:
    return search.trigrams(tenant_id, term) if search.is_mendable(term) else []


async def known_terms(tx: Tx, terms: Collection[str]) -> Mapping[str, int]:
    """In how many published articles each of these forms stands; absent where in none."""
    found = await tx.execute(sa.select(Term.term, Term.articles).where(Term.term.in_(terms)))
    return {term: int(count) for term, count in found}


async def near_terms(tx: Tx, word: str) -> list[str]:
    """Terms that share pieces with a word."""
    pieces = search.trigrams(tx.tenant_id, word)
    length = len(word)
    found = await tx.execute(
        sa.select(Term.term)
        .where(Term.trigrams.overlap(pieces), sa.func.length(Term.term).between(length - 2, length + 2))
        .limit(_CANDIDATES)
    )
    return list(found.scalars())
