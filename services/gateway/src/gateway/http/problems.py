"""Errors as RFC 9457 problem details: the one place where a kind of error becomes an HTTP status.

A body says nothing of the request that it answers (no path, no trace id), so that the 404 of another tenant's id is,
byte for byte, the 404 of an id that never was.
"""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import orjson
import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from chassis.errors import (
    DeskmeshError,
    FieldError,
    InProgress,
    InvalidInput,
    LimitReached,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    WrongState,
)
from gateway.app.challenges import SecondFactorRequired
from gateway.http.values import JsonObject

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"

STATUS_OF_KIND = {
    "bad_request": HTTPStatus.BAD_REQUEST,
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "already_exists": HTTPStatus.CONFLICT,
    "wrong_state": HTTPStatus.CONFLICT,
    "in_progress": HTTPStatus.CONFLICT,
    "stale": HTTPStatus.PRECONDITION_FAILED,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "invalid_input": HTTPStatus.UNPROCESSABLE_ENTITY,
    "limit_reached": HTTPStatus.TOO_MANY_REQUESTS,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "storage_full": HTTPStatus.INSUFFICIENT_STORAGE,
}

TITLES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Content Too Large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Content",
}
"""Where RFC 9110 says it otherwise than Python."""

_UNAVAILABLE_RETRY_SECONDS = 2

_REASONS = {
    "missing": "is required",
    "extra_forbidden": "is not known here",
    "string_type": "is not a text",
    "string_unicode": "holds half of a surrogate pair",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "bool_type": "is neither true nor false",
    "bool_parsing": "is neither true nor false",
    "list_type": "is not a list",
    "dict_type": "is not an object",
    "less_than_equal": "is more than {le}",
    "greater_than_equal": "is less than {ge}",
    "model_type": "is not an object",
    "model_attributes_type": "is not an object",
}


class UnsupportedMediaType(DeskmeshError):
    """The body is of a kind that the route does not read (HTTP 415)."""

    kind = "unsupported_media_type"

    def __init__(self, accepted: str) -> None:
        super().__init__(f"The content type has to be {accepted}.", reason="UNSUPPORTED_MEDIA_TYPE")


def problem(error: DeskmeshError) -> Response:
    """Answer an expected failure."""
    headers: dict[str, str] = {}
    match error:
        case LimitReached() | InProgress():
            headers["retry-after"] = str(max(1, math.ceil(error.retry_after_seconds)))
        case Unavailable():
            headers["retry-after"] = str(_UNAVAILABLE_RETRY_SECONDS)
        case Unauthenticated():
            headers["www-authenticate"] = 'Bearer realm="deskmesh"'
        case _:
            pass
    body, status = problem_document(error)
    return Response(orjson.dumps(body), status.value, headers, MEDIA_TYPE)


def problem_document(error: DeskmeshError) -> tuple[JsonObject, HTTPStatus]:
    """Describe an expected failure, as the body of its answer, and say with what status."""
    status = STATUS_OF_KIND.get(error.kind, HTTPStatus.INTERNAL_SERVER_ERROR)
    body = _document(status, error.detail, error.reason.lower())
    match error:
        case InvalidInput():
            body["errors"] = [{"field": item.field, "reason": item.reason} for item in error.errors]
        case WrongState():
            body["allowed"] = error.allowed
        case SecondFactorRequired():
            body |= {"error": "mfa_required", "mfa_token": error.mfa_token, "expires_in": error.expires_in}
        case _:
            pass
    return body, status


async def on_expected(_: Request, error: Exception) -> Response:
    """Answer what a use case or the door refused."""
    assert isinstance(error, DeskmeshError)
    return problem(error)


async def on_invalid(_: Request, error: Exception) -> Response:
    """Answer a request that does not fit its model: 400 when it is no JSON at all, 422 for all else."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return _answer(HTTPStatus.BAD_REQUEST, "The body is not valid JSON.", "malformed_json")
    fields = [
        FieldError(_path(item["loc"]), _reason(item["type"], item["msg"], item.get("ctx", {})))
        for item in found
    ]
    return problem(InvalidInput(fields))


async def on_http(request: Request, error: Exception) -> Response:
    """Answer what the framework refused: no such route, another method, a body it could not read."""
    assert isinstance(error, HTTPException)
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return problem(NotFound("resource"))
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return _answer(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "The resource does not take this method.",
                "method_not_allowed",
                headers={"allow": ", ".join(_methods(request))},
            )
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return problem(TooLarge("The body is too large."))
        case HTTPStatus.BAD_REQUEST:
            return _answer(HTTPStatus.BAD_REQUEST, "The body cannot be read.", "malformed_body")
        case status:
            return _answer(HTTPStatus(status), HTTPStatus(status).phrase, f"http_{status}")


async def on_fault(_: Request, __: Exception) -> Response:
    """Answer a fault of ours; the middleware logs it with its trace."""
    return internal()


def internal() -> Response:
    """Answer a fault of ours, without a word on it."""
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error.", "internal")


def _answer(
    status: HTTPStatus,
    detail: str,
    code: str,
    headers: dict[str, str] | None = None,
) -> Response:
    return Response(orjson.dumps(_document(status, detail, code)), status.value, headers, MEDIA_TYPE)


def _document(status: HTTPStatus, detail: str, code: str) -> JsonObject:
    return {
        "type": "about:blank",
        "title": TITLES.get(status, status.phrase),
        "status": status.value,
        "detail": detail,
        "code": code,
    }


def _methods(request: Request) -> list[str]:
    """Find the methods of all routes with the path of the request; the framework looks at the first alone."""
    return sorted(
        {
            method
            for route in request.app.routes
            if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
            for method in route.methods or ()
        }
    )


def _path(location: Sequence[int | str]) -> str:
    """Name the field of a validation error as a client would: `targets[0].clock`, `If-Match`, `page_size`."""
    places = location[1:] if location and location[0] in {"body", "query", "path", "header"} else location
    path = ""
    for place in places:
        if isinstance(place, int):
            path += f"[{place}]"
        else:
            path += f".{place}" if path else place
    return path or "body"


def _reason(kind: str, message: str, context: Mapping[str, object]) -> str:
    if kind in _REASONS:
        return _REASONS[kind].format_map(context)
    text = message.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
