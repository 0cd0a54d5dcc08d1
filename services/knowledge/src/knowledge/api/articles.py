"""The RPC door to articles."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.paging import page_of
from deskmesh.knowledge.v1 import article_pb2
from deskmesh.knowledge.v1 import article_service_pb2 as rpc
from knowledge.app import articles, listing, search
from knowledge.db.tables import Article
from knowledge.publish import article_message

_DEFAULT_SUGGESTIONS = 5
# Names that an update mask may hold, and the field of a draft behind each.
_WRITABLE = {
    "title": "title",
    "body": "body",
    "language": "language",
    "category": "category",
    "category.id": "category",
    "category.key": "category",
    "visibility": "visibility",
    "team_ids": "team_ids",
    "state": "state",
}


class ArticleServicer:
    """deskmesh.knowledge.v1.ArticleService."""

    async def CreateArticle(self, tx: Tx, request: rpc.CreateArticleRequest) -> rpc.CreateArticleResponse:
        article = await articles.create_article(tx, draft=_draft(request.article))
        return rpc.CreateArticleResponse(article=await _message(tx, article))

    async def CreateArticleOfTicket(
        self, tx: Tx, request: rpc.CreateArticleOfTicketRequest
    ) -> rpc.CreateArticleOfTicketResponse:
        draft = _draft(request.article)
        article = await articles.create_article_of_ticket(tx, ticket_id=request.ticket_id, draft=draft)
        return rpc.CreateArticleOfTicketResponse(article=await _message(tx, article))

    async def GetArticleOfTicket(
        self, tx: Tx, request: rpc.GetArticleOfTicketRequest
    ) -> rpc.GetArticleOfTicketResponse:
        article = await articles.get_article_of_ticket(tx, ticket_id=request.ticket_id)
        return rpc.GetArticleOfTicketResponse(article=await _message(tx, article))

    async def GetArticle(self, tx: Tx, request: rpc.GetArticleRequest) -> rpc.GetArticleResponse:
        article = await articles.get_article(tx, article=request.article)
        return rpc.GetArticleResponse(article=await _message(tx, article))

    async def ListArticles(self, tx: Tx, request: rpc.ListArticlesRequest) -> rpc.ListArticlesResponse:
        found, next_page_token = await listing.list_articles(
            tx, page=page_of(request), filter_text=request.filter, order_by=request.order_by
        )
        shelves = await listing.categories_of(tx, found)
        return rpc.ListArticlesResponse(
            articles=[
                article_message(one, shelves.get(one.category_id) if one.category_id else None)
                for one in found
            ],
            next_page_token=next_page_token,
        )

    async def UpdateArticle(self, tx: Tx, request: rpc.UpdateArticleRequest) -> rpc.UpdateArticleResponse:
        article = await articles.update_article(
            tx,
            article_id=request.article_id,
            draft=_draft(request.patch),
            fields=_fields(request.update_mask.paths),
            expected_version=request.expected_version or None,
        )
        return rpc.UpdateArticleResponse(article=await _message(tx, article))

    async def SearchArticles(self, tx: Tx, request: rpc.SearchArticlesRequest) -> rpc.SearchArticlesResponse:
        found, next_page_token = await search.search_articles(
            tx, query=request.query, language=request.language, page=page_of(request)
        )
        return rpc.SearchArticlesResponse(hits=_hits(found), next_page_token=next_page_token)

    async def SuggestArticles(
        self, tx: Tx, request: rpc.SuggestArticlesRequest
    ) -> rpc.SuggestArticlesResponse:
        found = await search.suggest_articles(
            tx, text=request.text, language=request.language, limit=request.limit or _DEFAULT_SUGGESTIONS
        )
        return rpc.SuggestArticlesResponse(hits=_hits(found))


def _draft(message: article_pb2.Article) -> articles.Draft:
    return articles.Draft(
        title=message.title,
        body=message.body,
        language=message.language,
        category=message.category.id or message.category.key,
        visibility=message.visibility,
        team_ids=tuple(message.team_ids),
        state=message.state,
    )


def _fields(paths: Iterable[str]) -> frozenset[str]:
    unknown = [path for path in paths if path not in _WRITABLE]
    if unknown:
        raise InvalidInput([FieldError(path, "can't be changed") for path in unknown])
    found = frozenset(_WRITABLE[path] for path in paths)
    if not found:
        raise InvalidInput([FieldError("update_mask", "must name at least one field")])
    return found


async def _message(tx: Tx, article: Article) -> article_pb2.Article:
    shelves = await listing.categories_of(tx, [article])
    return article_message(article, shelves.get(article.category_id) if article.category_id else None)


def _hits(found: Iterable[search.Found]) -> list[article_pb2.SearchHit]:
    return [
        article_pb2.SearchHit(
            id=str(one.article.id),
            number=f"KB-{one.article.number}",
            title=one.article.title,
            snippet=one.snippet,
            score=one.score,
            language=one.article.language,
        )
        for one in found
    ]
