"""Requests that are malformed, illegal, late, repeated, or somebody else's business."""

import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from embedded.testing import Client, Desk, Json

FOREIGN = "admin@globex.example"


@pytest.fixture
def agent(desk: Desk) -> Client:
    return desk.sign_in("agent@acme.example")


def made(agent: Client) -> Json:
    return agent.send("POST", "/tickets", {"title": f"Bad requests {uuid.uuid4().hex[:8]}"})


def problem(answer: httpx.Response, status: int) -> Json:
    """The problem that an answer tells, as RFC 9457 wants it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: Json = answer.json()
    assert found["status"] == status
    assert {"type", "title", "detail", "code"} <= found.keys()
    return found


def test_an_illegal_move_names_the_legal_ones_and_changes_nothing(agent: Client) -> None:
    ticket = made(agent)
    moves = f"/tickets/{ticket['id']}/transitions"
    refused = problem(agent.http.post(moves, json={"to": "closed"}), 409)
    assert set(refused["allowed"]) == {one["to"] for one in agent.get(moves)["items"]}
    assert agent.get(f"/tickets/{ticket['id']}")["version"] == ticket["version"]
    for to in refused["allowed"]:
        assert agent.http.post(f"/tickets/{made(agent)['id']}/transitions", json={"to": to}).is_success


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"title"}),
        ({"title": ""}, {"title"}),
        ({"title": "x", "titel": "y"}, {"titel"}),
        ({"title": "x", "impact": "enormous"}, {"impact"}),
        ({"title": "x", "type": "riddle"}, {"type"}),
        ({"title": "x", "queue": "nowhere"}, {"queue"}),
        ({"title": "x", "fields": {"colour": "red"}}, {"fields.colour"}),
        ({"title": 5, "tags": "a"}, {"title", "tags"}),
    ],
)
def test_a_wrong_field_is_named_with_the_reason(agent: Client, body: Json, fields: set[str]) -> None:
    refused = problem(agent.http.post("/tickets", json=body), 422)
    assert {one["field"] for one in refused["errors"]} == fields
    assert all(one["reason"] for one in refused["errors"])


@pytest.mark.parametrize("content", [b"", b"{", b'{"title": "x"', b"\xff\xfe", b"title=x"])
def test_what_is_no_json_is_400(agent: Client, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = agent.http.post("/tickets", content=content, headers=headers)
    assert answer.status_code in ({400, 422} if not content else {400}), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_tenants_ticket_is_answered_as_none_on_every_path(desk: Desk, agent: Client) -> None:
    ticket = made(agent)
    stranger = desk.sign_in(FOREIGN).http
    absent = uuid.uuid4()
    for method, rest, body in (
        ("GET", "", None),
        ("PATCH", "", {"title": "Mine now"}),
        ("GET", "/comments", None),
        ("POST", "/comments", {"body": "Hello"}),
        ("GET", "/transitions", None),
        ("POST", "/transitions", {"to": "open"}),
        ("PUT", "/assignment", {"assignee": FOREIGN}),
        ("GET", "/history", None),
        ("GET", "/sla", None),
        ("GET", "/suggestions", None),
        ("GET", "/watchers", None),
        ("GET", "/attachments", None),
    ):
        foreign = stranger.request(method, f"/tickets/{ticket['id']}{rest}", json=body)
        none = stranger.request(method, f"/tickets/{absent}{rest}", json=body)
        problem(foreign, 404)
        assert foreign.content == none.content, f"{method} {rest}"
    assert agent.get(f"/tickets/{ticket['id']}")["version"] == ticket["version"]


def test_a_replayed_key_gives_the_first_answer_and_makes_nothing(agent: Client) -> None:
    word = uuid.uuid4().hex
    key = {"Idempotency-Key": word}
    first = agent.http.post("/tickets", json={"title": word}, headers=key)
    agent.send("PATCH", f"/tickets/{first.json()['id']}", {"impact": "high"})
    again = agent.http.post("/tickets", json={"title": word}, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    problem(agent.http.post("/tickets", json={"title": f"{word} changed"}, headers=key), 422)
    assert len(agent.all("/tickets", filter=f'title = "{word}"')) == 1
    comments = f"/tickets/{first.json()['id']}/comments"
    said = [agent.http.post(comments, json={"body": "Once"}, headers=key) for _ in range(3)]
    assert {one.status_code for one in said} == {201}
    assert len(agent.get(comments)["items"]) == 1


def test_a_stale_tag_is_412_and_a_fresh_one_passes(agent: Client) -> None:
    ticket = made(agent)
    path = f"/tickets/{ticket['id']}"
    tag = agent.http.get(path).headers["etag"]
    assert agent.http.patch(path, json={"impact": "low"}, headers={"If-Match": tag}).is_success
    problem(agent.http.patch(path, json={"impact": "high"}, headers={"If-Match": tag}), 412)
    assert agent.get(path)["impact"] == "low"


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer nonsense", "Basic YTpi"])
def test_without_a_token_that_holds_nobody_comes_in(desk: Desk, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = httpx.get(f"{desk.url}/api/v1/tickets", headers=headers, timeout=30)
    problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/channels", "/kb/assistant", "/reports/tickets", "/nothing/here"])
def test_what_is_not_there_yet_is_404_and_never_501(agent: Client, path: str) -> None:
    for method in ("GET", "POST"):
        problem(agent.http.request(method, path, json=None if method == "GET" else {}), 404)


@pytest.mark.parametrize("wrong", ['state = "', "colour = 3", 'priority > "x" AND', "(((("])
def test_a_wrong_filter_and_a_wrong_page_token_are_400(agent: Client, wrong: str) -> None:
    problem(agent.http.get("/tickets", params={"filter": wrong}), 400)
    problem(agent.http.get("/tickets", params={"page_token": wrong}), 400)


def test_a_wrong_field_of_a_ticket_to_come_is_named_as_it_was_written(agent: Client) -> None:
    body = {"title": "", "impact": "enormous", "not_before": "2099-01-01T08:00:00Z"}
    too_late = problem(agent.http.post("/scheduled-tickets", json=body), 422)
    assert {one["field"] for one in too_late["errors"]} == {"not_before"}
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    refused = problem(agent.http.post("/scheduled-tickets", json={**body, "not_before": soon}), 422)
    assert {one["field"] for one in refused["errors"]} == {"title", "impact"}


def test_a_number_beyond_all_bounds_is_named(agent: Client) -> None:
    entries = f"/tickets/{made(agent)['id']}/time-entries"
    refused = problem(agent.http.post(entries, json={"minutes": 10**40}), 422)
    assert {one["field"] for one in refused["errors"]} == {"minutes"}
