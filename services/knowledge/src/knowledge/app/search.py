"""Finding articles: by what a person typed, and for what a ticket says."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis import search
from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import BadRequest, FieldError, InvalidInput
from chassis.paging import Page
from knowledge.app.articles import reader_of
from knowledge.db import queries
from knowledge.db.tables import Article, Tenant
from knowledge.domain import articles as rules
from knowledge.domain.suggesting import telling_words

MAX_QUERY = 1_000
MAX_SUGGESTION_TEXT = 70_000


@dataclass(frozen=True, slots=True)
class Found:
    """An article that answers, with a piece of it in which the asked words stand between marks."""

    article: Article
    score: float
    snippet: str


async def search_articles(tx: Tx, *, query: str, language: str, page: Page) -> tuple[list[Found], str]:
    """Published articles that the caller may see and that hold the asked words, best first; and the next page's token.

    Every word must be there; where no article has them all, those that have some are given. A word that stands in no
    article is replaced by the nearest that do (`chassis.search.closest`).

    :param language: BCP 47; empty for all of the tenant's.
    :raises InvalidInput: nothing to search for. :raises BadRequest: a token that is none of ours.
    """
    if len(query) > MAX_QUERY:
        raise InvalidInput([FieldError("q", f"must have at most {MAX_QUERY} characters")])
    languages = await _languages(tx)
    spelled = await _spelled(tx, query, languages)
    every = search.question(tx.tenant_id, query, languages, spelled=spelled)
    some = search.question(tx.tenant_id, query, languages, spelled=spelled, any_word=True)
    if every is None or some is None:
        raise InvalidInput([FieldError("q", "must hold at least one word")])
    question, after = _place(page.token, (every, some), language)
    hits = await _find(tx, question, language, limit=page.size + 1, after=after)
    if not hits and after is None:
        question = some
        hits = await _find(tx, question, language, limit=page.size + 1, after=None)
    found = [_found(hit, query, languages, spelled) for hit in hits[: page.size]]
    last = hits[page.size - 1] if len(hits) > page.size else None
    return found, _token(last, question + language) if last else ""


async def suggest_articles(tx: Tx, *, text: str, language: str, limit: int) -> list[Found]:
    """Published articles that may answer a text, best first: those that hold its most telling words.

    :raises InvalidInput: a limit outside 1 to 20, or a text of more than 70,000 characters.
    """
    if not 1 <= limit <= 20:
        raise InvalidInput([FieldError("limit", "must be 1 to 20")])
    if len(text) > MAX_SUGGESTION_TEXT:
        raise InvalidInput([FieldError("text", f"must have at most {MAX_SUGGESTION_TEXT} characters")])
    languages = await _languages(tx)
    asked = search.asked_forms(text, languages)
    counts = await queries.known_terms(tx, {form for forms in asked.values() for form in forms})
    telling = " ".join(telling_words(asked, counts))
    question = search.question(tx.tenant_id, telling, languages, any_word=True)
    if question is None:
        return []
    hits = await _find(tx, question, language, limit=limit, after=None)
    return [_found(hit, telling, languages, {}) for hit in hits]


async def _languages(tx: Tx) -> list[str]:
    tenant = await tx.get(Tenant, tx.tenant_id)
    return list(tenant.languages) if tenant else []


async def _spelled(tx: Tx, query: str, languages: Sequence[str]) -> dict[str, list[str]]:
    """For each asked word that no article holds, the nearest that some do."""
    asked = search.asked_forms(query, languages)
    known = await queries.known_terms(tx, {form for forms in asked.values() for form in forms})
    unknown = [word for word, forms in asked.items() if not forms & known.keys() and search.is_mendable(word)]
    near = {word: search.closest(word, await queries.near_terms(tx, word)) for word in unknown}
    return {word: others for word, others in near.items() if others}


async def _find(
    tx: Tx, question: str, language: str, *, limit: int, after: tuple[float, UUID] | None
) -> list[queries.Hit]:
    reader = reader_of(current_caller())
    return await queries.find(
        tx,
        question=question,
        languages=[language] if language else [],
        reads_agents=reader.reads_agents,
        team_ids=[UUID(team) for team in reader.team_ids],
        limit=limit,
        after=after,
    )


def _found(
    hit: queries.Hit, asked: str, languages: Sequence[str], spelled: Mapping[str, Sequence[str]]
) -> Found:
    text = rules.plain(hit.article.body)
    return Found(hit.article, hit.rank, search.snippet(text, asked, languages, spelled=spelled))


def _token(last: queries.Hit, question: str) -> str:
    written = json.dumps([_bound(question), last.rank.hex(), str(last.article.id)])
    return base64.urlsafe_b64encode(written.encode()).decode()


def _place(token: str, questions: Sequence[str], language: str) -> tuple[str, tuple[float, UUID] | None]:
    """Which of the questions a token continues, and behind which hit; the first question from its start without one."""
    if not token:
        return questions[0], None
    try:
        bound, rank, article_id = json.loads(base64.urlsafe_b64decode(token))
        after = float.fromhex(rank), UUID(article_id)
    except (ValueError, TypeError, AttributeError) as error:
        raise _bad_token() from error
    for question in questions:
        if bound == _bound(question + language):
            return question, after
    raise _bad_token()


def _bad_token() -> BadRequest:
    return BadRequest("The page token is malformed or belongs to another search.", reason="BAD_PAGE_TOKEN")


def _bound(question: str) -> int:
    return zlib.crc32(question.encode())
