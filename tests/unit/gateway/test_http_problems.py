"""Errors as problem details."""

import json

import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis import errors
from gateway.http.models.common import Input
from gateway.http.models.sla import NewPolicy
from gateway.http.models.tickets import NewTicket
from gateway.http.problems import internal, on_http, on_invalid, problem

ANY = Request({"type": "http", "headers": []})


def body(response: Response) -> dict[str, object]:
    assert response.media_type == "application/problem+json"
    loaded = json.loads(bytes(response.body))
    assert isinstance(loaded, dict)
    assert loaded["status"] == response.status_code
    assert loaded.keys() >= {"type", "title", "status", "detail", "code"}
    return loaded


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.BadRequest("No.", reason="MALFORMED_FILTER"), 400, "malformed_filter"),
        (errors.Unauthenticated(), 401, "unauthenticated"),
        (errors.Forbidden(), 403, "forbidden"),
        (errors.NotFound("ticket"), 404, "not_found"),
        (errors.AlreadyExists("There is one."), 409, "already_exists"),
        (errors.WrongState("ILLEGAL_MOVE", "No.", ["open"]), 409, "illegal_move"),
        (errors.InProgress(1.2), 409, "in_progress"),
        (errors.Stale(), 412, "stale"),
        (errors.TooLarge("Too much."), 413, "too_large"),
        (errors.InvalidInput([errors.FieldError("title", "is required")]), 422, "invalid_input"),
        (errors.LimitReached(0.2), 429, "limit_reached"),
        (errors.Unavailable(), 503, "unavailable"),
        (errors.StorageFull(), 507, "storage_full"),
        (errors.Internal(), 500, "internal"),
    ],
)
def test_each_kind_of_error_has_its_status(error: errors.DeskmeshError, status: int, code: str) -> None:
    response = problem(error)
    assert response.status_code == status
    assert body(response)["code"] == code


def test_every_kind_of_error_that_the_chassis_knows_has_a_status() -> None:
    kinds = [kind for kind in errors.DeskmeshError.__subclasses__() if kind.__module__ == "chassis.errors"]
    internal_ones = {kind for kind in kinds if _status_of(kind) == 500}
    assert internal_ones == {errors.Internal}


def _status_of(kind: type[errors.DeskmeshError]) -> int:
    error = errors.DeskmeshError.__new__(kind)
    errors.DeskmeshError.__init__(error, "x", reason="X")
    error.__dict__.update(errors=[], allowed=[], retry_after_seconds=1.0)
    return problem(error).status_code


def test_wrong_input_names_field_and_reason() -> None:
    answer = body(problem(errors.InvalidInput([errors.FieldError("requester.email", "is no address")])))
    assert answer["errors"] == [{"field": "requester.email", "reason": "is no address"}]


def test_an_illegal_move_names_the_legal_ones() -> None:
    assert body(problem(errors.WrongState("ILLEGAL_MOVE", "No.", ["open", "closed"])))["allowed"] == [
        "open",
        "closed",
    ]


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(errors.LimitReached(0.2), "1"), (errors.InProgress(1.2), "2"), (errors.Unavailable(), "2")],
)
def test_what_passes_by_itself_says_when_to_come_back(error: errors.DeskmeshError, seconds: str) -> None:
    assert problem(error).headers["retry-after"] == seconds


def test_whoever_is_not_signed_in_is_told_how() -> None:
    assert problem(errors.Unauthenticated()).headers["www-authenticate"] == 'Bearer realm="deskmesh"'


def test_a_fault_of_ours_says_nothing() -> None:
    assert body(internal()) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Internal error.",
        "code": "internal",
    }


async def _wrong(model: type[Input], value: object) -> list[object]:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(value)
    found = [{**item, "loc": ("body", *item["loc"])} for item in refused.value.errors()]
    answer = body(await on_invalid(ANY, RequestValidationError(found)))
    assert answer["status"] == 422
    assert isinstance(answer["errors"], list)
    return answer["errors"]


@pytest.mark.parametrize(
    ("value", "field", "reason"),
    [
        ({}, "title", "is required"),
        ({"title": 5}, "title", "is not a text"),
        ({"title": "a\0b"}, "title", "holds a NUL character"),
        ({"title": "x", "colour": "red"}, "colour", "is not known here"),
        ({"title": "x", "requester": {}}, "requester", "needs an id or an email"),
        ({"title": "x", "requester": {"mail": "a@b.example"}}, "requester.mail", "is not known here"),
        ({"title": "x", "tags": ["a", 1]}, "tags[1]", "is not a text"),
        ({"title": "x", "fields": {"a": float("nan")}}, "fields", "holds a number that is not finite"),
        (
            {"title": "x", "occurred_at": "yesterday"},
            "occurred_at",
            "is not an RFC 3339 time with an offset, such as 2026-03-02T09:30:00Z",
        ),
        ({"title": "x", "occurred_at": 1772438400}, "occurred_at", "is not an RFC 3339 time with an offset"),
        ([], "body", "is not an object"),
    ],
)
async def test_input_that_does_not_fit_names_field_and_reason(value: object, field: str, reason: str) -> None:
    assert {"field": field, "reason": reason} in await _wrong(NewTicket, value)


async def test_fields_deep_in_the_body_are_named_by_their_path() -> None:
    policy = {"name": "p", "order": 1, "calendar_id": "c", "targets": [{"clock": "resolution"}]}
    assert await _wrong(NewPolicy, policy) == [{"field": "targets[0].target", "reason": "is required"}]


async def test_what_is_no_json_is_400() -> None:
    error = RequestValidationError([{"type": "json_invalid", "loc": ("body", 3), "msg": "", "input": {}}])
    assert body(await on_invalid(ANY, error))["code"] == "malformed_json"


async def test_an_unknown_route_is_answered_as_an_unknown_resource() -> None:
    assert body(await on_http(ANY, HTTPException(404)))["code"] == "not_found"
