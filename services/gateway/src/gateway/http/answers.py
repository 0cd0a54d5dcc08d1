"""Answers: JSON written once into bytes, with the version of a single resource as its ETag."""

from collections.abc import Sequence
from http import HTTPStatus

import orjson
from starlette.responses import Response

from gateway.http.values import JsonObject

JSON = "application/json"


def document(
    body: JsonObject, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> Response:
    """Answer a JSON object as it is."""
    return Response(orjson.dumps(body), status, headers, JSON)


def resource(
    body: JsonObject, version: int, status: int = HTTPStatus.OK, location: str | None = None
) -> Response:
    """Answer a single resource; its version is the ETag, `location` is where a new one can be read."""
    headers = {"etag": f'"{version}"'}
    if location is not None:
        headers["location"] = location
    return Response(orjson.dumps(body), status, headers, JSON)


def listing(items: Sequence[JsonObject], next_page_token: str = "") -> Response:
    """Answer one page of a list."""
    return Response(orjson.dumps({"items": items, "next_page_token": next_page_token}), media_type=JSON)


def nothing() -> Response:
    """Answer that it is done and there is nothing to say."""
    return Response(status_code=HTTPStatus.NO_CONTENT)
