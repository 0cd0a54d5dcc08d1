"""What administrators do: a workflow drawn and checked, a field tried before it is kept, a rule tried on what happened."""

import re
import uuid
from collections.abc import Callable
from typing import Any

from browser_desk import Window, inaccessible
from playwright.sync_api import Locator, Page, expect

from embedded.testing import Client, Desk, eventually

Open = Callable[..., Window]
ADMIN = "admin@globex.example"
AGENT = "agent@globex.example"


def choose(page: Page, within: Page | Locator, field: str, choice: str) -> None:
    """Choose in a field that offers things."""
    within.get_by_role("combobox", name=field, exact=True).first.click()
    page.get_by_role("option", name=choice, exact=True).click()


def new_thing(page: Page, name: str) -> Locator:
    """Begin a new thing of a section, with its name."""
    page.get_by_role("button", name="New", exact=True).click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").first.fill(name)
    return form


def a_flow(client: Client, word: str, process: str) -> dict[str, Any]:
    """Make a type of tickets with a workflow of its own: new, held, done."""
    kind = client.send("POST", "/ticket-types", {"name": f"Visit {word}", "prefix": "V" + _capitals(word)})
    states = [("new", "New", "new"), ("held", "Held", "active"), ("done", "Done", "closed")]
    flow = {
        "process": process,
        "type": kind["slug"],
        "name": f"Visit {word}",
        "definition": {
            "initial": "new",
            "states": [{"slug": slug, "name": name, "category": category} for slug, name, category in states],
            "moves": [
                {"from": one, "to": to, "name": to, "permission": "tickets.transition"}
                for one, to in (("new", "held"), ("held", "done"), ("new", "done"))
            ],
        },
    }
    return client.send("POST", "/workflows", flow)


def draw_move(page: Page, state: str, to: str, name: str) -> None:
    """Draw a move in the designer, without a mouse."""
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name=state, exact=True).locator("xpath=..").get_by_role(
        "button", name="+ move"
    ).click()
    choose(page, page, "To", to)
    page.get_by_role("textbox", name="Name").fill(name)


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

    draw_move(page, "Open", name, "Park")
    draw_move(page, name, "Open", "Go on")
    expect(page.get_by_role("status").filter(has_text="Nothing is wrong")).to_be_visible()
    save.click()
    expect(page.get_by_text(f"Version {flow['revision'] + 1}")).to_be_visible()
    saved = client.get(f"/workflows/{flow['id']}")
    assert name in [state["name"] for state in saved["definition"]["states"]]
    assert saved["revision"] == flow["revision"] + 1


def test_a_field_is_tried_with_values_before_it_is_made(desk: Desk, open_window: Open) -> None:
    name = f"Serial {uuid.uuid4().hex[:6]}"
    page = open_window(ADMIN, "/admin/fields").page
    form = new_thing(page, name)
    choose(page, form, "Type", "Text")
    form.get_by_role("button", name="Shown when: As text").click()
    shown_when = form.get_by_role("textbox", name="Shown when")
    shown_when.fill('fields.device_kind = "laptop"')
    preview = form.get_by_role("region", name="Preview")
    expect(preview.get_by_text("Not shown for these values")).to_be_visible()
    preview.get_by_label("fields.device_kind").fill("laptop")
    expect(preview.get_by_label(name)).to_be_visible()
    shown_when.fill("fields.nonsense = (")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_be_visible()
    shown_when.fill('fields.device_kind = "laptop"')
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    made = next(one for one in desk.sign_in(ADMIN).all("/fields") if one["name"] == name)
    assert made["shown_when"] == 'fields.device_kind = "laptop"'


