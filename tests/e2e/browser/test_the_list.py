"""The list of tickets: columns, order, many rows, many at once, and getting the next one in focus mode."""

import uuid
from collections.abc import Callable

from browser_desk import PASSWORD, Window, inaccessible
from playwright.sync_api import expect

from embedded.testing import Desk, eventually

Open = Callable[..., Window]
AGENT = "agent@acme.example"
SUPERVISOR = "supervisor@acme.example"
REQUESTER = "requester@acme.example"
PAGE = 50
"""Rows that the list asks for at a time."""


def requested(desk: Desk, word: str, count: int) -> list[str]:
    """Tickets that the list finds by a word: their numbers."""
    client = desk.sign_in(REQUESTER)
    made = [
        client.send("POST", "/tickets", {"title": f"Many {word} {place}"})["number"] for place in range(count)
    ]
    eventually(lambda: len(client.get("/tickets", q=word)["items"]) == count)
    return made


def test_columns_are_chosen_and_stay(open_window: Open) -> None:
    page = open_window(AGENT, "/desk/tickets?view=all").page
    head = page.get_by_role("group", name="Order")
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Queue", exact=True).check()
    page.get_by_label("Updated", exact=True).uncheck()
    page.get_by_role("button", name="Queue: earlier").click()
    page.keyboard.press("Escape")
    expect(head).to_have_text("NumberTitleStateDueQueueAssignee")
    page.reload()
    expect(head).to_have_text("NumberTitleStateDueQueueAssignee")
    head.get_by_role("button", name="Due").click()
    page.wait_for_url("**order=due_at*asc*")
    expect(head.get_by_role("button", name="Due")).to_have_attribute("aria-pressed", "true")


def test_a_saved_view_is_searched_filtered_and_ordered(desk: Desk, open_window: Open) -> None:
    word, other = uuid.uuid4().hex[:8], uuid.uuid4().hex[:8]
    made = requested(desk, word, 2)
    beside = requested(desk, other, 1)
    agent = desk.sign_in(AGENT)
    view = agent.send("POST", "/views", {"name": f"New {word}", "filter": 'state = "new"'})
    try:
        page = open_window(AGENT, f"/desk/tickets?saved={view['id']}").page
        numbers = page.locator("li[data-ticket]")
        expect(numbers.first).to_be_visible()
        page.get_by_label("Search tickets").fill(word)
        expect(numbers).to_have_count(2)
        page.get_by_label("Order", exact=True).first.click()
        page.get_by_role("option", name="Oldest").click()
        expect(numbers.first).to_have_attribute("data-number", made[0])
        # The state of the view still holds: what has begun is not in it.
        agent.send("POST", f"/tickets/{made[0]}/transitions", {"to": "open"})
        expect(numbers).to_have_count(1)
        page.get_by_label("Search tickets").fill(f"{word} {other}")
        expect(page.get_by_text("Nothing found")).to_be_visible()
        assert inaccessible(page) == []
        page.get_by_role("button", name="Show the whole view").click()
        expect(page.get_by_label("Search tickets")).to_have_value("")
        expect(page.locator(f"li[data-number='{beside[0]}']")).to_have_count(1)
        expect(page.locator(f"li[data-number='{made[0]}']")).to_have_count(0)
    finally:
        agent.http.delete(f"/views/{view['id']}").raise_for_status()


def test_in_focus_mode_an_empty_list_says_why(desk: Desk, open_window: Open) -> None:
    who = f"new.{uuid.uuid4().hex[:8]}@acme.example"
    body = {
        "email": who,
        "name": "New Agent",
        "password": PASSWORD,
        "language": "en",
        "roles": [{"role": "agent"}],
    }
    desk.sign_in("admin@acme.example").send("POST", "/users", body)
    desk.sign_in(who).send("PUT", "/me/focus", {"enabled": True, "max_open": 5})
    page = open_window(who, "/desk/tickets?view=unassigned").page
    expect(page.get_by_text("Nothing of yours here")).to_be_visible()


