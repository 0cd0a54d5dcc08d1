"""The plain pages in a browser that runs no script."""

import uuid

from browser_desk import PASSWORD
from playwright.sync_api import Browser, expect

from embedded.testing import Desk

AGENT = "agent@globex.example"


def test_an_agent_signs_in_and_answers_without_script(browser: Browser, desk: Desk) -> None:
    client = desk.sign_in(AGENT)
    number = client.send("POST", "/tickets", {"title": f"Old phone {uuid.uuid4().hex[:8]}"})["number"]
    with browser.new_context(base_url=desk.url, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"/plain/tickets/{number}")
        page.get_by_label("Company").fill("globex")
        page.get_by_label("E-mail").fill(AGENT)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("Reply").fill("Try another cable")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("status")).to_have_text("Done.")
        page.get_by_role("button", name="Start work").click()
        expect(page.get_by_text("State: Open")).to_be_visible()
    assert client.get(f"/tickets/{number}")["state"] == "open"
