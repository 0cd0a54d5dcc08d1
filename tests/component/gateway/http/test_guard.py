"""What the HTTP door does with a request before any use case sees it."""

import asyncio
import json

import httpx
import pytest
from gateway_doors import Doors

PROBLEM = "application/problem+json"


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, object]:
    """The body of a problem with this status and code."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert isinstance(body, dict)
    assert body["status"] == status
    assert body["code"] == code
    return body


async def test_without_a_token_nobody_comes_in(doors: Doors) -> None:
    answer = await doors.http.get("/api/v1/tickets")
    problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="deskmesh"'


@pytest.mark.parametrize(
    "value",
    ["Bearer", "Bearer x", "Bearer a.b.c", "Basic YTpi", "Bearer dmp_unknown", "bearer ..", "Bearer żółw"],
)
async def test_a_credential_that_does_not_hold_is_refused(doors: Doors, value: str) -> None:
    answer = await doors.http.get("/api/v1/tickets", headers=[(b"authorization", value.encode())])
    assert answer.status_code == 401, answer.text


async def test_who_lacks_the_permission_is_refused_before_the_body_is_looked_at(doors: Doors) -> None:
    answer = await doors.http.post(
        "/api/v1/users", json={"wrong": 1}, headers=await doors.as_("requester@acme.example")
    )
    problem(answer, 403, "forbidden")


@pytest.mark.parametrize("path", ["/api/v1/kb/assistant", "/api/v1/tickets/", "/api/v2/tickets", "/nowhere"])
async def test_a_route_that_is_not_there_is_404(doors: Doors, path: str) -> None:
    problem(await doors.http.get(path), 404, "not_found")


async def test_another_method_is_405_and_the_answer_names_those_that_are_taken(doors: Doors) -> None:
    answer = await doors.http.delete("/api/v1/tickets")
    problem(answer, 405, "method_not_allowed")
    assert {one.strip() for one in answer.headers["allow"].split(",")} == {"GET", "POST"}


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"nul", b'{"name": "a"', b"[" * 100_000])
async def test_what_is_no_json_is_400(doors: Doors, body: bytes) -> None:
    headers = {**await doors.as_(), "content-type": "application/json"}
    answer = await doors.http.post("/api/v1/teams", content=body, headers=headers)
    if body == b"":
        problem(answer, 422, "invalid_input")
    else:
        assert answer.status_code == 400, answer.text
        assert answer.headers["content-type"] == PROBLEM


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
async def test_another_content_type_is_415(doors: Doors, kind: str) -> None:
    headers = {**await doors.as_(), "content-type": kind}
    answer = await doors.http.post("/api/v1/teams", content=b"{}", headers=headers)
    problem(answer, 415, "unsupported_media_type")


async def test_a_body_of_more_than_a_mebibyte_is_413(doors: Doors) -> None:
    body = {"name": "x" * 1024 * 1024}
    problem(await doors.http.post("/api/v1/teams", json=body, headers=await doors.as_()), 413, "too_large")


async def test_a_body_of_unknown_length_is_cut_off_at_the_same_size(doors: Doors) -> None:
    async def pieces() -> object:
        for _ in range(40):
            yield b'"' + b"x" * 65536

    headers = {**await doors.as_(), "content-type": "application/json"}
    answer = await doors.http.post("/api/v1/teams", content=pieces(), headers=headers)  # type: ignore[arg-type]
    problem(answer, 413, "too_large")


async def test_an_unknown_field_is_named(doors: Doors) -> None:
    answer = await doors.http.post(
        "/api/v1/teams", json={"name": "a", "colour": "red"}, headers=await doors.as_()
    )
    assert problem(answer, 422, "invalid_input")["errors"] == [
        {"field": "colour", "reason": "is not known here"}
    ]


@pytest.mark.parametrize("path", ["/api/v1/teams?colour=red", "/api/v1/teams/x?colour=red"])
async def test_an_unknown_query_parameter_is_named(doors: Doors, path: str) -> None:
    answer = await doors.http.get(path, headers=await doors.as_())
    assert problem(answer, 422, "invalid_input")["errors"] == [
        {"field": "colour", "reason": "is not known here"}
    ]


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        ("0", "is less than 1"),
        ("201", "is more than 200"),
        ("ten", "is not a whole number"),
        ("-1", "is less than 1"),
        ("1e3", "is not a whole number"),
    ],
)
async def test_a_page_size_out_of_bounds_is_named(doors: Doors, size: str, reason: str) -> None:
    answer = await doors.http.get(f"/api/v1/teams?page_size={size}", headers=await doors.as_())
    assert problem(answer, 422, "invalid_input")["errors"] == [{"field": "page_size", "reason": reason}]


async def test_a_page_token_of_somebody_elses_making_is_400(doors: Doors) -> None:
    answer = await doors.http.get("/api/v1/teams?page_token=bm9wZQ", headers=await doors.as_())
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("text", ["a\u0000b", "half \ud800 pair"])
async def test_text_that_cannot_be_stored_is_refused(doors: Doors, text: str) -> None:
    headers = {**await doors.as_(), "content-type": "application/json"}
    answer = await doors.http.post("/api/v1/teams", content=json.dumps({"name": text}), headers=headers)
    problem(answer, 422, "invalid_input")


@pytest.mark.parametrize(
    "path", ["/api/v1/teams/%00", "/api/v1/teams/a%00b", "/api/v1/users/%ff", "/api/v1/teams/%F0"]
)
async def test_a_path_of_strange_bytes_names_nothing(doors: Doors, path: str) -> None:
    problem(await doors.http.get(path, headers=await doors.as_()), 404, "not_found")


async def test_a_foreign_id_is_answered_byte_for_byte_as_none(doors: Doors) -> None:
    made = await doors.http.post(
        "/api/v1/teams",
        json={"name": "Foreign", "slug": "foreign"},
        headers=await doors.as_("admin@globex.example"),
    )
    assert made.status_code == 201, made.text
    foreign = await doors.http.get(f"/api/v1/teams/{made.json()['id']}", headers=await doors.as_())
    none = await doors.http.get(
        "/api/v1/teams/0193a5c2-7b1e-7c3a-9f42-5d8e6b1a2c30", headers=await doors.as_()
    )
    assert foreign.status_code == none.status_code == 404
    assert foreign.content == none.content
    assert foreign.headers.keys() == none.headers.keys()


async def test_a_service_that_does_not_answer_is_503_and_says_when_to_come_back(doors: Doors) -> None:
    answer = await doors.http.get("/api/v1/tickets", headers=await doors.as_())
    problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_every_answer_carries_the_security_headers_and_the_trace(doors: Doors) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    for path, status in (("/api/v1/me", 200), ("/nowhere", 404), ("/api/v1/tickets", 503)):
        answer = await doors.http.get(
            path, headers={**await doors.as_(), "traceparent": f"00-{trace}-b7ad6b7169203331-01"}
        )
        assert answer.status_code == status, answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["traceparent"].split("-")[1] == trace
        assert trace not in answer.text


async def test_the_token_of_a_service_does_not_open_the_public_door(doors: Doors) -> None:
    from chassis.testing.identity import SERVICE_KEYS  # noqa: PLC0415 - used here alone
    from chassis.tokens import SystemTokens  # noqa: PLC0415

    token = SystemTokens("tickets", SERVICE_KEYS["tickets"]).token(doors.tenants["acme"], "event:x")
    answer = await doors.http.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})
    problem(answer, 401, "token_invalid")


async def test_keys_of_tokens_and_revocations_are_published(doors: Doors) -> None:
    keys = (await doors.http.get("/.well-known/jwks.json")).json()["keys"]
    assert keys
    assert all("d" not in key and key["kty"] == "RSA" for key in keys)
    revoked = await doors.http.get("/.well-known/not-before")
    assert isinstance(revoked.json()["entries"], list)


async def test_the_document_and_its_page_need_nothing_from_elsewhere(doors: Doors) -> None:
    home = await doors.http.get("/")
    assert home.headers["location"] == "/docs"
    page = await doors.http.get("/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("https://www.w3.org", "")
    for asset in ("/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"):
        assert asset in page.text
        assert (await doors.http.get(asset)).status_code == 200
    document = (await doors.http.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")


async def test_many_requests_at_once_are_each_answered_for_their_own_caller(doors: Doors) -> None:
    people = ["admin@acme.example", "admin@globex.example", "agent@acme.example", "requester@globex.example"]
    headers = [await doors.as_(one) for one in people]
    answers = await asyncio.gather(
        *(doors.http.get("/api/v1/me", headers=headers[place % 4]) for place in range(80))
    )
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
    assert [answer.json()["email"] for answer in answers] == [people[place % 4] for place in range(80)]
