"""The portal of somebody who keeps an eye on an organisation's requests, and belongs to two."""

import uuid
from collections.abc import Callable

import pytest
from browser_desk import Window, choose, inaccessible
from playwright.sync_api import expect

from embedded.testing import Desk, eventually

Open = Callable[..., Window]
CONTACT, COLLEAGUE, OTHER = (f"{who}@globex.example" for who in ("laura.chen", "marcus.hill", "john.miller"))


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_what_the_organisation_asks_for_is_listed_read_and_answered(
    desk: Desk, open_window: Open, phone: bool
) -> None:
    title = f"Ours {uuid.uuid4().hex[:8]}"
    ticket = desk.sign_in(COLLEAGUE).send("POST", "/tickets", {"title": title})
    page = open_window(CONTACT, "/portal", phone=phone).page
    expect(page.get_by_role("button", name="Mine")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text(title)).to_have_count(0)
    page.get_by_role("button", name="Globex, Boston").click()
    found = page.get_by_role("link", name=title)
    expect(found).to_contain_text("Marcus Hill")
    assert inaccessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    found.click()
    page.get_by_label("Reply").fill("We all have it.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text("We all have it.")
    (said,) = desk.sign_in(COLLEAGUE).get(f"/tickets/{ticket['id']}/comments")["items"]
    assert said["author"]["email"] == CONTACT


def test_a_new_request_asks_for_which_organisation_it_is(desk: Desk, open_window: Open) -> None:
    title = f"Theirs {uuid.uuid4().hex[:8]}"
    page = open_window(CONTACT, "/portal/new").page
    page.get_by_label("What is it about?").fill(title)
    choose(page, "For which organisation?", "Globex, Boston")
    page.get_by_role("button", name="Send request").click()
    page.wait_for_url("**/portal/requests/*")
    (made,) = desk.sign_in(CONTACT).get("/tickets", filter=f'title : "{title}"')["items"]
    assert made["organization"]["key"] == "globex-boston"
    page = open_window("agent@globex.example", f"/desk/tickets/{made['number']}").page
    page.get_by_label("Organisation").first.click()
    page.get_by_role("option", name="Globex, New York").click()
    expect(page.get_by_label("Organisation").first).to_have_value("Globex, New York")
    eventually(
        lambda: desk.sign_in(CONTACT).get(f"/tickets/{made['id']}")["organization"]["key"] == "globex-hq"
    )
    plain = open_window(OTHER, "/portal/new").page
    expect(plain.get_by_label("What is it about?")).to_be_visible()
    expect(plain.get_by_label("For which organisation?")).to_have_count(0)
