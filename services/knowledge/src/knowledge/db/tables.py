"""The tables of knowledge."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantCopy, TenantRow
from knowledge.db.base import Base


class Tenant(TenantCopy, Base):
    """Copy of the gateway's row; `id` is the tenant's."""

    __tablename__ = "tenants"

    slug: Mapped[str]
    languages: Mapped[list[str]]
    backfilled_at: Mapped[datetime | None]
    """When the copy was filled by asking the gateway, beside what its events tell."""


class Category(TenantRow, Base):
    """A shelf of articles; `parent_id` makes a hierarchy."""

    __tablename__ = "categories"

    slug: Mapped[str]
    name: Mapped[str]
    parent_id: Mapped[UUID | None]


class Article(TenantRow, Base):
    """An article in one language. `body` is Markdown."""

    __tablename__ = "articles"

    number: Mapped[int] = mapped_column(sa.BigInteger)
    title: Mapped[str]
    body: Mapped[str]
    language: Mapped[str]
    category_id: Mapped[UUID | None]
    visibility: Mapped[str]
    team_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    state: Mapped[str]
    author_kind: Mapped[str]
    author_id: Mapped[str]
    author_name: Mapped[str]
    published_at: Mapped[datetime | None]
    source_ticket_id: Mapped[UUID | None] = mapped_column(default=None)
    """The ticket that it was written from; one article of each at most."""
    search: Mapped[str] = mapped_column(TSVECTOR, server_default="", deferred=True)


class ArticleVersion(TenantRow, Base):
    """An article as it was after one change; never altered."""

    __tablename__ = "article_versions"

    article_id: Mapped[UUID]
    article_version: Mapped[int] = mapped_column(sa.BigInteger)
    title: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    visibility: Mapped[str]
    changed_by_id: Mapped[str]
    changed_by_name: Mapped[str]


class Term(Base):
    """A form of a word and in how many published articles it stands: rare ones tell most, near ones mend slips."""

    __tablename__ = "terms"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    term: Mapped[str] = mapped_column(primary_key=True)
    articles: Mapped[int] = mapped_column(sa.BigInteger)
    trigrams: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))


class Counter(Base):
    """The last number given out, per tenant and kind."""

    __tablename__ = "counters"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(sa.BigInteger)
