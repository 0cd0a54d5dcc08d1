"""A ticket without script and within 10 KB a page: read, answered and moved, by an agent and by its requester."""

import html
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest

from embedded.testing import Desk, Json, eventually

SMALL = 10 * 1024
AGENT = "agent@globex.example"
REQUESTER = "requester@globex.example"


class Browser:
    """A browser without script: it follows links and sends the forms that a page has."""

    def __init__(self, http: httpx.Client, who: str) -> None:
        self.http = http
        self.text = ""
        tenant = who.partition("@")[2].partition(".")[0]
        self.show(http.post("/plain", data={"tenant": tenant, "email": who, "password": "deskmesh"}))

    def show(self, answer: httpx.Response, status: int = 200) -> str:
        assert answer.status_code == status, answer.text
        assert len(answer.content) <= SMALL
        assert not re.search(r"<script|<img|<link", answer.text)
        self.text = answer.text
        return self.text

    def open(self, path: str, status: int = 200) -> str:
        return self.show(self.http.get(path), status)

    def send(self, action: str, status: int = 200, **fields: str) -> str:
        """Send the form of an action, its hidden fields as the page has them."""
        found = re.search(rf'<form method="post" action="[^"]*{action}">(.*?)</form>', self.text, re.DOTALL)
        assert found is not None, self.text
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[1]))
        address = re.search(rf'action="([^"]*{action})"', self.text)
        assert address is not None
        return self.show(self.http.post(address[1], data={**hidden, **fields}), status)


Browse = Callable[..., Browser]


@pytest.fixture
def browse(desk: Desk) -> Iterator[Browse]:
    """Open browsers of people, each with cookies of its own."""
    with ExitStack() as stack:

        def open_(who: str, language: str = "en") -> Browser:
            headers = {"accept-language": language}
            http = httpx.Client(
                base_url=desk.url, follow_redirects=True, headers=headers, timeout=30, trust_env=False
            )
            return Browser(stack.enter_context(http), who)

        yield open_


@pytest.fixture
def ticket(desk: Desk) -> Json:
    """A ticket of the requester, with texts that are markup elsewhere, assigned to the agent."""
    title = f"No <b>sound</b> {uuid.uuid4().hex[:8]}"
    made = desk.sign_in(REQUESTER).send(
        "POST", "/tickets", {"title": title, "description": 'Since <noon> & "before".'}
    )
    agent = desk.sign_in(AGENT)
    agent.send("PUT", f"/tickets/{made['number']}/assignment", {"assignee": AGENT})
    return made


def test_an_agent_reads_answers_and_moves_and_the_requester_sees_it(
    desk: Desk, browse: Browse, ticket: Json
) -> None:
    agent = browse(AGENT)
    number = ticket["number"]
    assert html.escape(ticket["title"], quote=False) in agent.text
    agent.open(f"/plain/tickets/{number}")
    assert 'Since &lt;noon&gt; &amp; "before".' in agent.text
    agent.send("/comments", body="Which <device>?", visibility="public")
    assert "Which &lt;device&gt;?" in agent.text
    agent.send("/comments", body="A note of ours", visibility="internal")
    agent.send("/transitions", to="pending_requester")
    client = desk.sign_in(AGENT)
    assert client.get(f"/tickets/{number}")["state"] == "pending_requester"

    requester = browse(REQUESTER)
    assert number in requester.text
    requester.open(f"/plain/tickets/{number}")
    assert "Which &lt;device&gt;?" in requester.text
    assert "A note of ours" not in requester.text
    requester.send("/comments", body="The dock", visibility="public")
    said = client.get(f"/tickets/{number}/comments")["items"]
    assert [(one["body"], one["visibility"]) for one in said] == [
        ("Which <device>?", "public"),
        ("A note of ours", "internal"),
        ("The dock", "public"),
    ]