def test_a_rule_is_built_tried_on_what_happened_and_kept(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    client = desk.sign_in(ADMIN)
    number = client.send("POST", "/tickets", {"title": f"Flood {word}"})["number"]
    page = open_window(ADMIN, "/admin/rules").page
    form = new_thing(page, f"Floods {word}")
    choose(page, form, "On", "Created")
    page.keyboard.press("Escape")
    form.get_by_role("button", name="Add a condition: Condition").click()
    part = form.get_by_role("group", name="Condition", exact=True).get_by_role("group").first
    choose(page, part, "Field", "Title")
    part = form.get_by_role("group", name="title", exact=True)
    choose(page, part, "Comparison", "has")
    part.get_by_role("textbox", name="Value").fill(word)
    form.get_by_role("button", name="Add to: Actions").click()
    action = form.get_by_role("group", name="Actions 1")
    choose(page, action, "Type", "Set fields")
    choose(page, action, "Urgency", "High")
    form.get_by_label("Order").fill("900")
    assert inaccessible(page) == []
    form.get_by_role("button", name="Try on the last").click()
    expect(form.get_by_role("link", name=number)).to_be_visible()
    expect(form.get_by_text("urgency: medium → high")).to_be_visible()
    assert client.get(f"/tickets/{number}")["urgency"] != "high"
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    (rule,) = [one for one in client.all("/rules") if word in one["name"]]
    assert rule["condition"] == f'title:"{word}"'
    assert rule["actions"] == [{"type": "set", "values": {"urgency": "high"}}]
    later = client.send("POST", "/tickets", {"title": f"Again {word}"})["number"]
    eventually(lambda: client.get(f"/tickets/{later}")["urgency"] == "high")
    page.get_by_role("button", name=f"Floods {word}").click()
    form.get_by_role("button", name="What it did").click()
    expect(form.get_by_role("link", name=later)).to_be_visible()


def test_a_view_asks_about_any_field_that_the_desk_names(desk: Desk, open_window: Open) -> None:
    name = f"Slow {uuid.uuid4().hex[:6]}"
    page = open_window(ADMIN, "/admin/views").page
    form = new_thing(page, name)
    parts = form.get_by_role("group", name="Filter", exact=True).get_by_role("group")
    for place, (field, value) in enumerate(
        (("Kind of device", "laptop"), ("First answer", "2026-11-01T00:00:00Z"))
    ):
        form.get_by_role("button", name="Add a condition: Filter").click()
        part = parts.nth(place)
        choose(page, part, "Field", field)
        if place == 0:
            choose(page, part, "Value", value)
        else:
            choose(page, part, "Comparison", "less than")
            part.get_by_role("textbox", name="Value").fill(value)
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    (made,) = [one for one in desk.sign_in(ADMIN).all("/views") if one["name"] == name]
    assert made["filter"] == 'fields.device_kind = "laptop" AND first_responded_at < "2026-11-01T00:00:00Z"'


def test_a_calendar_is_made_by_hand_and_explains_its_hours(desk: Desk, open_window: Open) -> None:
    name = f"Shop {uuid.uuid4().hex[:6]}"
    page = open_window(ADMIN, "/admin/calendars").page
    form = new_thing(page, name)
    form.get_by_label("Time zone").fill("America/New_York")
    form.get_by_role("button", name="Add hours: Monday").click()
    monday = form.get_by_role("group", name="Monday", exact=True)
    monday.get_by_label("To").fill("12:00")
    form.get_by_role("button", name="Add hours: Monday").click()
    monday.get_by_label("From").nth(1).fill("22:00")
    monday.get_by_label("To").nth(1).fill("06:00")
    expect(monday.get_by_text("next day")).to_be_visible()
    form.get_by_role("button", name="Monday's hours until Friday").click()
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    client = desk.sign_in(ADMIN)
    made = next(one for one in client.all("/sla/calendars") if one["name"] == name)
    assert made["hours"]["friday"] == [["09:00", "12:00"], ["22:00", "06:00"]]
    assert made["hours"]["sunday"] == []
    page.get_by_role("button", name=name).click()
    explained = form.get_by_role("region", name="Explain: reckon with these hours")
    explained.get_by_label("Start").fill("2026-11-23T15:00")
    explained.get_by_role("button", name="Reckon").click()
    expect(explained.get_by_text("Due")).to_be_visible()
    expect(explained.get_by_role("status").locator("p")).not_to_have_count(1)


def test_a_policy_is_tried_on_the_last_weeks_before_it_is_kept(desk: Desk, open_window: Open) -> None:
    (policy, *_) = [one for one in desk.sign_in(ADMIN).all("/sla/policies") if one["kind"] == "sla"]
    page = open_window(ADMIN, "/admin/policies").page
    page.get_by_role("button", name=policy["name"]).click()
    form = page.get_by_role("dialog")
    form.get_by_role("button", name="What if: the last").click()
    now, then = form.get_by_text(re.compile("^Now: ")), form.get_by_text(re.compile("^Then: "))
    expect(now).to_have_text(re.compile(r"[1-9]\d* met"))
    # As it is now, nothing would have been otherwise.
    assert then.inner_text().removeprefix("Then") == now.inner_text().removeprefix("Now")


def test_a_role_is_made_and_holds_for_who_is_given_it(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:6]
    email = f"keeper-{word}@globex.example"
    page = open_window(ADMIN, "/admin/roles").page
    form = new_thing(page, f"Keeper {word}")
    form.get_by_label("Key").fill(f"keeper-{word}")
    for permission in ("Read tickets", "Set up how tickets are worked", "See people"):
        form.get_by_label(permission).check()
    assert inaccessible(page) == []
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    person = {
        "email": email,
        "name": f"Keeper {word}",
        "password": "deskmesh",
        "roles": [{"role": "requester"}],
    }
    made = desk.sign_in(ADMIN).send("POST", "/users", person)
    theirs = open_window(email, "/admin/queues").page
    theirs.wait_for_url("**/portal**")
    page.goto("/admin/users")
    page.get_by_role("button", name=f"Keeper {word}").click()
    form.get_by_role("button", name="Add to: Roles").click()
    choose(page, form.get_by_role("group", name="Roles 2"), "Role", f"Keeper {word}")
    form.get_by_role("button", name="Save").first.click()
    expect(form).to_be_hidden()
    held = desk.sign_in(ADMIN).get(f"/users/{made['id']}")["roles"]
    assert sorted(one["role"] for one in held) == [f"keeper-{word}", "requester"]
    window = open_window(email, "/admin/queues").page
    expect(window.get_by_role("heading", name="Queues")).to_be_visible()
    # What their role does not give is not even shown.
    expect(window.get_by_role("link", name="Roles")).to_have_count(0)


def test_the_audit_log_says_who_changed_what(desk: Desk, open_window: Open) -> None:
    slug = f"seen-{uuid.uuid4().hex[:6]}"
    client = desk.sign_in(ADMIN)
    role = client.send("POST", "/roles", {"slug": slug, "name": "Seen", "permissions": ["tickets.read"]})
    client.send("PATCH", f"/roles/{role['id']}", {"name": "Watched"})
    eventually(lambda: len([one for one in client.get("/audit")["items"] if one["target_name"] == slug]) == 2)
    page = open_window(ADMIN, "/admin/audit").page
    choose(page, page, "Service", "gateway")
    row = page.get_by_role("row").filter(has_text=slug).first
    expect(row).to_contain_text("name: Seen → Watched")
    expect(row).to_contain_text(client.get("/me")["name"])
    page.get_by_role("button", name="Is the log as it was written?").click()
    expect(page.get_by_role("status").filter(has_text="are as they were written")).to_be_visible()


def test_tickets_of_a_state_that_is_taken_away_are_moved_as_told(desk: Desk, open_window: Open) -> None:
    client = desk.sign_in(ADMIN)
    word = uuid.uuid4().hex[:6]
    made = a_flow(client, word, process="facilities")
    ticket = client.send("POST", "/tickets", {"title": word, "type": made["type"], "process": "facilities"})
    client.send("POST", f"/tickets/{ticket['id']}/transitions", {"to": "held"})
    page = open_window(ADMIN, f"/admin/workflows/{made['id']}").page
    page.get_by_role("button", name="Held", exact=True).first.click()
    page.get_by_role("button", name="Remove state").click()
    page.get_by_text("go along").click()
    save = page.get_by_role("button", name="Save as a new version")
    expect(save).to_be_disabled()
    choose(page, page, "Held", "New")
    save.click()
    expect(page.get_by_text("Version 2")).to_be_visible()
    eventually(lambda: client.get(f"/tickets/{ticket['id']}")["state"] == "new")


def test_a_workflow_is_changed_and_worked_by(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:6]
    flow = a_flow(desk.sign_in(ADMIN), word, process="it")
    page = open_window(ADMIN, f"/admin/workflows/{flow['id']}").page
    save = page.get_by_role("button", name="Save as a new version")
    page.get_by_label("New state").fill("Inspected")
    page.get_by_role("button", name="Add", exact=True).click()
    # Nothing leads to the state: the designer refuses, and leads to the place.
    expect(page.get_by_role("status").filter(has_text="Faults")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("alert").get_by_role("button", name="Show").first.click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Inspected")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(save).to_be_disabled()
    draw_move(page, "New", "Inspected", "Inspect")
    draw_move(page, "Inspected", "Done", "Approve")
    expect(page.get_by_role("status").filter(has_text="Nothing is wrong")).to_be_visible()
    save.click()
    expect(page.get_by_text("Version 2")).to_be_visible()

    client = desk.sign_in(AGENT)
    number = client.send("POST", "/tickets", {"title": f"Lift {word}", "type": flow["type"]})["number"]
    page = open_window(AGENT, f"/desk/tickets/{number}").page
    facts = page.get_by_role("complementary", name="Facts")
    for move, state in (("Inspect", "inspected"), ("Approve", "done")):
        facts.get_by_role("button", name=move, exact=True).click()
        expect(facts.get_by_role("button", name=move, exact=True)).to_have_count(0)
        eventually(lambda wanted=state: client.get(f"/tickets/{number}")["state"] == wanted)  # type: ignore[misc]
    moved = [one for one in client.all(f"/tickets/{number}/history") if one["action"] == "state_changed"]
    assert {one["actor"]["name"] for one in moved} == {client.get("/me")["name"]}


def test_the_set_up_leads_on_and_ends(desk: Desk, open_window: Open) -> None:
    page = open_window(ADMIN, "/setup", phone=True).page
    title = f"First {uuid.uuid4().hex[:6]}"
    page.get_by_role("button", name="The first ticket").click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("status").get_by_role("link")).to_be_visible()
    expect(page.get_by_role("button", name="The first ticket")).to_contain_text("Done")
    assert inaccessible(page) == []
    assert title in [
        one["title"] for one in desk.sign_in(ADMIN).get("/tickets?order_by=created_at%20desc")["items"]
    ]
    page.get_by_role("button", name="Finish").click()
    page.reload()
    expect(page.get_by_text("Your desk is set up")).to_be_visible()


def test_who_may_not_configure_is_led_away(open_window: Open) -> None:
    page = open_window(AGENT, "/admin/fields").page
    page.wait_for_url("**/desk/tickets**")


def _capitals(word: str) -> str:
    return "".join(chr(ord("A") + int(one, 16)) for one in word[:5])
