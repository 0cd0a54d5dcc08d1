"""Messages with a shape: mail in HTML in a frame that tells its sender nothing, and replies in Markdown."""

import base64
import re
import uuid
from collections.abc import Callable

from browser_desk import Window, inaccessible
from desk_mail import SUPPORT, new_sender, taken_in, written
from playwright.sync_api import FrameLocator, Page, Route, expect

from embedded.testing import Desk, eventually

Open = Callable[..., Window]
AGENT = "agent@acme.example"
ELSEWHERE = "https://pictures.example/seen.png"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR42mOQz68AIgYIBQAbUgQZRFx0iQAAAABJRU5ErkJggg=="
)
NEWSLETTER = f"""<html><body style="position:fixed" onload="canary()">
<p>The <b>printer</b> on floor 2:</p>
<table><tr><th>Tray</th><th>State</th></tr><tr><td>1</td><td>empty</td></tr></table>
<img src="cid:plan@acme" alt="Plan of the floor"><img src="{ELSEWHERE}" alt="Counted">
<form action="https://canary.example/"><input name="password"></form>
<div class="gmail_quote"><div>On Monday, Support wrote:</div><blockquote>Which printer is it?</blockquote></div>
</body></html>"""


def mailed(desk: Desk, html: str) -> str:
    """Have a mail in HTML, with a picture in it, become a ticket; give its id."""
    sender = new_sender()
    text = "The printer on floor 2: tray 1 is empty.\n\nOn Monday, Support wrote:\n> Which printer is it?\n"
    mail = written(sender, f"Printer {uuid.uuid4().hex[:8]}", text)
    mail.add_alternative(html, subtype="html")
    related = mail.get_payload()[1]  # type: ignore[index] # a message of two parts
    related.add_related(PICTURE, "image", "png", cid="<plan@acme>", filename="plan.png")  # type: ignore[union-attr]
    admin = desk.sign_in("admin@acme.example")
    ticket: str = taken_in(admin, desk.mail(mail, to=SUPPORT, sender=sender))["ticket_id"]
    return ticket


def shown(page: Page) -> FrameLocator:
    """What the first frame of a conversation shows."""
    return page.frame_locator("iframe.message-frame").first


def test_a_mail_is_shown_as_it_was_sent_and_its_sender_learns_nothing(desk: Desk, open_window: Open) -> None:
    ticket = mailed(desk, NEWSLETTER)
    window = open_window(AGENT)
    page, asked = window.page, list[str]()
    window.context.on("request", lambda request: asked.append(request.url))

    def picture(route: Route) -> None:
        route.fulfill(body=PICTURE, content_type="image/png")

    window.context.route(re.compile(r"https://pictures\.example/.*"), picture)
    page.goto(f"/desk/tickets/{ticket}")
    message = shown(page)
    expect(message.get_by_role("cell", name="empty")).to_be_visible()
    expect(message.locator("b, strong")).to_have_text("printer")
    expect(message.get_by_role("img", name="Plan of the floor")).to_have_js_property("naturalWidth", 2)
    expect(message.get_by_text("Counted")).to_be_visible()
    expect(message.locator("form, input, script, [onload]")).to_have_count(0)
    # What it answered is folded.
    expect(message.get_by_text("Which printer is it?")).to_be_hidden()
    message.get_by_text("Show quoted text").click()
    expect(message.get_by_text("Which printer is it?")).to_be_visible()
    # All of it is seen without scrolling within it.
    frame = page.locator("iframe.message-frame").first
    expect(frame).not_to_have_css("height", "96px")
    assert ELSEWHERE not in asked

    page.get_by_role("button", name="Show images").click()
    expect(shown(page).get_by_role("img", name="Counted")).to_have_js_property("naturalWidth", 2)
    assert ELSEWHERE in asked
    page.get_by_role("button", name="Show as text").click()
    expect(page.get_by_text("The printer on floor 2: tray 1 is empty.")).to_be_visible()
    expect(page.locator("iframe.message-frame")).to_have_count(0)
    page.get_by_role("button", name="Show as it was sent").click()
    expect(shown(page).get_by_role("cell", name="empty")).to_be_visible()
    assert inaccessible(page) == []


