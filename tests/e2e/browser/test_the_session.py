"""Who is signed in, as a browser sees it: nothing for scripts to steal, one sign-out for all tabs, links kept."""

from collections.abc import Callable

import pytest
from browser_desk import Window
from playwright.sync_api import Route, expect

from embedded.testing import Desk

Open = Callable[..., Window]
AGENT = "agent@acme.example"


def test_a_reload_keeps_the_session_and_scripts_find_no_token(open_window: Open) -> None:
    window = open_window(AGENT, "/desk/tickets?view=open")
    page = window.page
    page.reload()
    expect(page.get_by_role("heading", name="All open")).to_be_visible()
    kept = page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
    assert "dm_rt_" not in kept
    assert "eyJ" not in kept
    assert [one["httpOnly"] for one in window.context.cookies()] == [True]


def test_signing_out_in_one_tab_signs_out_the_other(open_window: Open) -> None:
    window = open_window(AGENT, "/desk/tickets?view=open")
    other = window.context.new_page()
    other.goto("/desk/tickets?view=all")
    expect(other.get_by_role("heading", name="Everything")).to_be_visible()
    window.page.get_by_role("button", name="Sign out").click()
    for page in (window.page, other):
        page.wait_for_url("**/sign-in*")


@pytest.mark.parametrize(
    "fail", [lambda route: route.abort(), lambda route: route.fulfill(status=503)], ids=["away", "refuses"]
)
def test_whoever_cannot_sign_out_is_told(open_window: Open, fail: Callable[[Route], None]) -> None:
    window = open_window("agent@acme.example", "/account", phone=True)
    page = window.page
    expect(
        page.get_by_role("region", name="Where you are signed in").get_by_text("Here", exact=True)
    ).to_be_visible()
    window.context.route("**/api/v1/auth/session/sign-out", fail)
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    expect(page.get_by_role("alert")).to_have_text("You are still signed in: the desk does not answer.")
    window.context.unroute("**/api/v1/auth/session/sign-out")
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.wait_for_url("**/sign-in*")


def test_a_wrong_password_is_said_and_nothing_more(open_window: Open) -> None:
    page = open_window().page
    page.get_by_label("Company").fill("acme")
    page.get_by_label("E-mail").fill(AGENT)
    page.get_by_label("Password").first.fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Company, e-mail or password is wrong.")


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_signing_in_never_leads_elsewhere(open_window: Open, desk: Desk, to: str) -> None:
    page = open_window(AGENT, f"/sign-in?to={to}").page
    expect(page.get_by_role("heading", name="My open")).to_be_visible()
    assert page.url.startswith(desk.url)


def test_a_link_to_another_tenants_ticket_shows_what_a_link_to_none_shows(
    desk: Desk, open_window: Open
) -> None:
    foreign = desk.sign_in("agent@globex.example").get("/tickets", page_size=1)["items"][0]["id"]
    page = open_window(AGENT, f"/desk/tickets/{foreign}").page
    expect(page.get_by_text("Nothing here")).to_be_visible()


def test_a_requester_is_led_to_the_portal(open_window: Open) -> None:
    page = open_window("requester@acme.example", "/desk/tickets").page
    page.wait_for_url("**/portal")
