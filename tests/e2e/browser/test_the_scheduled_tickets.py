"""A ticket that is made later: asked for on the form in the person's own zone, listed, taken back, asked for again."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from browser_desk import Window
from playwright.sync_api import expect

from embedded.testing import Desk

Open = Callable[..., Window]
AGENT = "agent@acme.example"
WARSAW = ZoneInfo("Europe/Warsaw")


def test_a_ticket_is_made_later_and_taken_back(desk: Desk, open_window: Open) -> None:
    title = f"Renew the certificate {uuid.uuid4().hex[:8]}"
    client = desk.sign_in(AGENT)
    page = open_window(AGENT, "/desk/new").page
    page.get_by_label("Title").fill(title)
    page.get_by_label("Make it later").check()
    page.get_by_label("When").fill("2020-01-01T09:30")
    page.get_by_role("button", name="Schedule").click()
    expect(page.get_by_label("When")).to_have_attribute("aria-invalid", "true")

    at = (datetime.now(WARSAW) + timedelta(days=3)).replace(hour=9, minute=30, second=0, microsecond=0)
    page.get_by_label("When").fill(f"{at:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Schedule").click()
    planned = page.get_by_role("article", name=title)
    expect(planned).to_contain_text("Waits")
    # The browser's own zone is another; the person's decides, and is what the page says.
    expect(planned).to_contain_text("9:30")

    def kept() -> list[datetime]:
        found = client.get("/scheduled-tickets", page_size=200)["items"]
        return [
            datetime.fromisoformat(one["not_before"]) for one in found if one["template"]["title"] == title
        ]

    assert kept() == [at]
    planned.get_by_role("button", name="Take back").click()
    expect(planned).to_be_hidden()
    assert kept() == []
    page.get_by_role("status").filter(has_text=title).get_by_role("button", name="Undo").click()
    expect(planned).to_be_visible()
    assert kept() == [at]
