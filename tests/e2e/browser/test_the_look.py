"""A tenant's colour and logo: on the sign-in page and on every screen of its people, and on nobody else's."""

import re
from collections.abc import Callable, Iterator

import pytest
from browser_desk import Window, inaccessible
from playwright.sync_api import Page, expect

from embedded.demo.looks import png
from embedded.testing import Client, Desk

Open = Callable[..., Window]
ADMIN = "admin@globex.example"
FILLED = (
    "getComputedStyle(document.documentElement).getPropertyValue('--mantine-primary-color-filled').trim()"
)


@pytest.fixture
def admin(desk: Desk) -> Iterator[Client]:
    """Globex's administrator; afterwards the colour is what it was."""
    client = desk.sign_in(ADMIN)
    before = client.get("/branding")
    yield client
    client.send("PUT", "/branding", {"accent": before["accent"]})


def test_an_administrator_chooses_colour_and_logo_and_only_their_people_see_them(
    desk: Desk, admin: Client, open_window: Open
) -> None:
    before = admin.get("/branding")
    page = open_window(ADMIN, "/admin/settings").page
    page.get_by_label("Colour", exact=True).fill("#ffe600")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Saved")).to_be_visible()
    shades = admin.get("/branding")["shades"]
    assert shades != before["shades"]
    # The page wears it at once.
    assert page.evaluate(FILLED) == shades[8]
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Choose a picture").click()
    choosing.value.set_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": png("#7a1f5c", lambda x, y: x > y)}
    )
    shown = page.get_by_role("img", name="Logo")
    expect(shown).to_have_attribute("src", re.compile("data:image/png"))
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(shown).to_have_attribute("src", _logo_path())
    logo = admin.get("/branding")["logo"]
    assert logo != before["logo"]
    assert inaccessible(page) == []

    theirs = open_window("agent@globex.example", "/desk/tickets").page
    expect(theirs.locator(f"nav img[src='{logo}']")).to_be_visible()
    assert theirs.evaluate(FILLED) == shades[8]
    others = open_window("agent@acme.example", "/desk/tickets").page
    expect(others.locator("nav img").first).not_to_have_attribute("src", logo)
    assert others.evaluate(FILLED) != shades[8]

    stranger = open_window().page
    stranger.locator("form input").first.fill("globex")
    expect(stranger.locator(f"img[src='{logo}']")).to_be_visible()


def _logo_path() -> re.Pattern[str]:
    return re.compile(r"/api/v1/branding/globex/logo/[0-9a-f]{64}")


@pytest.mark.parametrize("accent", ["#ffe600", "#0b0b0d"])
@pytest.mark.parametrize("dark", [False, True])
def test_every_colour_can_be_read_in_light_and_in_dark(
    admin: Client, open_window: Open, accent: str, dark: bool
) -> None:
    admin.send("PUT", "/branding", {"accent": accent})
    page = open_window("agent@globex.example", "/desk/tickets", dark=dark).page
    expect(page.get_by_role("main").locator("a").first).to_be_visible()
    assert inaccessible(page) == []
    _open_first(page)
    assert inaccessible(page) == []


def _open_first(page: Page) -> None:
    page.goto("/desk/new")
    expect(page.get_by_role("heading").first).to_be_visible()
