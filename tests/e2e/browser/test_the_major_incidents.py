"""Major incidents that run: in the menu, with what follows each."""

from collections.abc import Callable

from browser_desk import Window
from playwright.sync_api import expect

Open = Callable[..., Window]
SUPERVISOR = "supervisor@acme.example"


def test_a_major_incident_is_listed_with_what_follows_it(open_window: Open) -> None:
    page = open_window(SUPERVISOR, "/desk").page
    page.get_by_role("navigation").get_by_role("link", name="Major incidents").click()
    incident = page.get_by_role("article", name="Awaria sieci w biurze w Gdyni")
    expect(incident).to_contain_text("Open tickets that follow: 2", timeout=20_000)
    incident.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Brak sieci w całym biurze w Gdyni")).to_be_visible()
