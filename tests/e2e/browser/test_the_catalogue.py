"""An order: the form asks what its answers make necessary, the manager decides in the portal, the requester sees it."""

import uuid
from collections.abc import Callable

from browser_desk import Window, choose, inaccessible
from playwright.sync_api import expect

from embedded.testing import Desk

Open = Callable[..., Window]
REQUESTER = "requester@acme.example"
MANAGER = "supervisor@acme.example"


def test_the_form_asks_by_its_conditions_and_the_manager_decides(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    page = open_window(REQUESTER, "/portal").page
    page.get_by_role("link", name="Service catalogue").click()
    page.get_by_role("region", name="Sprzęt").get_by_role("link", name="Laptop służbowy").click()
    expect(page.get_by_text("This has to be approved")).to_be_visible()
    location = page.get_by_label("Location")
    expect(location).to_be_hidden()
    choose(page, "Kind of device", "laptop")
    location.fill("Kraków")
    choose(page, "Kind of device", "phone")
    expect(location).to_be_hidden()
    choose(page, "Kind of device", "laptop")
    expect(location).to_have_value("Kraków")
    page.get_by_label("Anything else we should know?").fill(f"Two screens {word}")
    page.get_by_role("button", name="Order").click()
    page.wait_for_url("**/portal/requests/*")
    number = page.url.rpartition("/")[2]
    expect(page.get_by_role("region", name="What was ordered")).to_contain_text("Laptop służbowy")

    manager = open_window(MANAGER, "/portal/approvals", phone=True).page
    asked = manager.get_by_role("article").filter(has_text=number)
    asked.get_by_role("button", name="Reject").click()
    expect(asked.get_by_text("Say why")).to_be_visible()
    asked.get_by_label("Comment").fill(f"Within the budget {word}")
    asked.get_by_role("button", name="Approve").click()
    expect(asked).to_be_hidden()
    decided = desk.sign_in(REQUESTER).get(f"/tickets/{number}/approvals")["items"][0]
    assert decided["state"] == "approved"
    page.reload()
    expect(page.get_by_text(f"Within the budget {word}")).to_be_visible()


def test_the_search_of_the_portal_finds_what_can_be_ordered(open_window: Open) -> None:
    page = open_window(REQUESTER, "/portal?q=laptop").page
    page.get_by_role("link", name="Laptop służbowy").click()
    expect(page.get_by_role("heading", name="Laptop służbowy")).to_be_visible()


def test_a_requester_rates_a_request_that_has_ended(desk: Desk, open_window: Open) -> None:
    client, queue = desk.sign_in(REQUESTER), f"rated-{uuid.uuid4().hex[:8]}"
    admin = desk.sign_in("admin@acme.example")
    admin.send("POST", "/queues", {"name": queue, "slug": queue})
    admin.send("PUT", f"/queues/{queue}/rating-settings", {"ask_on": "closed", "scale": "five", "nps": True})
    number = client.send("POST", "/tickets", {"title": queue, "queue": queue})["number"]
    agent = desk.sign_in("agent@acme.example")
    for state in ("resolved", "closed"):
        agent.send("POST", f"/tickets/{number}/transitions", {"to": state})
    page = open_window(REQUESTER, f"/portal/requests/{number}", phone=True).page
    page.get_by_role("radio", name="4 of 5").press(" ")
    page.get_by_label("What was good, what was not?").fill("Quick")
    likely = page.get_by_role("group", name="How likely are you to recommend us?")
    likely.get_by_role("button", name="9", exact=True).click()
    assert inaccessible(page) == []
    page.get_by_role("button", name="Send rating").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    rating = client.get(f"/tickets/{number}/rating")
    assert (rating["score"], rating["comment"], rating["nps"]) == (4, "Quick", 9)
    # Who changes one answer keeps the other.
    page.get_by_role("radio", name="5 of 5").press(" ")
    page.get_by_role("button", name="Send rating").click()
    expect(page.get_by_role("button", name="Send rating")).to_be_disabled()
    rating = client.get(f"/tickets/{number}/rating")
    assert (rating["score"], rating["nps"]) == (5, 9)
