"""Every screen: usable without eyes or mouse, in each language, on a phone; texts stay text; little to load."""

import json
import uuid
from collections.abc import Callable

import pytest
from browser_desk import Window, inaccessible
from playwright.sync_api import Page, expect

from embedded.testing import Desk, eventually

Open = Callable[..., Window]
SUPERVISOR = "supervisor@acme.example"
REQUESTER = "requester@acme.example"
ADMIN = "admin@acme.example"
LARGEST_PORTAL = 150 * 1024
"""Bytes, compressed, of the files of the portal's first page; its data come on top."""

# Path, and who sees it.
SCREENS = {
    "sign-in": ("/sign-in", ""),
    "plain": ("/plain", ""),
    "list": ("/desk/tickets?view=open", SUPERVISOR),
    "ticket": ("/desk/tickets/INC-1001", SUPERVISOR),
    "new ticket": ("/desk/new", SUPERVISOR),
    "made later": ("/desk/scheduled", SUPERVISOR),
    "changes": ("/desk/changes", SUPERVISOR),
    "board": ("/desk/board", SUPERVISOR),
    "ratings": ("/desk/ratings", SUPERVISOR),
    "time worked": ("/desk/time", SUPERVISOR),
    "major incidents": ("/desk/major", SUPERVISOR),
    "problem candidates": ("/desk/problems", SUPERVISOR),
    "portal": ("/portal", REQUESTER),
    "search": ("/portal?q=vpn", REQUESTER),
    "new request": ("/portal/new", REQUESTER),
    "catalogue": ("/portal/catalog", REQUESTER),
    "order": ("/portal/catalog/laptop", REQUESTER),
    "approvals": ("/portal/approvals", SUPERVISOR),
    "approvals at the desk": ("/desk/approvals", SUPERVISOR),
    "account": ("/account", REQUESTER),
    "workflows": ("/admin/workflows", ADMIN),
    "fields": ("/admin/fields", ADMIN),
    "people": ("/admin/users", ADMIN),
    "layouts": ("/admin/layouts", ADMIN),
    "webhooks": ("/admin/webhooks", ADMIN),
    "providers": ("/admin/identity_providers", ADMIN),
    "settings of the desk": ("/admin/settings", ADMIN),
    "nothing": ("/portal/requests/INC-999999", REQUESTER),
}


def settled(page: Page) -> None:
    """Wait until the screen has what it asked for."""
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    expect(page.locator("main").locator("h1, p").first).to_be_visible()


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("look", [{}, {"phone": True, "dark": True}], ids=["desktop", "dark phone"])
def test_a_screen_is_accessible_and_fits(open_window: Open, name: str, look: dict[str, bool]) -> None:
    path, who = SCREENS[name]
    page = open_window(who, path, **look).page
    settled(page)
    assert inaccessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


