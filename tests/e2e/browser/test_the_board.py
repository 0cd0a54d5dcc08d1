"""The supervisor's board: work given to another person by drag or by a menu, and taken back."""

import re
import uuid
from collections.abc import Callable

import pytest
from browser_desk import PASSWORD, Window, choose
from playwright.sync_api import Locator, Page, expect

from embedded.testing import Client, Desk, eventually

Open = Callable[..., Window]
SUPERVISOR = "supervisor@acme.example"
AGENT = "agent@acme.example"


def drag(page: Page, title: str, number: str) -> None:
    """Take its card to the person."""
    # Both have to be seen: nothing scrolls while something is dragged.
    page.set_viewport_size({"width": 1360, "height": 4200})
    hands = page.get_by_role("region", name="Who has what")
    card = hands.locator("[draggable=true]").filter(has_text=title)
    card.drag_to(hands.get_by_role("region", name="Agata Nowicka"))


def by_menu(page: Page, title: str, number: str) -> None:
    """Use the keyboard alone."""
    page.get_by_role("button", name=f"Give {number} to").press("Enter")
    page.get_by_role("menuitem", name="Agata Nowicka").press("Enter")


@pytest.mark.parametrize("give", [drag, by_menu])
def test_a_ticket_is_given_to_another_and_taken_back(
    desk: Desk, open_window: Open, give: Callable[[Page, str, str], None]
) -> None:
    title = f"Urgent {uuid.uuid4().hex[:8]}"
    client = desk.sign_in(SUPERVISOR)
    # Above all else: what is due first stands first with its person.
    new = {"title": title, "impact": "high", "urgency": "high", "occurred_at": "2020-01-02T10:00:00Z"}
    number = desk.sign_in("admin@acme.example").send("POST", "/tickets", new)["number"]
    client.send("PUT", f"/tickets/{number}/assignment", {"assignee": SUPERVISOR})
    eventually(lambda: client.get(f"/tickets/{number}")["sla"])
    page = open_window(SUPERVISOR, "/desk/board").page
    expect(page.get_by_role("region", name="Who has what").get_by_text(title)).to_be_visible(timeout=20_000)
    give(page, title, number)
    said = page.get_by_role("status").filter(has_text=f"{number}: Assigned: Agata Nowicka")
    expect(said).to_be_visible(timeout=20_000)
    assert client.get(f"/tickets/{number}")["assignee"]["email"] == AGENT
    said.get_by_role("button", name="Undo").click()
    eventually(lambda: client.get(f"/tickets/{number}")["assignee"]["email"] == SUPERVISOR)
    client.send("POST", f"/tickets/{number}/transitions", {"to": "cancelled", "comment": "Only tried."})


