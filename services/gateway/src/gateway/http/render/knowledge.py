"""Articles and what a search finds, as JSON."""

import html

from deskmesh.knowledge.v1 import article_pb2 as pb
from gateway.http.values import JsonObject, actor, moment, ref, text

_MARKS = str.maketrans({"\ue000": "<mark>", "\ue001": "</mark>"})


def article(value: pb.Article) -> JsonObject:
    """Write a whole article."""
    return {
        "id": value.id,
        "key": value.number,
        "number": value.number,
        "title": value.title,
        "body": value.body,
        "language": value.language,
        "category": ref(value.category),
        "category_id": text(value.category.id),
        "visibility": value.visibility,
        "team_ids": list(value.team_ids),
        "state": value.state,
        "author": actor(value.author),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "published_at": moment(value.published_at),
        "version": value.version,
    }


def hit(value: pb.SearchHit) -> JsonObject:
    """Write one find; its snippet becomes safe HTML."""
    return {
        "id": value.id,
        "key": value.number,
        "number": value.number,
        "title": value.title,
        "snippet": snippet(value.snippet),
        "score": value.score,
        "language": text(value.language),
    }


def snippet(plain: str) -> str:
    """Escape the text, and then only turn the marks of the search into `<mark>`."""
    return html.escape(plain).translate(_MARKS)
