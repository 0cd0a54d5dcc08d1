"""Whole ways through the web UI: a mail answered and rated, a ticket worked without a mouse, a target missed while one looks on."""

import re
import uuid
from collections.abc import Callable

from browser_desk import Window
from desk_mail import SUPPORT, new_sender, written
from playwright.sync_api import Page, expect

from embedded.testing import Desk, eventually

Open = Callable[..., Window]
AGENT = "agent@acme.example"
REQUESTER = "requester@acme.example"
ADMIN = "admin@acme.example"
SOON = 20_000
"""Milliseconds in which a live event arrives on a busy machine."""
TARGET_SECONDS = 40


def test_a_mail_is_answered_and_rated_by_the_link_in_a_mail(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    page = open_window(AGENT, "/desk/tickets?view=unassigned&order=created_at+desc").page
    sender = new_sender()
    desk.mail(written(sender, f"Broken lamp {word}", "It flickers."), to=SUPPORT, sender=sender)
    page.get_by_role("link", name=word).click(timeout=SOON)
    page.get_by_label("Reply").last.fill(f"A new one is on its way {word}")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text(f"A new one is on its way {word}")
    facts = page.get_by_role("complementary", name="Facts")
    for move in ("Resolve", "Close"):
        facts.get_by_role("button", name=move, exact=True).click()

    def link() -> str | None:
        bodies = [mail.get_body(("plain",)) for mail in desk.sent_mails(sender, about=word)]
        found = [re.search(r"http://\S+/ratings/\S+score=5", str(one.get_content())) for one in bodies if one]
        return next((one[0] for one in found if one), None)

    # Whoever wrote the mail has never signed in: the link is all they need.
    rates = open_window(path=str(eventually(link))).page
    rates.get_by_role("textbox").fill(f"Quick {word}")
    rates.get_by_role("button").click()
    expect(rates.get_by_role("textbox")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("group", name="Rating")).to_contain_text(f"Quick {word}")


def go(page: Page, words: str) -> None:
    """Have the command palette do something."""
    page.keyboard.press("Control+k")
    hint = page.get_by_placeholder("Go to, or search")
    expect(hint).to_be_focused()
    hint.fill(words)
    page.keyboard.press("Enter")
    expect(hint).to_be_hidden()


def test_a_ticket_is_worked_by_keyboard_alone(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    client = desk.sign_in(REQUESTER)
    for place in range(2):
        client.send("POST", "/tickets", {"title": f"By keys {word} {place}"})
    eventually(lambda: len(client.get("/tickets", q=word)["items"]) == 2)
    page = open_window(AGENT, f"/desk/tickets?view=all&q={word}").page
    expect(page.locator("li[data-ticket]")).to_have_count(2)
    page.keyboard.press("j")
    first = str(page.locator("li[data-at=true]").get_attribute("data-number"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_be_visible()
    reply = page.get_by_label("Reply").last
    border = "one => getComputedStyle(one).borderColor"
    before = reply.evaluate(border)
    page.keyboard.press("r")
    expect(reply).to_be_focused()
    # What has the focus shows it.
    eventually(lambda: reply.evaluate(border) != before)
    page.keyboard.type(f"Done {word}")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text(f"Done {word}")
    # From within the reply: nobody has to leave it by the mouse.
    go(page, "Resolve")
    eventually(lambda: desk.sign_in(AGENT).get(f"/tickets/{first}")["state"] == "resolved")
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.locator("li[data-ticket]")).to_have_count(2)
    for _ in range(2):
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/desk/tickets/" in url and first not in url)


def test_a_target_that_is_missed_is_seen_without_a_reload(desk: Desk, open_window: Open) -> None:
    admin, agent = desk.sign_in(ADMIN), desk.sign_in(AGENT)
    tag = f"hurry-{uuid.uuid4().hex[:8]}"
    policy = {
        "name": f"At once {tag}",
        "order": -900,
        "condition": f'tags : "{tag}"',
        "kind": "sla",
        "calendar_id": next(one for one in admin.all("/sla/calendars") if one["name"] == "24x7")["id"],
        "targets": [{"clock": "resolution", "priority": None, "target": f"PT{TARGET_SECONDS}S"}],
        "pause_states": [],
        "warnings": [],
    }
    page = open_window(AGENT, "/desk/tickets?view=open").page
    made = admin.send("POST", "/sla/policies", policy)
    try:
        number = agent.send("POST", "/tickets", {"title": f"Hurry {tag}", "tags": [tag]})["number"]
        eventually(lambda: agent.get(f"/tickets/{number}/sla")["items"])
        page.goto(f"/desk/tickets/{number}")
        clocks = page.get_by_role("region", name="Clocks")
        expect(clocks).to_contain_text("left")
        expect(clocks.get_by_text("Breached")).to_have_count(0)
        expect(clocks.get_by_text("Breached")).to_be_visible(timeout=(TARGET_SECONDS * 1000) + SOON)
        expect(clocks).to_contain_text("late")
    finally:
        assert admin.http.delete(f"/sla/policies/{made['id']}").status_code == 204


LEFT = """async () => {
    const kept = [];
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) kept.push(request.url);
    const bases = await indexedDB.databases();
    const {"deskmesh-look": look, ...stored} = {...localStorage};
    return JSON.stringify([stored, {...sessionStorage}, kept, bases.map(one => one.name)]);
}"""
"""All that a browser keeps of a page, but for the tenant's colour and logo, and cookies that no script sees."""


def test_whoever_signs_out_leaves_nothing_to_read(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    client = desk.sign_in(REQUESTER)
    number = client.send("POST", "/tickets", {"title": f"Private {word}"})["number"]
    window = open_window(AGENT, f"/desk/tickets/{number}")
    page = window.page
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_label("Reply").last.fill(f"Between us {word}")
    assert word in page.evaluate(LEFT)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    left = page.evaluate(LEFT)
    assert (word in left, number in left, "/api/" in left) == (False, False, False)
    assert window.context.cookies() == []
    page.go_back()
    page.wait_for_url("**/sign-in*")
    expect(page.get_by_text(word)).to_have_count(0)
