"""Changes: planned on their tickets with what stands in their way in sight, kept free times refused, and all of it on a calendar."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from browser_desk import Window, inaccessible
from playwright.sync_api import Locator, Page, expect

from embedded.testing import Desk

Open = Callable[..., Window]
AGENT = "agent@acme.example"
ADMIN = "admin@acme.example"


@dataclass
class January:
    """A month far ahead that no other test plans in, with a freeze on the 20th; Warsaw is an hour ahead of UTC."""

    year: int
    service: dict[str, Any]
    freeze: str

    def at(self, day: int, hour: int) -> str:
        """A time on Warsaw's clocks, as an input of date and time takes it."""
        return f"{self.year}-01-{day:02}T{hour:02}:00"

    def utc(self, day: int, hour: int) -> str:
        """The same moment, as the API takes it."""
        return f"{self.year}-01-{day:02}T{hour - 1:02}:00:00Z"

    @property
    def path(self) -> str:
        return f"/desk/changes?month={self.year}-01"


@pytest.fixture
def january(desk: Desk) -> Iterator[January]:
    client = desk.sign_in(ADMIN)
    year = 2100 + uuid.uuid4().int % 5000
    word = uuid.uuid4().hex[:6]
    name = f"Closing of the books {word}"
    service = client.send("POST", "/cmdb/items", {"class": "business_service", "name": f"Ledger {word}"})
    month = January(year, service, name)
    freeze = client.send(
        "POST",
        "/changes/freezes",
        {"name": name, "starts_at": month.utc(20, 8), "ends_at": month.utc(20, 18)},
    )
    yield month
    assert client.http.delete(f"/changes/freezes/{freeze['id']}").is_success


def a_change(desk: Desk, title: str, month: January) -> dict[str, Any]:
    """Make a change of the month's service."""
    body = {"type": "change", "title": title, "service_id": month.service["id"]}
    return desk.sign_in(AGENT).send("POST", "/tickets", body)


def planned(desk: Desk, number: str, **plan: object) -> None:
    """Plan a change by the API."""
    desk.sign_in(AGENT).send("PUT", f"/tickets/{number}/change", plan)


