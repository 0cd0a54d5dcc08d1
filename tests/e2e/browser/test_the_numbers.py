"""What a supervisor looks at: tickets over time, and what incidents may have in common."""

import csv
import uuid
from collections.abc import Callable
from pathlib import Path

from browser_desk import Window
from playwright.sync_api import expect

from embedded.testing import Desk

Open = Callable[..., Window]
SUPERVISOR = "supervisor@acme.example"
AGENT = "agent@acme.example"


def test_tickets_over_time_are_grouped_and_kept_as_a_spreadsheet(desk: Desk, open_window: Open) -> None:
    page = open_window(SUPERVISOR, "/desk/board").page
    volume = page.get_by_role("region", name="Tickets over time", exact=True)
    expect(volume.get_by_role("img", name="Tickets over time")).to_be_visible(timeout=20_000)
    expect(volume.get_by_role("row")).to_have_count(1 + 1 + 30)
    volume.get_by_text("Week", exact=True).click()
    expect(volume.get_by_role("columnheader", name="Week")).to_be_visible()
    volume.get_by_role("combobox", name="Group by").click()
    page.get_by_role("option", name="Queue").locator("visible=true").click()
    network = volume.get_by_role("button", name="Network", exact=True)
    network.click()
    expect(volume.get_by_text("Shown: Network")).to_be_visible()
    with page.expect_download() as download:
        volume.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    shown = volume.get_by_role("row").filter(has_text="Network").get_by_role("cell").nth(1).inner_text()
    assert sum(int(row["created"]) for row in rows if row["key"] == "network") == int(shown) > 0


def test_a_candidate_is_dismissed_taken_back_and_made_a_problem(desk: Desk, open_window: Open) -> None:
    word = f"zeppelin{uuid.uuid4().hex[:8]}"
    client = desk.sign_in(AGENT)
    incidents = [
        client.send("POST", "/tickets", {"title": f"Hangar {word} shut {place}", "type": "incident"})
        for place in range(3)
    ]
    page = open_window(AGENT, "/desk/problems").page
    candidate = page.get_by_role("article").filter(has_text=word)
    expect(candidate).to_contain_text("Incidents: 3", timeout=20_000)
    candidate.get_by_role("button", name="Dismiss").click()
    page.get_by_label("Why it is no problem").fill("Only tried")
    page.get_by_role("dialog").get_by_role("button", name="Dismiss").click()
    expect(candidate).to_have_count(0)
    page.get_by_label("Show dismissed").check()
    expect(candidate).to_contain_text("Only tried")
    candidate.get_by_role("button", name="Take the dismissal back").click()
    expect(candidate.get_by_role("button", name="Dismiss")).to_be_visible()
    candidate.get_by_role("button", name="Make a problem").click()
    page.get_by_role("dialog").get_by_label("Title").fill(f"The hangar door {word}")
    page.get_by_role("dialog").get_by_role("button", name="Make a problem").click()
    page.wait_for_url("**/desk/tickets/PRB-*")
    expect(page.get_by_role("heading", name=f"The hangar door {word}")).to_be_visible()
    problem = client.get(f"/tickets/{page.url.rsplit('/', 1)[1]}/links")["items"]
    assert {one["ticket"]["id"] for one in problem} == {one["id"] for one in incidents}
    for number in (page.url.rsplit("/", 1)[1], *(one["number"] for one in incidents)):
        client.send("POST", f"/tickets/{number}/transitions", {"to": "cancelled", "comment": "Only tried."})