@pytest.mark.parametrize(
    ("language", "views", "heading"), [("pl", "Widoki", "Wszystkie otwarte"), ("ru", "Виды", "Все открытые")]
)
def test_the_desk_speaks_the_language(open_window: Open, language: str, views: str, heading: str) -> None:
    page = open_window(SUPERVISOR, "/desk/tickets?view=open", language=language).page
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_text(views, exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == language


def test_what_people_write_stays_text(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    canary = (
        f"{word}<img src=x onerror=\"document.title='hit'\"><script>document.title='hit'</script>{{{{7*7}}}}"
    )
    client = desk.sign_in(REQUESTER)
    ticket = client.send(
        "POST", "/tickets", {"title": canary, "description": canary, "tags": [f"<b>{word}</b>"]}
    )
    client.send("POST", f"/tickets/{ticket['number']}/comments", {"body": f"javascript:alert(1) {canary}"})
    # A desk's list finds it by its word when it has been written down for the search.
    eventually(lambda: client.get("/tickets", q=word)["items"])
    agent = open_window(SUPERVISOR, f"/desk/tickets?view=all&q={word}").page
    expect(agent.get_by_role("link", name=canary)).to_be_visible()
    for page in (agent, open_window(REQUESTER, f"/portal/requests/{ticket['number']}").page):
        page.goto(page.url.replace(f"tickets?view=all&q={word}", f"tickets/{ticket['number']}"))
        expect(page.get_by_role("log")).to_contain_text(f"javascript:alert(1) {canary}")
        assert page.title() == "Deskmesh"
        assert page.get_by_role("log").locator("img, script, a").count() == 0


def test_the_portal_loads_little_and_its_files_once(desk: Desk, open_window: Open) -> None:
    session = open_window(REQUESTER, "/portal").context.cookies()
    # A worker that keeps files would hide what the network brought.
    window = open_window(workers="block")
    window.context.add_cookies(session)  # type: ignore[arg-type] # what it gives it takes
    page = window.page
    cdp = window.context.new_cdp_session(page)
    cdp.send("Network.clearBrowserCache")
    page.goto("/portal")
    expect(page.get_by_role("heading", name="My requests")).to_be_visible()
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".map(one => [one.name, one.encodedBodySize])"
    )
    files = [size for name, size in sizes if "/api/" not in name]
    assert sum(files) < LARGEST_PORTAL, json.dumps(sizes, indent=1)
    assert not any("workspace" in name or "chart" in name for name, _ in sizes)


def test_the_shell_opens_without_the_desk_and_says_so(open_window: Open) -> None:
    window = open_window(REQUESTER, "/portal")
    page = window.page
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(page.get_by_role("heading", name="My requests")).to_be_visible()
    window.context.set_offline(True)
    expect(page.get_by_role("status").filter(has_text="You are offline")).to_be_visible()
    page.reload()
    expect(page.get_by_text("The desk does not answer")).to_be_visible()
    window.context.set_offline(False)
    # It comes back by itself.
    expect(page.get_by_role("heading", name="My requests")).to_be_visible()
    window.faults.clear()  # the browser tells of the questions that could not be asked


def test_the_list_is_worked_by_keyboard_alone(open_window: Open) -> None:
    page = open_window(SUPERVISOR, "/desk/tickets?view=open").page
    expect(page.get_by_role("list", name="Tickets")).to_be_visible()
    page.keyboard.press("j")
    number = page.locator("li[data-at=true] .number").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/tickets/{number}")
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Go to, or search").fill("wallb")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Wallboard")).to_be_visible()


def test_a_filter_becomes_a_view_with_a_counter(desk: Desk, open_window: Open) -> None:
    name = f"High {uuid.uuid4().hex[:6]}"
    page = open_window(SUPERVISOR, "/desk/tickets?view=open").page
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Field", exact=True).first.click()
    page.get_by_role("option", name="Priority").click()
    page.get_by_label("Value").first.click()
    page.get_by_role("option", name="High").click()
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**filter=*")
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Keep this list as a view").fill(name)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    client = desk.sign_in(SUPERVISOR)
    saved = next(one for one in client.all("/views") if one["name"] == name)
    assert saved["filter"] == 'open = true AND (priority = "high")'
    count = len(client.all(f"/views/{saved['id']}/tickets"))
    expect(page.get_by_role("link", name=name)).to_contain_text(str(count))


def test_many_tickets_are_assigned_at_once(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    client = desk.sign_in(REQUESTER)
    made = [
        client.send("POST", "/tickets", {"title": f"Bulk {word} {place}"})["number"] for place in range(3)
    ]
    eventually(lambda: len(client.get("/tickets", q=word)["items"]) == len(made))
    page = open_window(SUPERVISOR, f"/desk/tickets?view=all&q={word}").page
    for number in made:
        page.get_by_label(f"Choose {number}").check()
    page.get_by_role("region", name="Many at once").get_by_role("button", name="Take it").click()
    expect(page.get_by_role("region", name="Many at once")).to_be_hidden()
    assignees = {desk.sign_in(SUPERVISOR).get(f"/tickets/{number}")["assignee"]["email"] for number in made}
    assert assignees == {SUPERVISOR}
