"""Bodies of articles and their search."""

from pydantic import ConfigDict, Field

from gateway.http.models.common import (
    ACTOR,
    EARLIER,
    ID,
    OTHER_ID,
    Actor,
    Input,
    Output,
    PageQuery,
    Ref,
    Text,
)


class NewArticle(Input):
    """An article of the knowledge base."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "What to do when a printer burns",
                    "body": "Pull the plug, then call 112.",
                    "language": "en",
                    "visibility": "requesters",
                    "state": "published",
                }
            ]
        }
    )

    title: Text
    body: Text = Field(description="Markdown.")
    language: Text | None = Field(default=None, description="BCP 47; the tenant's first when absent.")
    category_id: Text | None = Field(default=None, description="Id or slug.")
    visibility: Text = Field(default="agents", description="`public`, `requesters`, `agents` or `teams`.")
    team_ids: list[Text] = Field(default_factory=list, description="Whose teams see it, with `teams`.")
    state: Text = Field(default="draft", description="`draft` or `published`.")


class ArticlePatch(Input):
    """The fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "published"}]})

    title: Text | None = None
    body: Text | None = None
    language: Text | None = None
    category_id: Text | None = None
    visibility: Text | None = None
    team_ids: list[Text] | None = None
    state: Text | None = Field(default=None, description="`draft`, `published` or `archived`.")


class Article(Output):
    """An article of the knowledge base."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "key": "KB-12",
                    "number": "KB-12",
                    "title": "What to do when a printer burns",
                    "body": "Pull the plug, then call 112.",
                    "language": "en",
                    "category": {"id": OTHER_ID, "key": "printers", "name": "Printers"},
                    "category_id": OTHER_ID,
                    "visibility": "requesters",
                    "team_ids": [],
                    "state": "published",
                    "author": ACTOR,
                    "created_at": EARLIER,
                    "updated_at": EARLIER,
                    "published_at": EARLIER,
                    "version": 2,
                }
            ]
        }
    )

    id: str
    key: str = Field(description="The number.")
    number: str
    title: str
    body: str
    language: str
    category: Ref | None
    category_id: str | None
    visibility: str
    team_ids: list[str]
    state: str
    author: Actor | None
    created_at: str
    updated_at: str
    published_at: str | None
    version: int


class ArticleSearch(PageQuery):
    """What to search for."""

    q: Text = Field(description="Words; typing errors are forgiven.", examples=["printer fire"])
    language: Text = Field(default="", description="BCP 47; the tenant's languages when absent.")


class Hit(Output):
    """A published article that was found."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "key": "KB-12",
                    "number": "KB-12",
                    "title": "What to do when a printer burns",
                    "snippet": "When the <mark>printer</mark> is on <mark>fire</mark>, pull the plug.",
                    "score": 0.62,
                    "language": "en",
                }
            ]
        }
    )

    id: str
    key: str
    number: str
    title: str
    snippet: str = Field(description="HTML, everything escaped but `<mark>`.")
    score: float = Field(description="Higher is better.")
    language: str | None
