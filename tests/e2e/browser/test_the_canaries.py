"""What a person may write anywhere stays text on every screen that shows it, and no page asks anybody but the desk for anything."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from browser_desk import Window
from desk_mail import new_sender, taken_in, written
from playwright.sync_api import expect

from embedded.testing import Desk, eventually

Open = Callable[..., Window]
ADMIN = "admin@globex.example"
REQUESTER = "requester@globex.example"
SUPPORT = "support@globex.example"
ATTACK = "<img src=//canary.example/a onerror=canary()><svg onload=canary()></svg><script>canary()</script>{{7*7}} שלום"
HTML = '<p onclick="canary()">Look</p><a href="javascript:canary()">x</a>' + ATTACK


@dataclass(frozen=True)
class Canaries:
    """Where the attack was written."""

    ticket: str
    mailed: str
    article: str
    queue: str
    view: str


@pytest.fixture(scope="module")
def canaries(desk: Desk) -> Canaries:
    """The attack in the names of all that has one, and in all that is written on a ticket."""
    word = uuid.uuid4().hex[:8]
    text = f"{word} {ATTACK}"
    admin, requester = desk.sign_in(ADMIN), desk.sign_in(REQUESTER)
    admin.send("POST", "/teams", {"name": text, "slug": word})
    admin.send("POST", "/queues", {"name": text, "slug": word})
    organization = admin.send("POST", "/organizations", {"name": text, "slug": word})
    person = admin.send(
        "POST",
        "/users",
        {
            "email": f"{word}@globex.example",
            "name": text,
            "roles": [{"role": "agent"}],
            "teams": [word],
            "organizations": [organization["slug"]],
        },
    )
    field = admin.send(
        "POST", "/fields", {"name": text, "slug": f"f{word}", "type": "text", "description": text}
    )
    admin.send(
        "POST",
        "/macros",
        {"name": text, "description": text, "actions": [{"type": "reply", "body": "Hello"}]},
    )
    view = admin.send("POST", "/views", {"name": text, "filter": f'queue = "{word}"'})
    article = admin.send(
        "POST",
        "/kb/articles",
        {"title": text, "body": HTML, "visibility": "requesters", "state": "published"},
    )
    ticket = requester.send("POST", "/tickets", {"title": text, "description": text})["number"]
    admin.send("PATCH", f"/tickets/{ticket}", {"queue": word, "tags": [text[:60]], "category": text})
    admin.send("PATCH", f"/tickets/{ticket}", {"fields": {field["slug"]: text}})
    given = {"assignee": person["email"]}
    # The desk's parts hear of a new person one after the other.
    eventually(lambda: admin.http.put(f"/tickets/{ticket}/assignment", json=given).is_success)
    requester.send("POST", f"/tickets/{ticket}/comments", {"body": f"javascript:canary() {text}"})
    name = f"{word} <img src=x onerror=canary()>.txt"
    assert requester.http.post(f"/tickets/{ticket}/attachments", files={"file": (name, b"x")}).is_success
    sender = new_sender().replace("acme", "globex")
    mail = written(sender, text, text)
    mail.replace_header("To", SUPPORT)
    mail.add_alternative(HTML, subtype="html")
    mailed = taken_in(admin, desk.mail(mail, to=SUPPORT, sender=sender))["ticket_id"]
    # Lists find it by its words when they have been written down for the search.
    eventually(
        lambda: admin.get("/tickets", q=word)["items"] and requester.get("/kb/search", q=word)["items"]
    )
    return Canaries(ticket, mailed, article["id"], word, view["id"])


def screens(who: str, canary: Canaries) -> list[str]:
    """The pages on which somebody meets what others wrote."""
    word = canary.queue
    if who == REQUESTER:
        return [
            "/portal",
            f"/portal?q={word}",
            f"/portal/requests/{canary.ticket}",
            f"/portal/articles/{canary.article}",
        ]
    return [
        f"/desk/tickets?view=all&q={word}",
        f"/desk/tickets?saved={canary.view}",
        f"/desk/tickets?queue={word}",
        f"/desk/tickets/{canary.ticket}",
        f"/desk/tickets/{canary.mailed}",
        "/desk/board",
        "/desk/new",
        "/admin/queues",
        "/admin/users",
        "/admin/teams",
        "/admin/fields",
        "/admin/macros",
        "/admin/articles",
    ]


@pytest.mark.parametrize("who", [REQUESTER, ADMIN])
def test_what_people_write_stays_text_everywhere(
    desk: Desk, open_window: Open, canaries: Canaries, who: str
) -> None:
    window = open_window(who)
    page, asked = window.page, list[str]()
    window.context.on("request", lambda request: asked.append(request.url))
    window.context.add_init_script("window.hits = 0; window.canary = () => { window.hits += 1 }")
    seen = 0
    for path in screens(who, canaries):
        page.goto(path)
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        expect(page.locator("main").locator("h1, p").first).to_be_visible()
        assert page.evaluate("hits") == 0, path
        assert (
            page.locator("main").locator("[onerror], [onload], [onclick], a[href^=javascript]").count() == 0
        ), path
        seen += page.get_by_text("{{7*7}}").count()
    # The attack was there to be run.
    assert seen > len(screens(who, canaries)) / 2
    ours = (desk.url, "data:", "blob:")
    assert [url for url in asked if not url.startswith(ours)] == []
