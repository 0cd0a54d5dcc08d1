"""What administrators connect the desk with: programs that it calls, providers of sign-in, and what a sign-in demands."""

import uuid
from collections.abc import Callable

import pytest
from browser_desk import Window, inaccessible
from gateway_codes import App
from playwright.sync_api import Locator, Page, expect

from embedded.testing import Client, Desk, eventually

Open = Callable[..., Window]
ADMIN = "admin@globex.example"


@pytest.fixture
def client(desk: Desk) -> Client:
    return desk.sign_in(ADMIN)


def new_thing(page: Page) -> Locator:
    """Begin a new thing of the section that is open."""
    page.get_by_role("button", name="New", exact=True).click()
    return page.get_by_role("dialog")


def choose(page: Page, field: Locator, choice: str) -> None:
    """Choose in a field that offers things."""
    field.click()
    page.get_by_role("option", name=choice, exact=True).click()


def test_a_webhook_tells_its_secret_once_is_tried_and_paused(client: Client, open_window: Open) -> None:
    host = f"hooks-{uuid.uuid4().hex[:6]}.globex.example"
    page = open_window(ADMIN, "/admin/webhooks").page
    form = new_thing(page)
    form.get_by_label("Address (URL)").fill(f"https://{host}/desk")
    choose(page, form.get_by_role("combobox", name="Events"), "TicketCreated")
    page.keyboard.press("Escape")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("This is shown once")).to_be_visible()
    secret = form.locator("code").inner_text()
    assert secret.startswith("whsec_")
    assert inaccessible(page) == []
    form.get_by_role("button", name="I have kept it").click()
    page.get_by_role("button", name=host).click()
    expect(form.get_by_role("button", name="Send a test")).to_be_visible()
    assert secret not in page.content()
    form.get_by_role("button", name="Send a test").click()
    expect(form.get_by_role("status").filter(has_text="Done")).to_be_visible()
    form.get_by_role("button", name="What was sent").click()
    expect(form.get_by_role("cell", name="WebhookTested")).to_be_visible()
    form.get_by_role("button", name="Give it a new secret").click()
    form.get_by_role("button", name="Sure? Press again").click()
    expect(form.get_by_text("This is shown once")).to_be_visible()
    assert form.locator("code").inner_text() not in {secret, ""}
    form.get_by_role("button", name="I have kept it").click()
    page.get_by_role("button", name=host).click()
    choose(page, form.get_by_role("combobox", name="State"), "Paused")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    (kept,) = [one for one in client.all("/webhooks") if one["name"] == host]
    assert (kept["state"], kept["events"]) == ("paused", ["TicketCreated"])
    assert kept["previous_secret_until"]


def test_a_provider_of_sign_in_is_made_once_changed_and_removed(client: Client, open_window: Open) -> None:
    slug = f"directory-{uuid.uuid4().hex[:6]}"
    page = open_window(ADMIN, "/admin/identity_providers").page
    name = f"Directory {slug}"

    def fill(form: Locator) -> None:
        form.get_by_role("textbox", name="Name", exact=True).fill(name)
        form.get_by_role("textbox", name="Key", exact=True).fill(slug)
        form.get_by_label("Issuer").fill("https://login.globex.example")
        form.get_by_label("Client id").fill("deskmesh")
        form.get_by_label("Client secret").fill("between us two")
        form.get_by_role("combobox", name="Mail domains").fill("globex.example")
        page.keyboard.press("Enter")
        form.get_by_role("button", name="Save").click()

    form = new_thing(page)
    form.get_by_label("Claim of the groups").fill("groups")
    form.get_by_label("Group at the provider").fill("helpers")
    form.get_by_role("group", name="Roles by group").get_by_role("button", name="Add").click()
    choose(page, form.get_by_role("combobox", name="helpers"), "Agent")
    fill(form)
    expect(form).to_be_hidden()
    made = client.get(f"/identity-providers/{slug}")
    assert (made["role_mapping"], made["scopes"]) == (
        {"helpers": "agent"},
        ["openid", "profile", "email"],
    )
    fill(new_thing(page))
    expect(form.get_by_text("is taken")).to_be_visible()
    assert client.get(f"/identity-providers/{slug}")["version"] == made["version"]
    form.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name=name).click()
    expect(form.get_by_text(f"/auth/providers/globex/{slug}/callback")).to_be_visible()
    assert inaccessible(page) == []
    form.get_by_role("switch", name="Active").click()
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    changed = client.get(f"/identity-providers/{slug}")
    assert changed["active"] is not made["active"]
    assert changed["role_mapping"] == made["role_mapping"]
    page.get_by_role("button", name=name).click()
    form.get_by_role("button", name="Delete", exact=True).click()
    form.get_by_role("button", name="Really delete?").click()
    expect(form).to_be_hidden()
    assert slug not in [one["slug"] for one in client.all("/identity-providers")]


def test_a_role_needs_a_second_factor_and_a_lost_one_is_taken_away(
    desk: Desk, client: Client, open_window: Open
) -> None:
    word = uuid.uuid4().hex[:6]
    email = f"strict-{word}@globex.example"
    client.send("POST", "/roles", {"slug": f"strict-{word}", "name": f"Strict {word}", "permissions": []})
    client.send(
        "POST",
        "/users",
        {"email": email, "name": f"Strict {word}", "password": "deskmesh", "roles": [{"role": "requester"}]},
    )
    person = desk.sign_in(email)
    started = person.send("POST", "/me/second-factor", {"password": "deskmesh"})
    code = App(started["secret"]).code()
    person.send("POST", "/me/second-factor/confirmation", {"code": code})
    page = open_window(ADMIN, "/admin/settings").page
    page.get_by_role("combobox", name="Roles that need a second factor").press("ArrowDown")
    page.get_by_role("option", name=f"Strict {word}", exact=True).click()
    page.keyboard.press("Escape")
    box = page.get_by_role("heading", name="Sign-in").locator("xpath=..")
    box.get_by_role("button", name="Save").click()
    expect(box.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert client.get("/sign-in-policy")["second_factor_roles"] == [f"strict-{word}"]
    assert inaccessible(page) == []
    page.goto("/admin/users")
    page.get_by_role("button", name=f"Strict {word}").click()
    form = page.get_by_role("dialog")
    form.get_by_role("button", name="Take away the second factor").click()
    form.get_by_role("button", name="Sure? Press again").click()
    expect(form.get_by_role("status").filter(has_text="Done")).to_be_visible()
    desk.clients.pop(email).http.close()
    eventually(lambda: desk.sign_in(email).get("/me/second-factor")["confirmed_at"] is None)


def test_who_keeps_people_alone_is_shown_people_alone(client: Client, open_window: Open) -> None:
    word = uuid.uuid4().hex[:6]
    email = f"personnel-{word}@globex.example"
    role = {
        "slug": f"personnel-{word}",
        "name": "Personnel",
        "permissions": ["tickets.read", "users.read", "users.manage"],
    }
    client.send("POST", "/roles", role)
    client.send(
        "POST",
        "/users",
        {"email": email, "name": "Pat", "password": "deskmesh", "roles": [{"role": role["slug"]}]},
    )
    page = open_window(email, "/desk").page
    page.get_by_role("link", name="Administration").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    menu = page.get_by_role("navigation", name="Menu")
    expect(menu.get_by_role("link", name="Roles")).to_be_visible()
    for hidden in ("Workflows", "Webhooks", "Desk settings", "Set-up"):
        expect(menu.get_by_role("link", name=hidden)).to_have_count(0)
