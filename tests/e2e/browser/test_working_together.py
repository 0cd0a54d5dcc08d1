"""Agents at one ticket: they see each other, name each other, and lose nothing that either wrote."""

import uuid
from collections.abc import Callable

from browser_desk import Window
from playwright.sync_api import expect

from embedded.testing import Desk, Json, eventually

Open = Callable[..., Window]
AGENT = "agent@acme.example"
SUPERVISOR = "supervisor@acme.example"
REQUESTER = "requester@acme.example"
SOON = 20_000
"""Milliseconds in which a live event arrives on a busy machine."""


def requested(desk: Desk, title: str) -> Json:
    return desk.sign_in(REQUESTER).send("POST", "/tickets", {"title": title, "description": "Since noon."})


def test_two_agents_see_each_other_and_share_a_draft(desk: Desk, open_window: Open) -> None:
    ticket = requested(desk, f"Together {uuid.uuid4().hex[:8]}")
    path = f"/desk/tickets/{ticket['number']}"
    one, other = open_window(AGENT, path).page, open_window(SUPERVISOR, path).page
    here = one.get_by_role("status", name="Who else is here")
    expect(here).to_contain_text("is here", timeout=SOON)
    other.get_by_label("Reply").last.fill("Have you tried another cable?")
    expect(here).to_contain_text("is writing", timeout=SOON)
    # Whoever has written nothing follows; whoever wrote is asked.
    expect(one.get_by_label("Reply").last).to_have_value("Have you tried another cable?", timeout=SOON)
    one.get_by_label("Reply").last.fill("Have you tried another port?")
    theirs = other.get_by_role("region", name="A colleague's draft")
    other.get_by_label("Reply").last.fill("My own words")
    expect(theirs).to_contain_text("another port", timeout=SOON)
    expect(other.get_by_label("Reply").last).to_have_value("My own words")
    theirs.get_by_role("button", name="Go on from it").click()
    expect(other.get_by_label("Reply").last).to_have_value("Have you tried another port?")
    # What is still under way of somebody who leaves could arrive after that, and be forgotten by time alone.
    expect(here).to_contain_text("is here", timeout=SOON)
    other.goto("/desk/mentions")
    expect(here).to_be_empty(timeout=SOON)


def test_a_colleague_is_named_and_finds_it_among_the_mentions(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    ticket = requested(desk, f"Named {word}")
    page = open_window(AGENT, f"/desk/tickets/{ticket['number']}").page
    page.get_by_text("Internal note", exact=True).click()
    note = page.get_by_label("Internal note").last
    note.press_sequentially(f"{word} @superv")
    expect(page.get_by_role("listbox", name="People to name").get_by_role("option")).to_have_count(1)
    note.press("Enter")
    expect(note).to_have_value(f"{word} @supervisor ")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_role("log")).to_contain_text(word)

    named = open_window(SUPERVISOR, "/desk/mentions").page
    mention = named.get_by_role("article", name=ticket["number"])
    expect(mention).to_contain_text(word)
    mention.get_by_role("link").click()
    named.wait_for_url(f"**/desk/tickets/{ticket['number']}")
    client = desk.sign_in(SUPERVISOR)

    def read() -> bool:
        found = client.get("/me/mentions")["items"]
        return all(one["read_at"] for one in found if one["ticket"]["key"] == ticket["number"])

    eventually(read)


def test_what_two_agents_change_is_mended_field_by_field(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    ticket = requested(desk, f"Old title {word}")
    path = f"/tickets/{ticket['number']}"
    page = open_window(AGENT, f"/desk{path}").page
    page.get_by_role("button", name="More about the ticket").click()
    page.get_by_role("menuitem", name="Change title and description").click()
    form = page.get_by_role("dialog", name="Change title and description")
    form.get_by_label("Title").fill(f"My title {word}")
    form.get_by_label("Description").fill("My description")
    theirs = {"title": f"Their title {word}", "description": "Their description"}
    desk.sign_in(SUPERVISOR).send("PATCH", path, theirs)
    form.get_by_role("button", name="Save").click()

    conflict = page.get_by_role("dialog", name="Somebody else was faster")
    conflict.get_by_label("Title is now: Their title").check()
    conflict.get_by_role("button", name="Apply mine").click()
    expect(conflict).to_be_hidden()
    client = desk.sign_in(AGENT)
    eventually(lambda: client.get(path)["description"] == "My description")
    assert client.get(path)["title"] == f"Their title {word}"


def test_a_merge_is_undone(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    kept, gone = requested(desk, f"Kept {word}"), requested(desk, f"Gone {word}")
    client = desk.sign_in(AGENT)
    page = open_window(AGENT, f"/desk/tickets/{kept['number']}").page
    page.get_by_role("button", name="Related").click()
    page.get_by_role("combobox", name="Ticket to merge into this one").fill(gone["number"])
    page.get_by_role("option", name=gone["number"]).click()
    page.get_by_role("button", name="Merge into this one").click()
    said = page.get_by_role("status").filter(has_text="was merged into this ticket")
    expect(said).to_be_visible()
    assert client.get(f"/tickets/{gone['number']}")["merged_into"]["key"] == kept["number"]
    said.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    assert client.get(f"/tickets/{gone['number']}")["merged_into"] is None


def test_a_ticket_is_assigned_and_the_click_taken_back(desk: Desk, open_window: Open) -> None:
    ticket = requested(desk, f"Undo {uuid.uuid4().hex[:8]}")
    page = open_window(AGENT, f"/desk/tickets/{ticket['number']}").page
    before = desk.sign_in(AGENT).get(f"/tickets/{ticket['number']}")["assignee"]
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_label("Assignee", exact=True).first).to_have_value("Agata Nowicka")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    assert desk.sign_in(AGENT).get(f"/tickets/{ticket['number']}")["assignee"] == before


def test_time_and_tasks_are_noted_on_the_ticket(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    ticket = requested(desk, f"Worked {word}")
    page = open_window(AGENT, f"/desk/tickets/{ticket['number']}").page
    page.get_by_role("button", name="Time").click()
    page.get_by_label("Minutes").fill("35")
    page.get_by_label("What was done").fill(f"Changed the cable {word}")
    page.get_by_role("button", name="Note time").click()
    facts = page.get_by_role("complementary", name="Facts")
    expect(facts).to_contain_text(f"Changed the cable {word}")
    page.get_by_role("button", name="Tasks below").click()
    page.get_by_label("New task").fill(f"Order a cable {word}")
    page.get_by_role("button", name="Add task").click()
    expect(facts.get_by_role("link", name=f"Order a cable {word}")).to_be_visible()
    client = desk.sign_in(AGENT)
    assert client.get(f"/tickets/{ticket['number']}")["minutes_spent"] == 35
    children = client.get(f"/tickets/{ticket['number']}/children")["items"]
    assert [(one["type"], one["title"]) for one in children] == [("task", f"Order a cable {word}")]