def test_a_phone_says_when_tickets_are_due(open_window: Open) -> None:
    page = open_window(AGENT, "/desk/tickets?view=open&order=due_at+asc", phone=True).page
    row = page.locator("li[data-ticket]").first
    expect(row.locator(".cell-due [role=img]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_long_list_keeps_few_rows(open_window: Open) -> None:
    page = open_window(AGENT, "/desk/tickets?view=all").page
    rows = page.locator("li[data-ticket]")
    expect(rows.first).to_be_visible()
    first = rows.first.get_attribute("data-number")
    for _ in range(12):
        page.mouse.wheel(0, 2400)
        page.wait_for_timeout(250)
    expect(page.locator(f"li[data-number='{first}']")).to_have_count(0)
    assert rows.count() <= 4 * PAGE
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(f"li[data-number='{first}']")).to_be_visible()


def test_many_are_done_by_a_job_that_tells_what_it_could_not(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    made = requested(desk, word, 4)
    supervisor = desk.sign_in(SUPERVISOR)
    supervisor.send("POST", f"/tickets/{made[0]}/transitions", {"to": "cancelled", "comment": "Not needed."})
    page = open_window(SUPERVISOR, f"/desk/tickets?view=all&q={word}").page
    for number in made:
        page.get_by_label(f"Choose {number}").check()
    many = page.get_by_role("region", name="Many at once")
    many.get_by_role("button", name="Resolve").click()
    expect(many.get_by_role("alert")).to_contain_text(f"{made[0]}:")
    expect(many).to_contain_text("Done: 4 of 4")
    # The job is the desk's: whoever comes back finds it.
    page.reload()
    expect(many.get_by_role("alert")).to_contain_text(f"{made[0]}:")
    states = {supervisor.get(f"/tickets/{number}")["state"] for number in made[1:]}
    assert states == {"resolved"}


def test_work_on_many_is_taken_back(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    made = requested(desk, word, 3)
    supervisor = desk.sign_in(SUPERVISOR)
    for number in made:
        supervisor.send("PATCH", f"/tickets/{number}", {"queue": "network"})
    page = open_window(SUPERVISOR, f"/desk/tickets?view=all&q={word}").page
    for number in made:
        page.get_by_label(f"Choose {number}").check()
    page.get_by_role("button", name="Move to queue").click()
    page.get_by_role("menuitem", name="Applications").click()
    said = page.get_by_role("status").filter(has_text="Done: 3")
    expect(said).to_be_visible()
    assert {supervisor.get(f"/tickets/{one}")["queue"]["key"] for one in made} == {"applications"}
    # What a colleague has done meanwhile is not overwritten.
    supervisor.send("PATCH", f"/tickets/{made[0]}", {"queue": "service-desk"})
    said.get_by_role("button", name="Undo").click()
    alert = page.get_by_role("region", name="Many at once").get_by_role("alert")
    expect(alert).to_contain_text(f"{made[0]}: Has changed since: queue")
    assert inaccessible(page) == []
    queues = {one: supervisor.get(f"/tickets/{one}")["queue"]["key"] for one in made}
    assert queues == {made[0]: "service-desk", made[1]: "network", made[2]: "network"}


def test_focus_mode_hides_the_queues_and_gives_the_next_ticket(desk: Desk, open_window: Open) -> None:
    client = desk.sign_in(AGENT)
    page = open_window(AGENT, "/desk/tickets?view=mine").page
    menu = page.get_by_role("navigation", name="Menu")
    try:
        menu.get_by_role("switch", name="Focus mode").click()
        expect(menu.get_by_role("link", name="Unassigned")).to_be_hidden()
        assert client.get("/me/focus")["enabled"]
        most = menu.get_by_label("At most in hand").first
        most.fill("50")
        eventually(lambda: client.get("/me/focus")["max_open"] == 50)
        menu.get_by_role("button", name="Next ticket").click()
        page.wait_for_url("**/desk/tickets/*-*")
        number = page.url.rpartition("/")[2]
        assert client.get(f"/tickets/{number}")["assignee"]["email"] == AGENT
    finally:
        client.send("PUT", "/me/focus", {"enabled": False, "max_open": 5})


def test_the_sheet_of_keys_opens(open_window: Open) -> None:
    page = open_window(AGENT, "/desk/tickets?view=mine").page
    expect(page.get_by_role("heading", name="My open", exact=True)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("Take the ticket")
