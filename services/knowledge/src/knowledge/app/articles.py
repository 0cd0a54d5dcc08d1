"""Writing and reading articles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from chassis import search
from chassis.context import Caller, current_caller
from chassis.db import Tx, check_version, get_for_update
from chassis.errors import FieldError, Forbidden, InvalidInput, NotFound
from chassis.ids import is_id, new_id, parse_id
from knowledge import publish
from knowledge.db import queries
from knowledge.db.tables import Article, ArticleVersion, Tenant
from knowledge.domain import articles as rules


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as a caller writes it; `category` is an id or a slug, empty for none."""

    title: str
    body: str
    language: str
    category: str
    visibility: str
    team_ids: tuple[str, ...]
    state: str


async def create_article(tx: Tx, *, draft: Draft, source_ticket_id: UUID | None = None) -> Article:
    """Write a new article, published at once where the caller may.

    :param source_ticket_id: the ticket that it is written from. :raises InvalidInput: with each wrong field. :raises Forbidden: published without the permission.
    """
    tenant = await tx.get(Tenant, tx.tenant_id)
    languages = list(tenant.languages) if tenant else []
    draft = replace(draft, language=draft.language or (languages[0] if languages else "en"))
    category_id = await _category_id(tx, draft.category)
    content = _content(draft)
    _check(content, languages)
    caller = current_caller()
    if content.state == rules.PUBLISHED:
        _require_publish(caller)
    article = Article(
        id=new_id(),
        number=await queries.next_number(tx, "article"),
        category_id=category_id,
        author_kind=caller.kind,
        author_id=caller.subject,
        author_name=caller.name,
        source_ticket_id=source_ticket_id,
        **_columns(content),
    )
    tx.add(article)
    await _written(tx, article, languages, was_terms=frozenset())
    return article


async def create_article_of_ticket(tx: Tx, *, ticket_id: str, draft: Draft) -> Article:
    """Write the article of a ticket; the one that was written before where there is one, as it is now.

    It is in the tenant's first language where the tenant does not have that of the draft; a longer title than articles have
    is cut.

    :raises InvalidInput, Forbidden: as `create_article`. :raises NotFound: where there is one that the caller may not see.
    """
    source = parse_id(ticket_id, "ticket_id")
    await queries.lock_article_of_ticket(tx, source)
    found = await queries.article_of_ticket(tx, source)
    if found is not None:
        return _seen(found)
    tenant = await tx.get(Tenant, tx.tenant_id)
    language = draft.language if tenant is not None and draft.language in tenant.languages else ""
    draft = replace(draft, language=language, title=draft.title[: rules.MAX_TITLE])
    return await create_article(tx, draft=draft, source_ticket_id=source)


async def get_article_of_ticket(tx: Tx, *, ticket_id: str) -> Article:
    """The article that was written from a ticket, if the caller may see it. :raises NotFound: otherwise."""
    found = await queries.article_of_ticket(tx, parse_id(ticket_id, "ticket_id"))
    if found is None:
        raise NotFound("article")
    return _seen(found)


async def get_article(tx: Tx, *, article: str) -> Article:
    """An article by id or number ("KB-12"), if the caller may see it. :raises NotFound: otherwise."""
    return _seen(await _found(tx, article))


def _seen(found: Article) -> Article:
    reader = reader_of(current_caller())
    teams = [str(team) for team in found.team_ids]
    if not rules.may_see(reader, state=found.state, visibility=found.visibility, team_ids=teams):
        raise NotFound("article")
    return found


async def update_article(
    tx: Tx, *, article_id: str, draft: Draft, fields: frozenset[str], expected_version: int | None
) -> Article:
    """Change the named fields of an article.

    :param fields: names of `Draft`'s fields. :raises Stale: the version is another. :raises InvalidInput, Forbidden, NotFound.
    """
    found = await _found(tx, article_id)
    article = await get_for_update(tx, Article, found.id)
    check_version(article, expected_version)
    tenant = await tx.get(Tenant, tx.tenant_id)
    languages = list(tenant.languages) if tenant else []
    old_terms = _terms(article, languages)
    content = _content(_merged(article, draft, fields))
    _check(content, languages)
    if rules.PUBLISHED in {content.state, article.state}:
        _require_publish(current_caller())
    if "category" in fields:
        article.category_id = await _category_id(tx, draft.category)
    for name, value in _columns(content, published_at=article.published_at).items():
        setattr(article, name, value)
    if tx.session.is_modified(article):
        await _written(tx, article, languages, was_terms=old_terms)
    return article


