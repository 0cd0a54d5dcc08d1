"""What administrators lay out: which fields stand where, seen at once as people will see it, kept version by version."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from browser_desk import Window, inaccessible
from playwright.sync_api import Locator, Page, expect

from embedded.testing import Client, Desk, Json

Open = Callable[..., Window]
ADMIN = "admin@globex.example"
OF = {"process": "facilities", "audience": "agent", "purpose": "create"}
SECTIONS = [
    {"title": {"en": "What", "pl": "Co"}, "columns": 1, "fields": ["title", "description"]},
    {"title": {"en": "Where"}, "columns": 2, "fields": ["queue", "urgency"]},
]


@pytest.fixture
def client(desk: Desk) -> Client:
    return desk.sign_in(ADMIN)


@pytest.fixture
def layout(client: Client) -> Iterator[Json]:
    """A layout of a ticket type that only this test has."""
    word = uuid.uuid4().hex[:6]
    prefix = "L" + "".join(chr(ord("A") + int(one, 16)) for one in word[:5])
    kind = client.send("POST", "/ticket-types", {"name": f"Round {word}", "prefix": prefix})["slug"]
    made = client.send("POST", "/layouts", {**OF, "type": kind, "sections": SECTIONS})
    yield made
    client.http.delete(f"/layouts/{made['id']}")


def names(client: Client, layout: Json) -> list[list[str]]:
    """The names of the fields of each section, as they are kept."""
    return [one["fields"] for one in client.get(f"/layouts/{layout['id']}")["sections"]]


def opened(open_window: Open, layout: Json, **look: bool | str) -> Page:
    page: Page = open_window(ADMIN, f"/admin/layouts/{layout['id']}", **look).page
    expect(page.locator("fieldset").first).to_be_visible()
    return page


def preview(page: Page) -> Locator:
    return page.get_by_role("region", name="Preview")


def test_fields_are_put_in_order_by_keys_and_seen_at_once(
    client: Client, open_window: Open, layout: Json
) -> None:
    page = opened(open_window, layout)
    expect(preview(page).get_by_role("region", name="Where").get_by_label("Urgency")).to_be_visible()
    page.get_by_role("button", name="Move down: Description").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Description is now in Where, place 1")).to_have_count(
        1
    )
    # Whoever moves it by keys stays at it, and goes on.
    page.keyboard.press("Enter")
    where = preview(page).get_by_role("region", name="Where")
    expect(where.get_by_label("Description")).to_be_visible()
    page.get_by_role("combobox", name="Add a field to What").click()
    page.get_by_role("option", name="Tags", exact=True).click()
    expect(preview(page).get_by_role("region", name="What").get_by_label("Tags")).to_be_visible()
    page.get_by_role("group", name="Where").get_by_label("Closed at first").check()
    assert inaccessible(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Version 2").first).to_be_visible()
    assert names(client, layout) == [["title", "tags"], ["queue", "description", "urgency"]]
    kept = client.get(f"/layouts/{layout['id']}")["sections"]
    assert [one["collapsed"] for one in kept] == [False, True]
    assert kept[0]["title"] == {"en": "What", "pl": "Co"}


def test_a_page_is_previewed_with_the_latest_ticket_of_its_kind(
    client: Client, open_window: Open, layout: Json
) -> None:
    kind = layout["type"]
    sections = [{"title": {"en": "What"}, "columns": 1, "fields": ["title", "priority"]}]
    page_layout = client.send(
        "POST", "/layouts", {**OF, "purpose": "view", "type": kind, "sections": sections}
    )
    page = opened(open_window, page_layout)
    expect(preview(page).get_by_text("There is no ticket of this kind yet")).to_be_visible()
    ticket = client.send(
        "POST", "/tickets", {"title": "A lift stands", "type": kind, "process": "facilities"}
    )
    try:
        page.reload()
        expect(preview(page).get_by_text(f"With the values of {ticket['number']}")).to_be_visible()
        expect(preview(page).get_by_text("A lift stands")).to_be_visible()
        expect(preview(page).get_by_text("Medium")).to_be_visible()
    finally:
        client.send(
            "POST", f"/tickets/{ticket['number']}/transitions", {"to": "cancelled", "comment": "Only tried."}
        )
        client.http.delete(f"/layouts/{page_layout['id']}")


def test_a_field_is_dragged_to_another_section(client: Client, open_window: Open, layout: Json) -> None:
    page = opened(open_window, layout)
    rows = page.get_by_role("listitem")
    rows.filter(has_text="Urgency").drag_to(rows.filter(has_text="Description"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Version 2").first).to_be_visible()
    assert names(client, layout) == [["title", "urgency", "description"], ["queue"]]


def test_faults_stand_at_their_places_and_change_nothing(
    client: Client, open_window: Open, layout: Json
) -> None:
    page = opened(open_window, layout)
    page.get_by_role("button", name="Take out: Title").click()
    page.get_by_role("button", name="Add a section").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="must have title")).to_be_visible()
    added = page.get_by_role("group", name="New section")
    expect(added.get_by_role("alert")).to_contain_text("must have a text in one of")
    assert names(client, layout) == [one["fields"] for one in SECTIONS]
    page.get_by_role("button", name="Remove section: New section").click()
    page.get_by_role("combobox", name="Add a field to What").click()
    page.get_by_role("option", name="Title", exact=True).click()
    page.get_by_role("group", name="What").get_by_label("Title: Русский").fill("Что")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Version 2").first).to_be_visible()
    assert client.get(f"/layouts/{layout['id']}")["sections"][0]["title"]["ru"] == "Что"


def test_a_version_is_brought_back_even_of_one_that_was_deleted(
    client: Client, open_window: Open, layout: Json
) -> None:
    client.send("PATCH", f"/layouts/{layout['id']}", {"sections": SECTIONS[:1]})
    page = opened(open_window, layout)
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_role("group", name="Where")).to_be_visible()
    assert len(names(client, layout)) == len(SECTIONS)
    page.get_by_role("button", name="Delete the layout").click()
    page.get_by_role("button", name="Really delete?").click()
    expect(page.get_by_text("This layout was deleted")).to_be_visible()
    assert inaccessible(page) == []
    page.get_by_role("button", name="Restore version 2").click()
    expect(page.get_by_role("group", name="What")).to_be_visible()
    assert names(client, layout) == [SECTIONS[0]["fields"]]


def test_a_new_layout_begins_with_what_is_shown(client: Client, open_window: Open) -> None:
    page = open_window(ADMIN, "/admin/layouts", language="pl").page
    page.get_by_role("button", name="Dodaj", exact=True).click()
    form = page.get_by_role("dialog")
    for field, choice in (
        ("Proces", "Human resources"),
        ("Dla kogo", "Zgłaszający"),
        ("Cel", "Formularz nowego zgłoszenia"),
    ):
        form.get_by_role("combobox", name=field).click()
        page.get_by_role("option", name=choice, exact=True).click()
    form.get_by_role("button", name="Utwórz").click()
    page.wait_for_url("**/admin/layouts/*-*")
    (made,) = client.all("/layouts", process="hr", audience="requester")
    try:
        assert made["type"] is None
        shown = client.get("/layout", process="hr", audience="requester")
        assert [one["title"]["pl"] for one in made["sections"]] == [
            one["title"]["pl"] for one in shown["sections"]
        ]
    finally:
        client.http.delete(f"/layouts/{made['id']}")


def test_the_editor_fits_on_a_phone(open_window: Open, layout: Json) -> None:
    page = opened(open_window, layout, phone=True, dark=True, language="ru")
    assert inaccessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