def test_those_who_work_tickets_see_the_priority_and_when_it_is_due(
    desk: Desk, browse: Browse, ticket: Json
) -> None:
    client, number = desk.sign_in(AGENT), ticket["number"]
    clocks = eventually(lambda: client.get(f"/tickets/{number}")["sla"])
    zone = ZoneInfo(client.get("/me")["time_zone"])
    due = min(datetime.fromisoformat(one["due_at"]) for one in clocks if one["due_at"])
    agent = browse(AGENT)
    agent.open(f"/plain/tickets/{number}")
    assert f"Priority: {ticket['priority'].capitalize()}" in agent.text
    assert f"First response: {due.astimezone(zone):%Y-%m-%d %H:%M}" in agent.text
    requester = browse(REQUESTER)
    requester.open(f"/plain/tickets/{number}")
    assert not re.search("Priority|First response", requester.text)


def test_a_form_that_is_sent_twice_says_it_once(desk: Desk, browse: Browse, ticket: Json) -> None:
    agent = browse(AGENT)
    page = agent.open(f"/plain/tickets/{ticket['number']}")
    for _ in range(2):
        agent.text = page
        agent.send("/comments", body="Once", visibility="public")
    said = desk.sign_in(AGENT).get(f"/tickets/{ticket['number']}/comments")["items"]
    assert [one["body"] for one in said] == ["Once"]


def test_a_move_from_a_page_that_is_out_of_date_is_not_made(desk: Desk, browse: Browse, ticket: Json) -> None:
    agent = browse(AGENT)
    agent.open(f"/plain/tickets/{ticket['number']}")
    client = desk.sign_in(AGENT)
    changed = client.send("PATCH", f"/tickets/{ticket['number']}", {"urgency": "high"})
    agent.send("/transitions", status=412, to="resolved")
    assert "The ticket has changed meanwhile" in agent.text
    assert client.get(f"/tickets/{ticket['number']}")["version"] == changed["version"]


def test_what_is_refused_keeps_its_text_and_says_why(browse: Browse, ticket: Json) -> None:
    agent = browse(AGENT)
    agent.open(f"/plain/tickets/{ticket['number']}")
    agent.send("/transitions", status=409, to="closed")
    assert "A ticket cannot go from" in agent.text


def test_a_long_conversation_is_read_in_small_pages_to_its_end(
    desk: Desk, browse: Browse, ticket: Json
) -> None:
    number = ticket["number"]
    client = desk.sign_in(AGENT)
    for place in range(4):
        client.send(
            "POST", f"/tickets/{number}/comments", {"body": f"[{place}]" + "<&ż>" * 900 + f"[{place} ends]"}
        )
    agent = browse(AGENT)
    read = agent.open(f"/plain/tickets/{number}")
    while found := re.search(r'<a href="([^"]*)">Older</a>', agent.text):
        read += agent.open(html.unescape(found[1]))
    marks = [mark for place in range(4) for mark in (f"[{place}]", f"[{place} ends]")]
    assert [read.count(mark) for mark in marks] == [1] * len(marks)
    assert "Since &lt;noon&gt;" in read


@pytest.mark.parametrize("who", ["agent@acme.example", "requester@acme.example"])
def test_another_tenants_ticket_is_none(browse: Browse, ticket: Json, who: str) -> None:
    shown = browse(who).open(f"/plain/tickets/{ticket['id']}", status=404)
    assert shown == browse(who).open(f"/plain/tickets/{uuid.uuid4()}", status=404)


@pytest.mark.parametrize(("language", "words"), [("pl", "Moje zgłoszenia"), ("ru", "Мои запросы")])
def test_it_speaks_the_persons_language(desk: Desk, browse: Browse, language: str, words: str) -> None:
    email = f"{language}.{uuid.uuid4().hex[:8]}@acme.example"
    roles = [{"role": "requester"}]
    body = {"email": email, "name": "Anna", "password": "deskmesh", "language": language, "roles": roles}
    desk.sign_in("admin@acme.example").send("POST", "/users", body)
    assert f"<h1>{words}</h1>" in browse(email).text


def test_signing_out_ends_the_session(browse: Browse) -> None:
    agent = browse(AGENT)
    kept = agent.http.cookies["deskmesh_session"]
    agent.send("/out")
    assert "<h1>Sign in</h1>" in agent.text
    stolen = agent.http.get("/plain", headers={"cookie": f"deskmesh_session={kept}"})
    assert stolen.status_code == 401