def test_who_may_not_work_the_queue_is_not_offered_and_is_refused_by_name(
    desk: Desk, open_window: Open
) -> None:
    word = uuid.uuid4().hex[:8]
    title, name = f"Not for everybody {word}", f"Anna {word}"
    client, admin = desk.sign_in(SUPERVISOR), desk.sign_in("admin@acme.example")
    agent = {
        "email": f"anna.{word}@acme.example",
        "name": name,
        "password": PASSWORD,
        "roles": [{"role": "agent"}],
    }
    anna = admin.send("POST", "/users", agent)
    new = {"title": title, "queue": "network", "impact": "high", "urgency": "high"}
    new["occurred_at"] = "2020-01-02T10:00:00Z"
    number = admin.send("POST", "/tickets", new)["number"]
    eventually(lambda: client.get(f"/tickets/{number}")["sla"])
    page = open_window(SUPERVISOR, "/desk/board").page
    page.set_viewport_size({"width": 1360, "height": 4200})
    hands = page.get_by_role("region", name="Who has what")
    expect(hands.get_by_text(title)).to_be_visible(timeout=20_000)
    page.get_by_role("button", name=f"Give {number} to").press("Enter")
    expect(page.get_by_role("menuitem", name="Agata Nowicka")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Joanna Sikora")).to_have_count(0)
    page.keyboard.press("Escape")
    closed = hands.get_by_role("region", name="Joanna Sikora")
    hands.locator("[draggable=true]").filter(has_text=title).drag_to(closed)
    expect(page.get_by_role("alert")).to_have_count(0)
    # What the page knows of the roles may be a minute old: the desk decides.
    admin.send("PATCH", f"/users/{anna['id']}", {"roles": [{"role": "requester"}]})
    other = admin.send("POST", "/tickets", {"title": f"Beside it {word}", "queue": "network"})["number"]
    eventually(lambda: refused(client, other, anna["id"]))
    page.get_by_role("button", name=f"Give {number} to").press("Enter")
    page.get_by_role("menuitem", name=name).press("Enter")
    refusal = f"{name} may not work tickets of the queue “Network”; {number} stays where it was."
    expect(page.get_by_role("alert").filter(has_text=refusal)).to_be_visible(timeout=20_000)
    assert client.get(f"/tickets/{number}")["assignee"] is None
    for one in (number, other):
        client.send("POST", f"/tickets/{one}/transitions", {"to": "cancelled", "comment": "Only tried."})


def refused(client: Client, number: str, assignee: str) -> bool:
    """Whether the desk knows already that somebody may not be given a ticket."""
    return client.http.put(f"/tickets/{number}/assignment", json={"assignee": assignee}).is_error


def test_how_each_team_and_its_people_stand_leads_to_their_tickets(desk: Desk, open_window: Open) -> None:
    page = open_window(SUPERVISOR, "/desk/board").page
    standing = page.get_by_role("region", name="How it stands now")
    team = standing.get_by_role("link", name=re.compile("^Network, Open: "))
    expect(team).to_have_text(re.compile(r"^\d+$"))
    counted = desk.sign_in(SUPERVISOR).all("/tickets", filter='team = "network" AND open = true')
    assert number(team) == len(counted) > 0
    choose(page, "Whose", "Network")
    person = standing.get_by_role("link", name=re.compile(", Open: [1-9]")).first
    expect(person).to_be_visible()
    expect(standing.get_by_role("columnheader", name="Nobody's")).to_have_count(0)
    opened = number(person)
    person.click()
    expect(page.get_by_role("list", name="Tickets").get_by_role("listitem")).to_have_count(opened)


def number(place: Locator) -> int:
    """The number that stands in a place."""
    found = re.search(r"\d+", place.inner_text())
    return int(found.group()) if found else -1


def test_what_is_open_and_whose_is_counted_live_in_the_tiles_and_in_the_menu(
    desk: Desk, open_window: Open
) -> None:
    client = desk.sign_in(SUPERVISOR)
    page = open_window(SUPERVISOR, "/desk/board").page
    tiles = page.get_by_role("group", name="Now")
    nobodys = tiles.get_by_role("link").filter(has_text="Unassigned")
    expect(nobodys).to_contain_text(re.compile(r"\d"))
    queue = page.get_by_role("navigation", name="Menu").get_by_role("link", name=re.compile("^Network"))
    expect(queue).to_contain_text(re.compile(r"\d"))
    before = number(nobodys), number(queue)
    made = client.send("POST", "/tickets", {"title": "Counted live", "queue": "network"})
    eventually(lambda: (number(nobodys), number(queue)) == (before[0] + 1, before[1] + 1))
    nobodys.click()
    expect(page.get_by_role("heading", name="Unassigned")).to_be_visible()
    client.send(
        "POST", f"/tickets/{made['number']}/transitions", {"to": "cancelled", "comment": "Only tried."}
    )


def test_what_is_due_within_a_day_leads_to_its_list(open_window: Open) -> None:
    page = open_window(SUPERVISOR, "/desk/board").page
    soon = page.get_by_role("group", name="Now").get_by_role("link").filter(has_text="Due within a day")
    expect(soon).to_contain_text(re.compile(r"\d"))
    # In the demo that depends on the hour: before a weekend nothing may be.
    due = number(soon)
    soon.click()
    expect(page).to_have_url(re.compile("breached"))
    shown = page.get_by_role("list", name="Tickets").get_by_role("listitem").first
    expect(shown if due else page.get_by_text("Nothing found")).to_be_visible()
