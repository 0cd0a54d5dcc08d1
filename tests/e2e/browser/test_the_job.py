"""One request through the web UI: a mail comes in, an agent answers live, the requester reads it in the portal."""

import uuid
from collections.abc import Callable

from browser_desk import Window
from desk_mail import SUPPORT, new_sender, written
from playwright.sync_api import expect

from embedded.testing import Desk, Json, eventually

Open = Callable[..., Window]
AGENT = "agent@acme.example"
REQUESTER = "requester@acme.example"


def requested(desk: Desk, title: str) -> Json:
    return desk.sign_in(REQUESTER).send("POST", "/tickets", {"title": title, "description": "Since noon."})


GIVE_FILE = """(area, [act, name]) => {
    const data = new DataTransfer();
    data.items.add(new File(["what it holds"], name));
    const how = {bubbles: true, cancelable: true};
    area.dispatchEvent(act === "paste" ? new ClipboardEvent("paste", {clipboardData: data, ...how})
        : new DragEvent("drop", {dataTransfer: data, ...how}));
}"""
"""Gives a file to a page as the clipboard or the pointer does."""
KEPT_FILES = """() => new Promise((resolve, reject) => {
    const opening = indexedDB.open("deskmesh-drafts");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const asked = opening.result.transaction("files").objectStore("files").getAllKeys();
        asked.onsuccess = () => resolve(asked.result);
    };
})"""
"""Names of the answers whose files the browser keeps."""


def test_a_mail_appears_by_itself_and_is_answered_and_moved(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    page = open_window(AGENT, "/desk/tickets?view=unassigned&order=created_at+desc").page
    expect(page.get_by_role("heading", name="Unassigned")).to_be_visible()
    sender = new_sender()
    desk.mail(written(sender, f"Broken dock {word}", "My dock is dead."), to=SUPPORT, sender=sender)

    # It comes by itself: nobody reloads.
    page.get_by_role("link", name=word).click(timeout=20_000)
    expect(page.get_by_role("heading", name=word)).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text("My dock is dead.")
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_label("Assignee", exact=True).first).to_have_value("Agata Nowicka")

    page.get_by_label("Reply").last.fill(f"Try the other cable {word}")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text(f"Try the other cable {word}")
    page.get_by_role("button", name="Wait for the requester").click()
    expect(page.get_by_text("Waiting for requester").first).to_be_visible()
    eventually(lambda: desk.sent_mails(sender, about=word))


