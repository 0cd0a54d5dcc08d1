"""Whom and what one chooses: everything there is, however many pages of the API that takes."""

import re
import uuid
from collections.abc import Callable

import pytest
from browser_desk import Window
from playwright.sync_api import Page, Route, expect

from embedded.testing import Desk, eventually

Open = Callable[..., Window]
AGENT = "agent@acme.example"


def with_short_pages(window: Window, lists: str) -> Page:
    """The page of a window for which the desk's lists have pages of two."""

    def by_two(route: Route) -> None:
        route.continue_(url=re.sub(r"page_size=\d+", "page_size=2", route.request.url))

    window.context.route(re.compile(rf"/api/v1/({lists})\?"), by_two)
    return window.page


def test_all_who_may_work_the_ticket_and_all_queues_are_offered(desk: Desk, open_window: Open) -> None:
    client = desk.sign_in(AGENT)
    ticket = client.send("POST", "/tickets", {"title": f"Whose {uuid.uuid4().hex[:8]}"})
    number = ticket["number"]
    working = {one["slug"] for one in client.all("/roles") if "tickets.update" in one["permissions"]}
    places = {
        (None, None),
        (ticket["process"]["key"], None),
        (ticket["process"]["key"], ticket["queue"]["key"]),
    }
    people = [one for one in client.all("/users") if one["active"]]
    staff = {
        one["name"]
        for one in people
        if any(
            held["role"] in working and (held["process"], held["queue"]) in places for held in one["roles"]
        )
    }
    others = {one["name"] for one in people} - staff
    assert staff
    queues = {one["name"] for one in client.all("/queues")}
    page = with_short_pages(open_window(AGENT), "users|queues|roles")
    page.goto(f"/desk/tickets/{number}")
    for field, offered in (("Assignee", staff), ("Queue", queues)):
        page.get_by_role("combobox", name=field, exact=True).click()
        options = page.get_by_role("option")
        for name in offered:
            expect(options.filter(has_text=name).first).to_be_visible()
        assert not others & set(options.all_inner_texts())
        page.keyboard.press("Escape")


def test_a_requester_is_found_by_a_part_of_the_name(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    email = f"{uuid.uuid4().hex[:8]}@acme.example"
    desk.sign_in("admin@acme.example").send("POST", "/users", {"email": email, "name": f"Ewa Zet{word}"})
    page = open_window(AGENT, "/desk/new").page
    page.get_by_role("textbox", name="Requester").or_(page.get_by_role("combobox", name="Requester")).fill(
        word
    )
    page.get_by_role("option", name=f"Ewa Zet{word}").click()
    expect(page.get_by_label("Requester").first).to_have_value(email)


def test_a_thing_is_found_by_a_part_of_its_name(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    item = desk.sign_in("admin@acme.example").send(
        "POST", "/cmdb/items", {"class": "server", "name": f"zz-{word}-db"}
    )
    client = desk.sign_in(AGENT)
    number = client.send("POST", "/tickets", {"title": f"Slow {word}"})["number"]
    page = with_short_pages(open_window(AGENT), "cmdb/items")
    page.goto(f"/desk/tickets/{number}")
    things = page.get_by_role("combobox", name="Affected things")
    things.fill(word)
    page.get_by_role("option", name=item["name"]).click()
    eventually(lambda: client.get(f"/tickets/{number}")["ci_ids"] == [item["id"]])
    page.reload()
    expect(page.get_by_role("complementary", name="Facts")).to_contain_text(item["name"])


@pytest.mark.parametrize("kind", ["business_service", "technical_service"])
def test_a_service_is_found_by_a_part_of_its_name_and_nothing_else_is(
    desk: Desk, open_window: Open, kind: str
) -> None:
    word = uuid.uuid4().hex[:8]
    admin = desk.sign_in("admin@globex.example")
    service = admin.send("POST", "/cmdb/items", {"class": kind, "name": f"Mail {word}"})
    admin.send("POST", "/cmdb/items", {"class": "server", "name": f"Host of mail {word}"})
    page = open_window("agent@globex.example", "/desk/new").page
    page.get_by_text("Affected", exact=True).click()
    page.get_by_role("combobox", name="Service", exact=True).fill(word)
    page.get_by_role("option", name=service["name"]).click()
    expect(page.get_by_role("combobox", name="Service", exact=True)).to_have_value(service["name"])
    page.get_by_role("combobox", name="Service", exact=True).fill(word)
    expect(page.get_by_role("option", name=f"Host of mail {word}")).to_have_count(0)