def test_a_message_reaches_nothing_from_its_frame(desk: Desk, open_window: Open) -> None:
    ticket = mailed(desk, NEWSLETTER)
    page = open_window(AGENT).page
    page.goto(f"/desk/tickets/{ticket}")
    expect(shown(page).get_by_role("cell", name="empty")).to_be_visible()
    [frame] = [one for one in page.frames if one.url.endswith("/message-frame")]
    tries = {
        "origin": "self.origin",
        "page": "(() => { try { return parent.document.title } catch (error) { return error.name } })()",
        "cookies": "(() => { try { return document.cookie } catch (error) { return error.name } })()",
        "storage": "(() => { try { return localStorage.length } catch (error) { return error.name } })()",
    }
    refused = dict.fromkeys(tries, "SecurityError") | {"origin": "null"}
    assert {name: frame.evaluate(tried) for name, tried in tries.items()} == refused


def test_a_reply_in_markdown_is_drawn_for_both_sides(desk: Desk, open_window: Open) -> None:
    requester = desk.sign_in("requester@acme.example")
    number = requester.send("POST", "/tickets", {"title": "Which paper?", "description": "A4 or *letter*?"})[
        "number"
    ]
    page = open_window(AGENT).page
    page.goto(f"/desk/tickets/{number}")
    # What was written as text stays as it was written.
    expect(page.get_by_text("A4 or *letter*?")).to_be_visible()
    area = page.get_by_role("textbox", name="Reply", exact=True)
    area.fill("Take A4")
    area.press("Shift+Home")
    area.press("Control+b")
    expect(area).to_have_value("**Take A4**")
    area.press("Control+z")
    expect(area).to_have_value("Take A4")
    area.press("Control+y")
    area.press("End")
    area.type("\n\n- white\n- recycled\n\n<img src=x onerror=canary()>")
    page.get_by_role("button", name="Preview").click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("strong")).to_have_text("Take A4")
    expect(preview.get_by_role("listitem")).to_have_count(2)
    assert inaccessible(page) == []
    page.get_by_role("button", name="Send").click()
    said = page.get_by_role("log").locator(".rich")
    expect(said.locator("strong")).to_have_text("Take A4")
    expect(said.get_by_text("<img src=x onerror=canary()>")).to_be_visible()

    eventually(lambda: requester.get(f"/tickets/{number}/comments")["items"])
    phone = open_window("requester@acme.example", phone=True).page
    phone.goto(f"/portal/requests/{number}")
    expect(phone.locator(".rich").get_by_role("listitem")).to_have_count(2)
    assert inaccessible(phone) == []


def test_a_message_is_forwarded_and_the_requester_learns_nothing_of_it(desk: Desk, open_window: Open) -> None:
    ticket = mailed(desk, NEWSLETTER)
    supplier = f"repairs.{uuid.uuid4().hex[:8]}@printers.example"
    page = open_window(AGENT).page
    page.goto(f"/desk/tickets/{ticket}")
    page.get_by_role("button", name="Forward this message").first.click()
    dialog = page.get_by_role("dialog", name="Forward")
    expect(dialog.get_by_role("checkbox", name="Description: The printer")).to_be_checked()
    dialog.get_by_role("checkbox", name="plan.png").check()
    dialog.get_by_label("Message").fill("Could you send somebody?")
    to = dialog.get_by_label(re.compile("^To"))
    to.fill("ewa l")
    page.get_by_role("option", name="Ewa Lis · ewa.lis@acme.example").click()
    expect(dialog.get_by_text("ewa.lis@acme.example")).to_be_visible()
    to.press("Backspace")
    expect(dialog.get_by_text("ewa.lis@acme.example")).to_have_count(0)
    to.fill("nobody")
    assert inaccessible(page) == []
    dialog.get_by_role("button", name="Forward").click()
    expect(dialog.get_by_text("must be an e-mail address")).to_be_visible()
    to.press("Backspace")
    to.fill(supplier)
    dialog.get_by_role("button", name="Forward").click()
    expect(dialog).to_have_count(0)
    sent = page.get_by_role("log").get_by_role("article").last
    expect(sent.get_by_text(f"Forwarded to {supplier}")).to_be_visible()
    expect(sent.get_by_text("Could you send somebody?")).to_be_visible()
    expect(sent.get_by_role("button", name="plan.png")).to_be_visible()

    admin = desk.sign_in("admin@acme.example")
    sent_to = f'to = "{supplier}" AND purpose = "forward" AND state = "sent"'
    assert eventually(lambda: admin.get("/deliveries", filter=sent_to)["items"])
