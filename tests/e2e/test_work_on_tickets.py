"""What is done beside the conversation, by REST.

Time that agents spend, ratings that requesters give, tickets
that are made by themselves.
"""

import csv
import io
import re
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from desk_people import a_person

from embedded.demo.content import TENANTS
from embedded.testing import Client, Desk, Json, eventually

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


@pytest.mark.parametrize("slug", TENANTS)
def test_the_demo_shows_ratings_one_of_them_low(desk: Desk, slug: str) -> None:
    rated = desk.sign_in(f"supervisor@{slug}.example").get("/ratings")["items"]
    assert len(rated) >= 3
    assert any(one["low"] and one["comment"] for one in rated)


def test_a_requester_rates_by_a_link_in_the_mail_and_changes_it_signed_in(desk: Desk, agent: Client) -> None:
    # An address gets sixty automatic mails an hour at most.
    who = a_person(desk, "rater")
    requester = desk.sign_in(who)
    ticket = requester.send("POST", "/tickets", {"title": f"Rated {uuid.uuid4().hex[:8]}"})
    path = f"/tickets/{ticket['id']}/rating"
    assert requester.http.get(path).status_code == 404
    for state in ("resolved", "closed"):
        agent.send("POST", f"/tickets/{ticket['id']}/transitions", {"to": state})

    def link() -> list[str]:
        bodies = [mail.get_body(("plain",)) for mail in desk.sent_mails(who, about=ticket["number"])]
        texts = [str(body.get_content()) for body in bodies if body is not None]
        return [found for text in texts for found in re.findall(r"http://\S+/ratings/\S+score=2", text)]

    (bad,) = eventually(link)
    with httpx.Client(trust_env=False) as nobody:
        page = nobody.get(bad)
        assert (page.status_code, 'value="2" checked' in page.text) == (200, True)
        assert requester.get(path)["score"] is None
        address = bad.partition("?")[0]
        assert nobody.post(address, data={"score": "9"}).status_code == 422
        assert nobody.post(address, data={"score": "2", "comment": "<b>Slow</b>"}).status_code == 200
        assert "&lt;b&gt;Slow&lt;/b&gt;" in nobody.get(address).text
        assert nobody.get(address[:-4] + "AAAA").status_code == 403
    given = requester.get(path)
    assert (given["score"], given["comment"], given["low"]) == (2, "<b>Slow</b>", True)
    changed = requester.send("PUT", path, {"score": 5}, **{"If-Match": f'"{given["version"]}"'})
    assert (changed["score"], changed["low"]) == (5, False)
    assert agent.http.put(path, json={"score": 5}).status_code == 403
    assert desk.sign_in(STRANGER).http.get(path).status_code == 404
    listed = desk.sign_in("supervisor@acme.example").get("/ratings", filter=f'ticket = "{ticket["number"]}"')
    assert listed["items"] == [changed]


def test_when_ratings_are_asked_for_is_set_for_a_queue(desk: Desk) -> None:
    admin = desk.sign_in("admin@acme.example")
    path = "/queues/network/rating-settings"
    own = admin.send("PUT", path, {"ask_on": "never"})
    assert (own["queue"]["key"], own["ask_on"], own["low_mark"]) == ("network", "never", 2)
    assert own in admin.get("/rating-settings")["items"]
    wrong = admin.http.put(path, json={"scale": "ten"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "scale")
    assert admin.http.delete(path).status_code == 204
    assert own not in admin.get("/rating-settings")["items"]


def test_a_ticket_is_made_by_itself_when_its_time_has_come(desk: Desk) -> None:
    admin = desk.sign_in("admin@acme.example")
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    timing = {"rrule": "FREQ=DAILY;COUNT=2", "time_zone": "Europe/Warsaw", "starts_at": soon}
    template = {"title": "By itself", "queue": "network", "assignee": AGENT, "fields": {}}
    assert len(admin.send("POST", "/recurrences/preview", timing)["items"]) == 2
    made = admin.send("POST", "/recurrences", {"name": "Daily", **timing, "template": template})
    path = f"/recurrences/{made['id']}"
    assert (made["template"]["queue"]["key"], made["template"]["assignee"]["email"]) == ("network", AGENT)
    assert made in admin.all("/recurrences")
    occurrences = eventually(lambda: admin.get(f"{path}/occurrences")["items"])
    ticket = admin.get(f"/tickets/{occurrences[0]['ticket']['key']}")
    assert (ticket["title"], ticket["channel"], ticket["assignee"]["email"]) == (
        "By itself",
        "recurrence",
        AGENT,
    )
    assert admin.send("POST", f"{path}/pause", None)["next_at"] is None
    assert admin.send("POST", f"{path}/resume", None)["state"] == "active"
    wrong = admin.http.patch(path, json={"template": {"title": "x", "queue": "nowhere"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "template.queue")
    assert desk.sign_in(STRANGER).http.get(path).status_code == 404
    assert admin.http.delete(path).status_code == 204
    assert admin.http.get(path).status_code == 404


@pytest.mark.parametrize("slug", TENANTS)
def test_the_demo_shows_tickets_that_recur(desk: Desk, slug: str) -> None:
    recurring = desk.sign_in(f"admin@{slug}.example").all("/recurrences")
    assert recurring
    assert all(one["state"] == "active" and one["next_at"] for one in recurring)


@pytest.mark.parametrize("slug", TENANTS)
def test_the_demo_shows_tickets_that_are_put_aside(desk: Desk, slug: str) -> None:
    agent = desk.sign_in(f"agent@{slug}.example")
    aside = agent.get("/tickets", filter='state = "pending_supplier" AND remind_at:*')["items"]
    assert all(one["remind_at"] for one in aside)
    assert aside


def test_a_ticket_that_was_put_aside_comes_back(agent: Client, ticket: Json) -> None:
    path = f"/tickets/{ticket['id']}"
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    assert agent.send("PATCH", path, {"remind_at": soon})["remind_at"]
    agent.send("POST", f"{path}/transitions", {"to": "pending_supplier"})
    back = eventually(lambda: [found] if (found := agent.get(path))["state"] == "open" else [])
    assert back[0]["remind_at"] is None
    past = agent.http.patch(path, json={"remind_at": "2026-01-01T00:00:00Z"})
    assert (past.status_code, past.json()["errors"][0]["field"]) == (422, "remind_at")
