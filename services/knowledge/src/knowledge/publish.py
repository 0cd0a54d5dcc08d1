"""Events that leave knowledge."""

from __future__ import annotations

from datetime import UTC, datetime

from chassis import outbox
from chassis.context import current_caller
from chassis.db import Tx
from deskmesh.common.v1 import types_pb2
from deskmesh.knowledge.v1 import article_pb2, events_pb2
from knowledge.db.tables import Article, Category

# Texts in events are cut at 64 KiB.
_TEXT_BYTES = 64 * 1024


def article_message(article: Article, category: Category | None) -> article_pb2.Article:
    """An article as the contract shows it."""
    message = article_pb2.Article(
        id=str(article.id),
        number=f"KB-{article.number}",
        title=article.title,
        body=article.body,
        language=article.language,
        visibility=article.visibility,
        team_ids=[str(team) for team in article.team_ids],
        state=article.state,
        author=types_pb2.Actor(kind=article.author_kind, id=article.author_id, name=article.author_name),
        version=article.version,
    )
    if category is not None:
        message.category.CopyFrom(types_pb2.Ref(id=str(category.id), key=category.slug, name=category.name))
    message.created_at.FromDatetime(article.created_at)
    message.updated_at.FromDatetime(article.updated_at)
    if article.published_at is not None:
        message.published_at.FromDatetime(article.published_at)
    return message


def article_published(tx: Tx, *, article: Article, category: Category | None) -> None:
    """Tell that an article is published, or that a published one changed."""
    caller = current_caller()
    message = article_message(article, category)
    message.body = message.body.encode()[:_TEXT_BYTES].decode(errors="ignore")
    event = events_pb2.ArticlePublished(
        article=message, actor=types_pb2.Actor(kind=caller.kind, id=caller.subject, name=caller.name)
    )
    event.occurred_at.FromDatetime(datetime.now(UTC))
    outbox.add(tx, event, aggregate_id=article.id, version=article.version)
