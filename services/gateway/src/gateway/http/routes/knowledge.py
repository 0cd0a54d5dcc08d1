"""Articles and their search."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from chassis.ids import is_id
from deskmesh.common.v1.types_pb2 import Ref
from deskmesh.knowledge.v1 import article_pb2 as nouns
from deskmesh.knowledge.v1 import article_service_pb2 as pb
from gateway.clients import knowledge as rpcs
from gateway.http.answers import listing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import knowledge as models
from gateway.http.models.common import SearchQuery, list_of
from gateway.http.render import knowledge as render

door = Door("knowledge")


@door.route(
    "POST",
    "/kb/articles",
    rpcs.CREATE_ARTICLE,
    gives=models.Article,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_article(request: Request, body: models.NewArticle) -> Response:
    """Write an article.

    A draft is seen by those who write; publishing needs the permission `kb.publish`.
    """
    article = nouns.Article(
        title=body.title,
        body=body.body,
        language=body.language or "",
        category=_category(body.category_id),
        visibility=body.visibility,
        team_ids=body.team_ids,
        state=body.state,
    )
    made = (await ask(request, rpcs.CREATE_ARTICLE, pb.CreateArticleRequest(article=article))).article
    return resource(render.article(made), made.version, HTTPStatus.CREATED, f"{API}/kb/articles/{made.id}")


@door.route("GET", "/kb/articles", rpcs.LIST_ARTICLES, gives=list_of(models.Article))
async def list_articles(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """List the articles that you may see."""
    question = pb.ListArticlesRequest(
        page_size=query.page_size, page_token=query.page_token, filter=query.filter, order_by=query.order_by
    )
    answer = await ask(request, rpcs.LIST_ARTICLES, question)
    return listing([render.article(item) for item in answer.articles], answer.next_page_token)


@door.route("GET", "/kb/articles/{article}", rpcs.GET_ARTICLE, gives=models.Article, versioned=True)
async def get_article(request: Request, article: str) -> Response:
    """Read an article, by id or number."""
    found = (await ask(request, rpcs.GET_ARTICLE, pb.GetArticleRequest(article=article))).article
    return resource(render.article(found), found.version)


@door.route("PATCH", "/kb/articles/{article}", rpcs.UPDATE_ARTICLE, gives=models.Article, versioned=True)
async def update_article(request: Request, article: str, body: models.ArticlePatch) -> Response:
    """Change, publish or archive an article."""
    patch = nouns.Article(
        title=body.title or "",
        body=body.body or "",
        language=body.language or "",
        category=_category(body.category_id),
        visibility=body.visibility or "",
        team_ids=body.team_ids,
        state=body.state or "",
    )
    mask = ["category" if name == "category_id" else name for name in body.named()]
    question = pb.UpdateArticleRequest(
        article_id=article,
        patch=patch,
        update_mask=FieldMask(paths=mask),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_ARTICLE, question)).article
    return resource(render.article(changed), changed.version)


@door.route("GET", "/kb/search", rpcs.SEARCH_ARTICLES, gives=list_of(models.Hit))
async def search_articles(request: Request, query: Annotated[models.ArticleSearch, Query()]) -> Response:
    """Search the published articles that you may see, best first."""
    question = pb.SearchArticlesRequest(
        query=query.q, language=query.language, page_size=query.page_size, page_token=query.page_token
    )
    answer = await ask(request, rpcs.SEARCH_ARTICLES, question)
    return listing([render.hit(hit) for hit in answer.hits], answer.next_page_token)


def _category(name: str | None) -> Ref | None:
    if name is None:
        return None
    return Ref(id=name) if is_id(name) else Ref(key=name)
