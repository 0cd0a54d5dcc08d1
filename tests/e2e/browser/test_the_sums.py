"""What a supervisor asks afterwards: how long the work took, and what requesters said of it."""

import csv
import re
import uuid
from collections.abc import Callable
from pathlib import Path

from browser_desk import Window, choose
from playwright.sync_api import Page, expect

from embedded.testing import Desk

Open = Callable[..., Window]
SUPERVISOR = "supervisor@acme.example"
REQUESTER = "requester@acme.example"
AGENT = "agent@acme.example"


def done(desk: Desk, title: str) -> str:
    """The number of a requester's ticket that is resolved."""
    number: str = desk.sign_in(REQUESTER).send("POST", "/tickets", {"title": title})["number"]
    desk.sign_in(SUPERVISOR).send("POST", f"/tickets/{number}/transitions", {"to": "resolved"})
    return number


def group_by(page: Page, group: str) -> None:
    """Ask for other sums."""
    page.get_by_role("combobox", name="Group by").click()
    page.get_by_role("option", name=group).locator("visible=true").click()


def test_time_is_summed_up_by_what_it_went_into_and_kept_as_a_spreadsheet(
    desk: Desk, open_window: Open
) -> None:
    activity = f"digging {uuid.uuid4().hex[:8]}"
    number = done(desk, f"A trench {activity}")
    client = desk.sign_in(AGENT)
    for minutes, billable in ((1440, True), (75, False)):
        noted = {"minutes": minutes, "billable": billable, "activity": activity}
        client.send("POST", f"/tickets/{number}/time-entries", noted)
    page = open_window(SUPERVISOR, "/desk/time").page
    expect(page.get_by_role("img", name="Time worked")).to_be_visible(timeout=20_000)
    group_by(page, "Activity")
    row = page.get_by_role("row").filter(has_text=activity)
    # Of work the day has no hours: 25 of them are not a day and one.
    expect(row).to_have_text(f"{activity}225 hr 15 min24 hr")
    page.get_by_text("Not billable", exact=True).locator("visible=true").first.click()
    expect(row).to_have_text(f"{activity}11 hr 15 min0 min")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    kept = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    assert [one["minutes"] for one in kept if one["activity"] == activity] == ["75"]
    group_by(page, "Ticket")
    page.get_by_role("link", name=number).click()
    page.wait_for_url(f"**/desk/tickets/{number}")


def test_a_time_in_which_nobody_worked_says_so(open_window: Open) -> None:
    page = open_window(SUPERVISOR, "/desk/time").page
    page.get_by_text("Own", exact=True).click()
    page.get_by_label("From").fill("2001-02-01")
    page.get_by_label("To", exact=True).fill("2001-02-28")
    expect(page.get_by_text("No time was noted")).to_be_visible()
    expect(page.get_by_role("button", name="Download CSV")).to_be_disabled()


def test_low_ratings_are_found_and_lead_to_their_tickets(desk: Desk, open_window: Open) -> None:
    word = uuid.uuid4().hex[:8]
    bad, good = done(desk, f"Bad {word}"), done(desk, f"Good {word}")
    requester = desk.sign_in(REQUESTER)
    requester.send("PUT", f"/tickets/{bad}/rating", {"score": 1, "comment": f"Worse than before {word}"})
    requester.send("PUT", f"/tickets/{good}/rating", {"score": 5})
    page = open_window(SUPERVISOR, "/desk/ratings").page
    ratings = page.get_by_role("list", name="Ratings").get_by_role("listitem")
    expect(ratings.nth(0)).to_contain_text(good)
    expect(ratings.nth(0).get_by_role("img", name="5 of 5")).to_be_visible()
    expect(ratings.nth(1)).to_contain_text(f"Worse than before {word}")
    page.get_by_label("Only low ones").check()
    expect(ratings.filter(has_text=good)).to_have_count(0)
    expect(ratings.nth(0)).to_contain_text("Low")
    choose(page, "Queue", "Network")
    expect(ratings.filter(has_text=bad)).to_have_count(0)
    page.get_by_label("Queue").first.press("Escape")
    page.reload()
    page.get_by_role("link", name=bad).click()
    page.wait_for_url(f"**/desk/tickets/{bad}")


def test_older_ratings_come_when_they_are_asked_for(desk: Desk, open_window: Open) -> None:
    numbers = [done(desk, f"Rated {place}") for place in range(3)]
    for number in numbers:
        desk.sign_in(REQUESTER).send("PUT", f"/tickets/{number}/rating", {"score": 4})
    page = open_window(SUPERVISOR, "/desk/time", workers="block").page
    # Pages of two, so that three ratings are more than one.
    page.route(
        "**/api/v1/ratings?*",
        lambda route: route.continue_(url=re.sub(r"page_size=\d+", "page_size=2", route.request.url)),
    )
    page.get_by_role("link", name="Ratings").click()
    shown = page.get_by_role("list", name="Ratings").get_by_role("listitem")
    expect(shown).to_have_count(2)
    page.get_by_role("button", name="Show more").click()
    expect(shown).to_have_count(4)
    for place, number in enumerate(reversed(numbers)):
        expect(shown.nth(place)).to_contain_text(number)


def test_whoever_reports_on_nothing_is_told_that_they_may_not_see_ratings(open_window: Open) -> None:
    page = open_window(AGENT, "/desk/ratings").page
    expect(page.get_by_text("Not allowed")).to_be_visible()
    menu = page.get_by_role("navigation", name="Menu")
    expect(menu.get_by_role("link", name="Ratings")).to_have_count(0)
