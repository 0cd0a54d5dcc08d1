"""Forms and pages of tickets as they are laid out: sections, conditions decided as one types, faults at their field."""

import uuid
from collections.abc import Callable

from browser_desk import Window, choose, inaccessible
from playwright.sync_api import expect

from embedded.testing import Desk, eventually

Open = Callable[..., Window]
AGENT = "agent@acme.example"
REQUESTER = "requester@acme.example"


def test_a_requester_is_asked_what_the_layout_has_and_reads_it_later(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    page = open_window(REQUESTER, "/portal/new", phone=True).page
    page.get_by_label("What is it about?").fill(f"No picture {word}")
    device = page.get_by_role("region", name="Which device")
    part = device.get_by_role("combobox", name="Broken part")
    expect(device).to_be_visible()
    expect(part).to_have_count(0)
    choose(page, "Kind of device", "laptop")
    choose(page, "Broken part", "screen")
    # A choice that does not go with the device is said at its field, and nothing is made.
    choose(page, "Kind of device", "printer")
    page.get_by_role("button", name="Send request").click()
    expect(part).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("What is it about?")).to_have_value(f"No picture {word}")
    choose(page, "Kind of device", "laptop")
    page.get_by_role("button", name="Send request").click()
    page.wait_for_url("**/portal/requests/*")
    made = desk.sign_in(REQUESTER).get(f"/tickets/{page.url.rpartition('/')[2]}")
    assert made["fields"] == {"device_kind": "laptop", "broken_part": "screen"}
    page.get_by_text("More about this request").click()
    expect(page.locator("details").first).to_contain_text("Broken part")


def test_the_form_of_another_process_is_its_own(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    page = open_window(REQUESTER, "/portal/new").page
    page.get_by_label("What is it about?").fill(f"A chair {word}")
    choose(page, "Which department?", "Facilities")
    expect(page.get_by_role("combobox", name="Place")).to_be_visible()
    expect(page.get_by_label("What is it about?")).to_have_value(f"A chair {word}")
    page.get_by_role("button", name="Send request").click()
    page.wait_for_url("**/portal/requests/*")
    made = desk.sign_in(REQUESTER).get(f"/tickets/{page.url.rpartition('/')[2]}")
    assert made["process"]["key"] == "facilities"


def test_an_agent_changes_own_fields_where_they_stand(desk: Desk, open_window: Open) -> None:
    client = desk.sign_in(AGENT)
    number = client.send("POST", "/tickets", {"title": f"Keys {uuid.uuid4().hex[:8]}"})["number"]
    page = open_window(AGENT, f"/desk/tickets/{number}").page
    facts = page.get_by_role("complementary", name="Facts")
    expect(facts.get_by_text("Time spent")).to_be_hidden()
    facts.get_by_text("Times", exact=True).click()
    expect(facts.get_by_text("Time spent")).to_be_visible()
    part = facts.get_by_role("combobox", name="Broken part")
    expect(part).to_have_count(0)
    choose(page, "Kind of device", "laptop")
    choose(page, "Broken part", "keyboard")
    eventually(lambda: client.get(f"/tickets/{number}")["fields"].get("broken_part") == "keyboard")
    facts.get_by_label("Category").fill("hardware")
    facts.get_by_label("Category").blur()
    eventually(lambda: client.get(f"/tickets/{number}")["category"] == "hardware")


def test_whom_a_ticket_is_for_is_chosen_by_name_and_sees_it(desk: Desk, open_window: Open) -> None:
    client = desk.sign_in(AGENT)
    number = client.send("POST", "/tickets", {"title": f"New badge {uuid.uuid4().hex[:8]}"})["number"]
    page = open_window(AGENT, f"/desk/tickets/{number}").page
    field = page.get_by_role("complementary", name="Facts").get_by_role("combobox", name="On behalf of")
    field.fill("kowal")
    page.get_by_role("option", name="Jan Kowalski").click()
    eventually(
        lambda: [one["name"] for one in client.get(f"/tickets/{number}")["watchers"]] == ["Jan Kowalski"]
    )
    page.reload()
    expect(field).to_have_value("Jan Kowalski")
    assert inaccessible(page) == []
    portal = open_window("jan.kowalski@acme.example", f"/portal/requests/{number}").page
    expect(portal.get_by_role("heading", name="New badge")).to_be_visible()
    portal.get_by_text("More about this request").click()
    client.send("PATCH", f"/tickets/{number}", {"fields": {"on_behalf_of": None}})
    assert desk.sign_in("jan.kowalski@acme.example").http.get(f"/tickets/{number}").status_code == 404


def test_who_was_faster_in_an_own_field_is_asked_about(desk: Desk, open_window: Open) -> None:
    client = desk.sign_in(AGENT)
    number = client.send("POST", "/tickets", {"title": f"Both {uuid.uuid4().hex[:8]}"})["number"]
    window = open_window(AGENT, f"/desk/tickets/{number}")
    page = window.page
    window.context.route("**/api/v1/events", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("combobox", name="Kind of device")).to_be_visible(timeout=20_000)
    client.send("PATCH", f"/tickets/{number}", {"fields": {"device_kind": "phone"}})
    choose(page, "Kind of device", "laptop")
    dialog = page.get_by_role("dialog", name="Somebody else was faster")
    expect(dialog).to_contain_text("Kind of device is now: phone")
    dialog.get_by_role("button", name="Apply mine").click()
    eventually(lambda: client.get(f"/tickets/{number}")["fields"]["device_kind"] == "laptop")