def reader_of(caller: Caller) -> rules.Reader:
    """What the caller may read."""
    return rules.Reader(
        reads_agents=caller.may_somewhere("kb.read_agents"),
        writes=caller.may_somewhere("kb.write"),
        team_ids=caller.team_ids,
    )


def _require_publish(caller: Caller) -> None:
    if not caller.may_somewhere("kb.publish"):
        raise Forbidden("Publishing articles needs the permission kb.publish.")


async def _found(tx: Tx, reference: str) -> Article:
    number = reference.upper().removeprefix("KB-")
    if is_id(reference):
        found = await tx.get(Article, parse_id(reference, "article"))
    elif number.isascii() and number.isdigit() and len(number) <= 15:
        found = await queries.article_by_number(tx, int(number))
    else:
        found = None
    if found is None:
        raise NotFound("article")
    return found


async def _category_id(tx: Tx, reference: str) -> UUID | None:
    if not reference:
        return None
    category_id = parse_id(reference, "category_id") if is_id(reference) else None
    found = await queries.category_by_reference(tx, reference, category_id)
    if found is None:
        raise InvalidInput([FieldError("category_id", "there is no such category")])
    return found.id


def _content(draft: Draft) -> rules.Content:
    return rules.Content(
        title=draft.title.strip(),
        body=draft.body,
        language=draft.language,
        visibility=draft.visibility or rules.REQUESTERS,
        state=draft.state or rules.DRAFT,
        team_ids=draft.team_ids,
    )


def _check(content: rules.Content, languages: list[str]) -> None:
    errors = [FieldError(field, reason) for field, reason in rules.problems(content, languages=languages)]
    errors += [FieldError("team_ids", f"{team!r} is no id") for team in content.team_ids if not is_id(team)]
    if errors:
        raise InvalidInput(errors)


def _merged(article: Article, draft: Draft, fields: frozenset[str]) -> Draft:
    now = Draft(
        title=article.title,
        body=article.body,
        language=article.language,
        category="",
        visibility=article.visibility,
        team_ids=tuple(str(team) for team in article.team_ids),
        state=article.state,
    )
    changed = replace(now, **{name: getattr(draft, name) for name in fields})
    if "visibility" in fields and "team_ids" not in fields and changed.visibility != rules.TEAMS:
        changed = replace(changed, team_ids=())
    return changed


def _columns(content: rules.Content, published_at: datetime | None = None) -> dict[str, object]:
    if content.state == rules.PUBLISHED:
        published_at = published_at or datetime.now(UTC)
    return {
        "title": content.title,
        "body": content.body,
        "language": content.language,
        "visibility": content.visibility,
        "team_ids": [UUID(team) for team in content.team_ids],
        "state": content.state,
        "published_at": published_at,
    }


def _terms(article: Article, languages: list[str]) -> frozenset[str]:
    """The forms an article adds to the table of terms: none before it is published."""
    if article.state != rules.PUBLISHED:
        return frozenset()
    return search.terms([article.title, rules.plain(article.body)], [*languages, article.language])


async def _written(tx: Tx, article: Article, languages: list[str], *, was_terms: frozenset[str]) -> None:
    """What follows every change: the version kept, the vector and the terms made anew, the event."""
    caller = current_caller()
    await tx.flush()
    tx.add(
        ArticleVersion(
            article_id=article.id,
            article_version=article.version,
            title=article.title,
            body=article.body,
            state=article.state,
            visibility=article.visibility,
            changed_by_id=caller.subject,
            changed_by_name=caller.name,
        )
    )
    texts = {"A": article.title, "D": rules.plain(article.body)}
    vector = search.vector(tx.tenant_id, texts, [*languages, article.language])
    await queries.store_vector(tx, article.id, vector)
    terms = _terms(article, languages)
    await queries.count_terms(tx, gone=was_terms - terms, come=terms - was_terms)
    if article.state == rules.PUBLISHED:
        category = None
        if article.category_id is not None:
            category = (await queries.categories(tx, [article.category_id])).get(article.category_id)
        publish.article_published(tx, article=article, category=category)
