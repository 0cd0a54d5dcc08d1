"""What agents do beside the conversation, by REST: the time that they spend."""

import csv
import io
import uuid

import pytest

from embedded.demo.content import TENANTS
from embedded.testing import Client, Desk, Json

AGENT = "agent@acme.example"
STRANGER = "admin@globex.example"


@pytest.fixture
def agent(desk: Desk) -> Client:
    return desk.sign_in(AGENT)


@pytest.fixture
def ticket(agent: Client) -> Json:
    return agent.send("POST", "/tickets", {"title": f"Work {uuid.uuid4().hex[:8]}"})


def test_time_is_noted_put_right_listed_exported_and_taken_off(
    desk: Desk, agent: Client, ticket: Json
) -> None:
    path = f"/tickets/{ticket['number']}/time-entries"
    noted = {"minutes": 45, "billable": True, "activity": "=on site", "note": "Fuser, drum"}
    entry = agent.send("POST", path, noted)
    assert (entry["person"]["email"], entry["ticket"]["key"]) == (AGENT, ticket["number"])
    assert agent.get(path)["items"] == [entry]
    assert agent.get(f"/tickets/{ticket['id']}")["minutes_billable"] == 45
    stale = agent.http.patch(f"{path}/{entry['id']}", json={"minutes": 40}, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    changed = agent.send("PATCH", f"{path}/{entry['id']}", {"minutes": 40})
    of_ticket = f'ticket = "{ticket["number"]}"'
    assert agent.get("/time-entries", filter=of_ticket)["items"] == [changed]
    (summed,) = agent.get("/time-entries/summary", filter=of_ticket)["items"]
    assert (summed["key"], summed["minutes"], summed["billable_minutes"]) == (AGENT, 40, 40)
    exported = agent.http.get("/time-entries/export", params={"filter": of_ticket})
    (row,) = csv.DictReader(io.StringIO(exported.text))
    assert (row["ticket"], row["minutes"], row["activity"]) == (ticket["number"], "40", "'=on site")
    assert desk.sign_in(STRANGER).http.get(path).status_code == 404
    assert agent.http.post(path, json={"minutes": 5, "person": STRANGER}).status_code == 403
    wrong = agent.http.post(path, json={"minutes": 1441})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "minutes")
    assert agent.http.delete(f"{path}/{entry['id']}").status_code == 204
    assert agent.get(path)["items"] == []


def test_a_timer_is_started_seen_and_stopped(agent: Client, ticket: Json) -> None:
    started = agent.send("POST", f"/tickets/{ticket['id']}/timer", {"activity": "remote"})
    assert agent.get("/me/timer")["timer"] == started["timer"]
    assert agent.send("POST", "/me/timer/stop", None)["minutes"] == 1
    assert agent.get("/me/timer") == {"timer": None}
    assert agent.http.delete("/me/timer").status_code == 409


@pytest.mark.parametrize("slug", TENANTS)
def test_the_demo_shows_time_that_was_spent(desk: Desk, slug: str) -> None:
    sums = desk.sign_in(f"supervisor@{slug}.example").get("/time-entries/summary", group_by="organization")
    assert sum(one["minutes"] for one in sums["items"] if one["key"]) > 100