def test_a_requester_asks_in_the_portal_and_talks_with_the_agent_live(open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    asks = open_window(REQUESTER, "/portal/new", phone=True).page
    asks.get_by_label("What is it about?").fill(f"New keyboard {word}")
    asks.get_by_label("Tell us more").fill("The space key sticks.")
    asks.get_by_role("button", name="Send request").click()
    asks.wait_for_url("**/portal/requests/*")
    number = asks.url.rpartition("/")[2]

    works = open_window(AGENT, f"/desk/tickets/{number}").page
    works.get_by_text("Internal note", exact=True).click()
    works.get_by_label("Internal note").last.fill(f"Secret {word}")
    works.get_by_role("button", name="Add note").click()
    expect(works.get_by_role("log")).to_contain_text(f"Secret {word}")
    works.get_by_text("Reply", exact=True).click()
    works.get_by_label("Reply").last.fill(f"One is on its way {word}")
    works.get_by_role("button", name="Send").click()

    expect(asks.get_by_role("log")).to_contain_text(f"One is on its way {word}", timeout=20_000)
    expect(asks.get_by_role("log")).not_to_contain_text("Secret")
    asks.get_by_label("Reply").fill(f"Thank you {word}")
    asks.get_by_role("button", name="Send").click()
    expect(works.get_by_role("log")).to_contain_text(f"Thank you {word}", timeout=20_000)


def test_two_agents_at_one_ticket_lose_nothing(desk: Desk, open_window: Open) -> None:
    number = requested(desk, f"Two at once {uuid.uuid4().hex[:8]}")["number"]
    window = open_window(AGENT, f"/desk/tickets/{number}")
    page = window.page
    expect(page.get_by_label("Urgency").first).to_have_value("Medium")
    # What the other does is not heard of in time.
    window.context.route("**/api/v1/events", lambda route: route.abort())
    page.reload()
    expect(page.get_by_label("Urgency").first).to_have_value("Medium")
    desk.sign_in("supervisor@acme.example").send("PATCH", f"/tickets/{number}", {"urgency": "high"})

    page.get_by_label("Urgency").first.click()
    page.get_by_role("option", name="Low").click()
    dialog = page.get_by_role("dialog", name="Somebody else was faster")
    expect(dialog).to_contain_text("Urgency is now: high")
    assert desk.sign_in(AGENT).get(f"/tickets/{number}")["urgency"] == "high"
    dialog.get_by_role("button", name="Apply mine").click()
    expect(dialog).to_be_hidden()
    eventually(lambda: desk.sign_in(AGENT).get(f"/tickets/{number}")["urgency"] == "low")


def test_files_are_pasted_and_dropped_and_go_with_the_answer(desk: Desk, open_window: Open) -> None:
    number = requested(desk, f"Files {uuid.uuid4().hex[:8]}")["number"]
    page = open_window(AGENT, f"/desk/tickets/{number}").page
    area = page.get_by_label("Reply").last
    for act, name in (("paste", "shot.png"), ("drop", "log.txt"), ("drop", "mistaken.txt")):
        area.evaluate(GIVE_FILE, [act, name])
        expect(page.get_by_text(name, exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove mistaken.txt").click()
    area.fill("As promised.")
    page.get_by_role("button", name="Send", exact=True).click()
    said = page.get_by_role("log").get_by_role("article").last
    expect(said.get_by_role("button", name="shot.png")).to_be_visible()
    (comment,) = desk.sign_in(AGENT).get(f"/tickets/{number}/comments")["items"]
    assert {one["name"] for one in comment["attachments"]} == {"shot.png", "log.txt"}


def test_files_of_an_answer_outlive_the_page_and_not_the_session(desk: Desk, open_window: Open) -> None:
    number = requested(desk, f"Kept {uuid.uuid4().hex[:8]}")["number"]
    page = open_window(AGENT, f"/desk/tickets/{number}").page
    for name in ("plan.txt", "mistaken.txt"):
        page.get_by_label("Reply").last.evaluate(GIVE_FILE, ["drop", name])
    page.get_by_role("button", name="Remove mistaken.txt").click()
    page.reload()
    expect(page.get_by_text("plan.txt", exact=True)).to_be_visible()
    expect(page.get_by_text("mistaken.txt", exact=True)).to_have_count(0)
    page.get_by_label("Reply").last.fill("Here it is.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log").get_by_role("button", name="plan.txt")).to_be_visible()
    expect(page.get_by_role("button", name="Remove plan.txt")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Reply").last).to_have_value("")
    expect(page.get_by_role("button", name="Remove plan.txt")).to_have_count(0)
    (comment,) = desk.sign_in(AGENT).get(f"/tickets/{number}/comments")["items"]
    assert [one["name"] for one in comment["attachments"]] == ["plan.txt"]

    page.get_by_label("Reply").last.evaluate(GIVE_FILE, ["drop", "secret.txt"])
    expect(page.get_by_role("button", name="Remove secret.txt")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    eventually(lambda: page.evaluate(KEPT_FILES) == [])


def test_a_draft_outlives_the_page(desk: Desk, open_window: Open) -> None:
    number = requested(desk, f"Draft {uuid.uuid4().hex[:8]}")["number"]
    page = open_window(AGENT, f"/desk/tickets/{number}").page
    page.get_by_label("Reply").last.fill("Half a thought")
    page.goto("/desk/tickets?view=open")
    page.goto(f"/desk/tickets/{number}")
    expect(page.get_by_label("Reply").last).to_have_value("Half a thought")