def facts_of(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Facts")


def begin_planning(page: Page) -> Locator:
    """Open the form of the plan."""
    facts_of(page).get_by_role("button", name="Plan the change").click()
    return page.get_by_role("dialog")


def fill_window(form: Locator, start: str, end: str) -> None:
    form.get_by_label("Starts").fill(start)
    form.get_by_label("Ends").fill(end)
    form.get_by_role("button", name="Save").click()


def test_a_change_is_planned_and_warned_of_what_is_in_its_way(
    desk: Desk, open_window: Open, january: January
) -> None:
    word = uuid.uuid4().hex[:8]
    other = a_change(desk, f"Replace the switch {word}", january)
    planned(desk, other["number"], planned_start=january.utc(12, 20), planned_end=january.utc(12, 22))
    mine = a_change(desk, f"Move the database {word}", january)
    page = open_window(AGENT, f"/desk/tickets/{mine['number']}").page
    form = begin_planning(page)
    form.get_by_label("Is it done for the first time?").check()
    form.get_by_label("Is it made in business hours?").check()
    form.get_by_label("Plan", exact=True).fill("Copy, then switch over.")
    form.get_by_label("Back-out plan").fill("Switch back.")

    fill_window(form, january.at(12, 23), january.at(12, 21))
    expect(form.get_by_label("Ends")).to_have_attribute("aria-invalid", "true")
    fill_window(form, january.at(20, 9), january.at(20, 11))
    refused = form.get_by_role("alert")
    expect(refused).to_contain_text("Nothing is changed at that time")
    expect(refused).to_contain_text(january.freeze)
    assert inaccessible(page) == []
    fill_window(form, january.at(12, 21), january.at(12, 23))
    expect(form).to_be_hidden()

    facts = facts_of(page)
    expect(facts.get_by_text("Risk: Medium")).to_be_visible()
    expect(facts.get_by_text("Copy, then switch over.")).to_be_visible()
    expect(facts.get_by_text(f"Changes the same service: {january.service['name']}")).to_be_visible()
    expect(facts.get_by_role("link", name=other["title"])).to_be_visible()
    assert inaccessible(page) == []
    kept = desk.sign_in(AGENT).get(f"/tickets/{mine['number']}/change")
    assert [kept["planned_start"], kept["planned_end"]] == [january.utc(12, 21), january.utc(12, 23)]
    assert kept["risk_answers"] == {"business_hours": True, "first_time": True}


def test_two_who_plan_at_once_lose_nothing(desk: Desk, open_window: Open, january: January) -> None:
    change = a_change(desk, f"Renew certificates {uuid.uuid4().hex[:8]}", january)
    page = open_window(AGENT, f"/desk/tickets/{change['number']}").page
    form = begin_planning(page)
    form.get_by_label("Plan", exact=True).fill("Mine.")
    planned(desk, change["number"], plan="Theirs.", backout_plan="Their way back.")
    form.get_by_role("button", name="Save").click()
    told = form.get_by_role("alert")
    expect(told).to_contain_text("Plan, Back-out plan")
    expect(form.get_by_label("Plan", exact=True)).to_have_value("Mine.")
    expect(form.get_by_label("Back-out plan")).to_have_value("Their way back.")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    kept = desk.sign_in(AGENT).get(f"/tickets/{change['number']}/change")
    assert (kept["plan"], kept["backout_plan"]) == ("Mine.", "Their way back.")


def test_a_plan_is_kept_though_something_else_of_the_ticket_has_changed(
    desk: Desk, open_window: Open, january: January
) -> None:
    change = a_change(desk, f"Patch the proxy {uuid.uuid4().hex[:8]}", january)
    page = open_window(AGENT, f"/desk/tickets/{change['number']}").page
    form = begin_planning(page)
    form.get_by_label("Release").fill("R7")
    desk.sign_in(AGENT).send("PATCH", f"/tickets/{change['number']}", {"tags": ["proxy"]})
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    assert desk.sign_in(AGENT).get(f"/tickets/{change['number']}/change")["release"] == "R7"


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_calendar_shows_changes_freezes_and_collisions(
    desk: Desk, open_window: Open, january: January, phone: bool
) -> None:
    word = uuid.uuid4().hex[:8]
    alone, one, two = (a_change(desk, f"{name} {word}", january) for name in ("Alone", "First", "Second"))
    release = f"R {word}"
    for change, day in ((alone, 5), (one, 12), (two, 12)):
        plan = {"planned_start": january.utc(day, 21), "planned_end": january.utc(day, 23)}
        planned(desk, change["number"], **plan, **({"release": release} if change is not two else {}))
    page = open_window(AGENT, january.path, phone=phone).page
    main = page.get_by_role("main")
    link = {change["number"]: main.get_by_role("link", name=change["title"]) for change in (alone, one, two)}
    for number, collides in ((alone, False), (one, True), (two, True)):
        expect(link[number["number"]]).to_be_visible()
        mark = link[number["number"]].get_by_text("Collides with another change")
        expect(mark).to_have_count(1 if collides else 0)
    expect(main.get_by_text(f"Freeze: {january.freeze}")).to_be_visible()
    expect(main.get_by_text("at the same time: 2")).to_be_visible()
    assert inaccessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"

    main.get_by_role("combobox", name="Release").click()
    page.get_by_role("option", name=release).click()
    expect(link[two["number"]]).to_have_count(0)
    expect(link[one["number"]]).to_be_visible()
    if not phone:
        page.locator("body").press("Escape")
        page.get_by_role("heading", name="Changes").click()
        page.keyboard.press("j")
        expect(page.get_by_role("status").filter(has_text=f"February {january.year}")).to_be_visible()
        expect(page.get_by_text("Nothing to show in this month")).to_be_visible()
        page.keyboard.press("k")
    expect(link[alone["number"]]).to_be_visible()
    link[one["number"]].click()
    expect(facts_of(page).get_by_role("link", name=alone["title"])).to_be_visible()


def test_a_standard_change_is_made_of_a_template(desk: Desk, open_window: Open, january: January) -> None:
    client, word = desk.sign_in(ADMIN), uuid.uuid4().hex[:8]
    template = {"slug": f"restart-{word}", "name": f"Restart the proxies {word}", "plan": "One by one."}
    client.send("POST", "/changes/templates", template)
    admin = open_window(ADMIN, "/admin/change_templates").page
    admin.get_by_role("row").filter(has_text=word).get_by_role("button").first.click()
    form = admin.get_by_role("dialog")
    form.get_by_label("Back-out plan").fill("Start the old image.")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()

    page = open_window(AGENT, january.path).page
    page.get_by_role("button", name="Standard change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Template").fill(word)
    page.get_by_role("option", name=template["name"]).click()
    expect(dialog.get_by_text("Start the old image.")).to_be_visible()
    assert inaccessible(page) == []
    dialog.get_by_label("Starts").fill(january.at(20, 9))
    dialog.get_by_label("Ends").fill(january.at(20, 11))
    dialog.get_by_role("button", name="Make the change").click()
    expect(dialog.get_by_role("alert")).to_contain_text(january.freeze)
    dialog.get_by_label("Starts").fill(january.at(9, 21))
    dialog.get_by_label("Ends").fill(january.at(9, 23))
    dialog.get_by_role("button", name="Make the change").click()
    expect(page.get_by_role("heading", name=template["name"])).to_be_visible()
    expect(facts_of(page).get_by_text("Standard: approved before")).to_be_visible()
    number = page.url.rsplit("/", 1)[-1]
    kept = desk.sign_in(AGENT).get(f"/tickets/{number}/change")
    assert (kept["standard"], kept["backout_plan"]) == (True, "Start the old image.")
    assert kept["planned_start"] == january.utc(9, 21)
    assert client.http.delete(f"/changes/templates/{template['slug']}").is_success


def test_the_calendar_is_subscribed_to(desk: Desk, open_window: Open, january: January) -> None:
    change = a_change(desk, f"Subscribed {uuid.uuid4().hex[:8]}", january)
    planned(desk, change["number"], planned_start=january.utc(8, 21), planned_end=january.utc(8, 23))
    page = open_window(AGENT, january.path).page
    page.get_by_role("button", name="Subscribe").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make an address").click()
    address = dialog.locator("code").inner_text()
    feed = httpx.get(address)
    assert feed.headers["content-type"].startswith("text/calendar")
    assert change["number"] in feed.text
    client = desk.sign_in(AGENT)
    token = next(one for one in client.all("/me/tokens") if one["name"] == "Changes")
    assert token["scopes"] == ["tickets.read"]
    assert client.http.delete(f"/me/tokens/{token['id']}").is_success
    assert httpx.get(address).status_code == httpx.codes.UNAUTHORIZED
