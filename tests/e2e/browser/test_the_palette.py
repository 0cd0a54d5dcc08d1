"""The command palette and the keyboard: what can be done here, without a mouse."""

import uuid
from collections.abc import Callable

from browser_desk import Window
from playwright.sync_api import Page, expect

from embedded.testing import Desk, eventually

Open = Callable[..., Window]
SUPERVISOR = "supervisor@acme.example"
REQUESTER = "requester@acme.example"


def requested(desk: Desk, word: str, count: int) -> list[str]:
    """Tickets that the list finds by a word: their numbers."""
    client = desk.sign_in(REQUESTER)
    made = [
        client.send("POST", "/tickets", {"title": f"Key {word} {place}"})["number"] for place in range(count)
    ]
    eventually(lambda: len(client.get("/tickets", q=word)["items"]) == count)
    return made


def do(page: Page, words: str, label: str) -> None:
    """Ask the palette for something by a few words."""
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Go to, or search").fill(words)
    expect(page.get_by_role("button", name=label, exact=True)).to_be_visible()
    page.keyboard.press("Enter")


def test_a_ticket_is_opened_and_changed_by_keyboard_alone(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    (number,) = requested(desk, word, 1)
    client = desk.sign_in(SUPERVISOR)
    page = open_window(SUPERVISOR, f"/desk/tickets?view=all&q={word}").page
    expect(page.get_by_role("list", name="Tickets").get_by_role("link", name=word)).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/tickets/{number}")
    expect(page.get_by_label("Urgency").first).to_be_visible(timeout=20_000)
    do(page, "urgency: high", "Urgency: High")
    eventually(lambda: client.get(f"/tickets/{number}")["urgency"] == "high")


def test_all_that_match_are_chosen_and_changed_by_the_palette(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    made = requested(desk, word, 3)
    client = desk.sign_in(SUPERVISOR)
    page = open_window(SUPERVISOR, f"/desk/tickets?view=all&q={word}").page
    expect(page.get_by_label(f"Choose {made[0]}")).to_be_visible()
    do(page, "choose all", "Choose all that match")
    many = page.get_by_role("region", name="Many at once")
    expect(many).to_contain_text("Chosen: 3")
    do(page, "chosen network", "Chosen: 3: Move to Network")
    said = page.get_by_role("status").filter(has_text="Done: 3")
    expect(said).to_be_visible()
    assert {client.get(f"/tickets/{one}")["queue"]["key"] for one in made} == {"network"}
    said.get_by_role("button", name="Undo").press("Enter")
    eventually(lambda: "network" not in {client.get(f"/tickets/{one}")["queue"]["key"] for one in made})
