"""One's own account: a second factor, sessions, language and password, tokens of programs, and who stands in."""

import uuid
from collections.abc import Callable

import httpx
import pytest
from browser_desk import PASSWORD, Window, choose, inaccessible
from gateway_codes import App
from playwright.sync_api import Page, expect

from embedded.testing import Desk, eventually

Open = Callable[..., Window]


@pytest.fixture
def owner(desk: Desk) -> str:
    """A new requester of acme."""
    email = f"{uuid.uuid4().hex[:12]}@acme.example"
    body = {"email": email, "name": "Olga", "password": PASSWORD, "roles": [{"role": "requester"}]}
    desk.sign_in("admin@acme.example").send("POST", "/users", body)
    return email


def give_password(page: Page, who: str) -> None:
    """Take the first step of a sign-in."""
    page.get_by_label("Company").fill("acme")
    page.get_by_label("E-mail").fill(who)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def typed_secret(page: Page) -> App:
    """The app of whoever types in what the page shows beside the QR code."""
    expect(page.get_by_role("img", name="QR code for your app")).to_be_visible()
    return App(page.locator("code").first.inner_text().replace(" ", ""))


def test_a_second_factor_is_set_up_and_asked_for(open_window: Open, owner: str) -> None:
    page = open_window(owner, "/account").page
    card = page.get_by_role("region", name="Second factor")
    card.get_by_role("button", name="Set up").click()
    card.get_by_label("Current password").first.fill("wrong")
    card.get_by_role("button", name="Next").click()
    expect(card.get_by_text("is wrong")).to_be_visible()
    card.get_by_label("Current password").first.fill(PASSWORD)
    card.get_by_role("button", name="Next").click()
    app = typed_secret(page)
    assert inaccessible(page) == []
    card.get_by_label("Code of six digits").fill(app.code())
    card.get_by_role("button", name="Turn on").click()
    expect(card.get_by_role("listitem")).to_have_count(10)
    codes = card.get_by_role("listitem").all_inner_texts()
    card.get_by_role("button", name="I have kept them").click()
    expect(card.get_by_text("Recovery codes left: 10")).to_be_visible()

    elsewhere = open_window("", "/portal", phone=True, dark=True).page
    give_password(elsewhere, owner)
    code = elsewhere.get_by_label("Code of six digits")
    code.fill("000000")
    elsewhere.get_by_role("button", name="Sign in", exact=True).click()
    expect(elsewhere.get_by_role("alert")).to_have_text("The code is wrong, or was used already.")
    assert inaccessible(elsewhere) == []
    code.fill(app.code())
    elsewhere.get_by_role("button", name="Sign in", exact=True).click()
    elsewhere.wait_for_url("**/portal")

    lost = open_window("", "/portal").page
    give_password(lost, owner)
    lost.get_by_role("button", name="Use a recovery code").click()
    lost.get_by_label("Recovery code").fill(codes[0])
    lost.get_by_role("button", name="Sign in", exact=True).click()
    lost.wait_for_url("**/portal")


def test_a_session_elsewhere_is_ended(open_window: Open, owner: str) -> None:
    there = open_window(owner, "/portal").page
    page = open_window(owner, "/account").page
    sessions = page.get_by_role("region", name="Where you are signed in")
    sessions.get_by_role("button", name="Sign out everywhere else").click()
    expect(sessions.get_by_role("listitem")).to_have_count(1)
    expect(sessions.get_by_text("Here", exact=True)).to_be_visible()
    there.reload()
    there.wait_for_url("**/sign-in*")


def test_name_and_language_are_changed_and_a_new_password_signs_out(open_window: Open, owner: str) -> None:
    page = open_window(owner, "/account").page
    profile = page.get_by_role("region", name="You", exact=True)
    profile.get_by_label("Name").fill("Olga Nowak")
    profile.get_by_role("button", name="Save").click()
    expect(profile.get_by_role("status")).to_have_text("Saved.")
    card = page.get_by_role("region", name="Password")
    card.get_by_label("Current password").first.fill(PASSWORD)
    card.get_by_label("New password").first.fill("another password")
    card.get_by_role("button", name="Change password").click()
    page.wait_for_url("**/sign-in*")


def test_a_token_is_made_for_a_program_and_revoked(desk: Desk, open_window: Open, owner: str) -> None:
    page = open_window(owner, "/account", phone=True).page
    card = page.get_by_role("region", name="Access tokens")
    card.get_by_role("button", name="New token").click()
    card.get_by_label("Name").fill("Nightly export")
    choose(page, "What it may do", "tickets.read_own")
    page.keyboard.press("Escape")
    card.get_by_role("button", name="Make the token").click()
    secret = card.locator("code").inner_text()
    assert inaccessible(page) == []
    card.get_by_role("button", name="I have kept it").click()
    token = card.get_by_role("listitem").filter(has_text="Nightly export")
    expect(token).to_contain_text("tickets.read_own")
    program = httpx.Client(base_url=f"{desk.url}/api/v1", headers={"authorization": f"Bearer {secret}"})
    with program:
        assert program.get("/tickets").status_code == 200
        assert program.post("/tickets", json={"title": "By a program"}).status_code == 403
        token.get_by_role("button", name="Revoke Nightly export").click()
        token.get_by_role("button", name="Stop it now").click()
        expect(token).to_have_count(0)
        eventually(lambda: program.get("/tickets").status_code == 401)


def test_somebody_decides_while_one_is_away(desk: Desk, open_window: Open) -> None:
    client = desk.sign_in("agent@globex.example")
    page = open_window("agent@globex.example", "/account").page
    card = page.get_by_role("region", name="While you are away")
    card.get_by_label("E-mail of who stands in").fill("nobody@globex.example")
    card.get_by_label("Until").fill("2020-01-01T08:00")
    card.get_by_role("button", name="Let them decide").click()
    expect(card.locator("[aria-invalid=true]").first).to_be_visible()
    card.get_by_label("E-mail of who stands in").fill("supervisor@globex.example")
    card.get_by_label("Until").fill("2099-01-01T08:00")
    card.get_by_role("button", name="Let them decide").click()
    expect(card.get_by_text("decides in your place")).to_be_visible()
    assert client.get("/me/substitute")["person"]["email"] == "supervisor@globex.example"
    card.get_by_role("button", name="End it").click()
    expect(card.get_by_role("button", name="Let them decide")).to_be_visible()
