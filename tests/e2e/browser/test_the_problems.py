"""A problem's page: its known error, and the article that is written of it."""

import uuid
from collections.abc import Callable

from browser_desk import Window
from playwright.sync_api import expect

from embedded.testing import Desk

Open = Callable[..., Window]
AGENT = "agent@acme.example"


def test_an_article_is_written_of_a_known_error_and_found_there_again(desk: Desk, open_window: Open) -> None:
    client = desk.sign_in(AGENT)
    fields = {"root_cause": "A driver leaks memory.", "workaround": "Restart the spooler."}
    body = {"type": "problem", "title": f"The spooler stops {uuid.uuid4().hex[:8]}", "fields": fields}
    problem = client.send("POST", "/tickets", body)
    page = open_window(AGENT, f"/desk/tickets/{problem['number']}").page
    related = page.get_by_role("complementary", name="Facts")
    related.get_by_text("Related", exact=True).click()
    write = related.get_by_role("button", name="Write an article")
    expect(write).to_be_disabled()
    expect(related.get_by_text("Mark the problem as a known error")).to_be_visible()
    client.send("PATCH", f"/tickets/{problem['number']}", {"fields": {"known_error": True}})
    expect(write).to_be_enabled()
    write.click()
    link = related.get_by_role("link", name=problem["title"])
    expect(link).to_be_visible()
    expect(write).to_have_count(0)
    link.click()
    expect(page.get_by_text("Restart the spooler.")).to_be_visible()
    page.go_back()
    related.get_by_text("Related", exact=True).click()
    expect(link).to_be_visible()
