"""What administrators do: a workflow drawn and checked, a field tried before it is kept, a rule tried on what happened."""

import json
import uuid
from collections.abc import Callable

from browser_desk import Window, inaccessible
from playwright.sync_api import expect

from embedded.testing import Desk

Open = Callable[..., Window]
ADMIN = "admin@globex.example"


def test_a_workflow_is_saved_only_when_nothing_is_wrong(desk: Desk, open_window: Open) -> None:
    client = desk.sign_in(ADMIN)
    flow = next(one for one in client.all("/workflows", process="facilities") if one["type"] == "task")
    name = f"Parked {uuid.uuid4().hex[:6]}"
    page = open_window(ADMIN, f"/admin/workflows/{flow['id']}").page
    save = page.get_by_role("button", name="Save as a new version")
    expect(page.get_by_role("status").filter(has_text="Nothing is wrong")).to_be_visible()
    assert inaccessible(page) == []
    page.get_by_label("New state").fill(name)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Faults")).to_be_visible()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(save).to_be_disabled()

    def add_move(state: str, to: str) -> None:
        page.get_by_role("button", name="Back").click()
        page.get_by_role("button", name=state, exact=True).locator("xpath=..").get_by_role(
            "button", name="+ move"
        ).click()
        page.get_by_label("To", exact=True).first.click()
        page.get_by_role("option", name=to, exact=True).click()

    add_move("Open", name)
    add_move(name, "Open")
    expect(page.get_by_role("status").filter(has_text="Nothing is wrong")).to_be_visible()
    save.click()
    expect(page.get_by_text(f"Version {flow['revision'] + 1}")).to_be_visible()
    saved = client.get(f"/workflows/{flow['id']}")
    assert name in [state["name"] for state in saved["definition"]["states"]]
    assert saved["revision"] == flow["revision"] + 1


def test_a_field_is_tried_with_values_before_it_is_made(desk: Desk, open_window: Open) -> None:
    name = f"Serial {uuid.uuid4().hex[:6]}"
    page = open_window(ADMIN, "/admin/fields").page
    page.get_by_role("button", name="New").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill(name)
    form.get_by_role("combobox", name="Type", exact=True).click()
    page.get_by_role("option", name="text", exact=True).click()
    form.get_by_label("Shown when").fill('fields.device_kind = "laptop"')
    preview = form.get_by_role("region", name="Preview")
    expect(preview.get_by_text("Not shown for these values")).to_be_visible()
    preview.get_by_label("fields.device_kind").fill("laptop")
    expect(preview.get_by_label(name)).to_be_visible()
    form.get_by_label("Shown when").fill("fields.nonsense = (")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_be_visible()
    form.get_by_label("Shown when").fill('fields.device_kind = "laptop"')
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    made = next(one for one in desk.sign_in(ADMIN).all("/fields") if one["name"] == name)
    assert made["shown_when"] == 'fields.device_kind = "laptop"'


def test_a_rule_is_tried_on_what_happened_and_changes_nothing(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    client = desk.sign_in(ADMIN)
    number = client.send("POST", "/tickets", {"title": f"Flood {word}"})["number"]
    page = open_window(ADMIN, "/admin/rules").page
    page.get_by_role("button", name="New").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill(f"Floods {word}")
    form.get_by_label("On", exact=True).first.fill("created")
    form.get_by_label("On", exact=True).first.press("Enter")
    form.get_by_label("Condition").fill(f'title:"{word}"')
    form.get_by_label("Actions").fill(json.dumps([{"type": "set", "values": {"urgency": "high"}}]))
    form.get_by_role("button", name="Try on the last").click()
    expect(form.get_by_role("link", name=number)).to_be_visible()
    assert client.get(f"/tickets/{number}")["urgency"] != "high"
    assert not [one for one in client.all("/rules") if word in one["name"]]


def test_who_may_not_configure_is_led_away(open_window: Open) -> None:
    page = open_window("agent@globex.example", "/admin/fields").page
    page.wait_for_url("**/desk/tickets**")
