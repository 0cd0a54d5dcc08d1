"""Calendars and business time by REST."""

import uuid

import httpx
import pytest

from embedded.testing import Client, Desk, Json, eventually

OFFICE = {day: [["09:00", "18:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
FEED = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//plant//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    "DTSTART;VALUE=DATE:20270803\r\nSUMMARY:Shut-down\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def admin(desk: Desk) -> Client:
    return desk.sign_in("admin@acme.example")


def made(admin: Client, **values: object) -> Json:
    body = {"name": f"desk {uuid.uuid4().hex[:8]}", "time_zone": "Europe/Warsaw", "hours": OFFICE, **values}
    return admin.send("POST", "/sla/calendars", body)


def fields_refused(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


def policy(**values: object) -> Json:
    targets = [{"clock": "resolution", "target": "PT4H"}]
    made = {"name": "wrong", "order": 5, "kind": "sla", "calendar_id": "business", "targets": targets}
    return made | values


def test_business_time_is_counted_there_and_back_over_special_days_and_feeds(admin: Client) -> None:
    short = {"date": "2026-12-24", "name": "Christmas Eve", "hours": [["09:00", "13:00"]]}
    calendar = made(admin, days=[short], holiday_country="PL")
    path = f"/sla/calendars/{calendar['id']}"
    # From Christmas Eve at noon over two holidays and a weekend; and back.
    found = admin.send("POST", f"{path}/calculate", {"start": "2026-12-24T11:00:00Z", "duration": "PT2H"})
    assert found["due_at"] == "2026-12-28T09:00:00Z"
    assert found["intervals"] == [
        {"start": "2026-12-24T11:00:00Z", "end": "2026-12-24T12:00:00Z"},
        {"start": "2026-12-28T08:00:00Z", "end": "2026-12-28T09:00:00Z"},
    ]
    back = {"start": found["due_at"], "duration": "-PT2H"}
    assert admin.send("POST", f"{path}/calculate", back)["due_at"] == "2026-12-24T11:00:00Z"
    between = {"start": found["due_at"], "end": "2026-12-24T11:00:00Z"}
    assert admin.send("POST", f"{path}/calculate", between)["elapsed"] == "-PT2H"
    fed = admin.send("PUT", f"{path}/feeds/plant", {"icalendar": FEED})
    nowhere = {"url": None, "checked_at": None, "fetched_at": None, "problem": None}
    assert fed["feeds"] == [
        {"name": "plant", "holidays": [{"date": "2027-08-03", "name": "Shut-down"}], "skipped": 0, **nowhere}
    ]
    days = {"start": "2027-08-02T08:00:00Z", "duration": "1 business day"}
    assert admin.send("POST", f"{path}/calculate", days)["due_at"] == "2027-08-04T08:00:00Z"
    before = admin.send("POST", f"{path}/calculate", {**days, "version": 1})
    assert before["due_at"] == "2027-08-03T08:00:00Z"
    assert admin.http.delete(f"{path}/feeds/plant").json()["feeds"] == []
    versions = admin.get(f"{path}/versions")["items"]
    assert [(one["version"], len(one["feeds"])) for one in versions] == [(3, 0), (2, 1), (1, 0)]


def test_a_feed_of_an_address_shows_why_it_brings_no_days(admin: Client) -> None:
    path = f"/sla/calendars/{made(admin)['id']}"
    within = admin.http.put(f"{path}/feeds/plant", json={"url": "http://127.0.0.1:1/a.ics"})
    assert fields_refused(within) == ["url"]
    url = "https://calendars.invalid/a.ics"
    assert admin.send("PUT", f"{path}/feeds/plant", {"url": url})["feeds"][0]["url"] == url
    [feed] = eventually(lambda: [one for one in admin.get(path)["feeds"] if one["problem"]])
    assert (feed["problem"], feed["holidays"], feed["fetched_at"]) == (
        "the server can't be reached",
        [],
        None,
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"days": [{"date": "2026-12-24", "hours": [["13:00", "9"]]}]}, "days[0].hours[0]"),
        ({"effective_from": "soon"}, "effective_from"),
        ({"holiday_country": "PL", "holiday_subdivision": "ZZ"}, "holiday_subdivision"),
        ({"feeds": []}, "feeds"),
        ({"hours": {"monday": [["09:00", "13:00"], ["12:00", "18:00"]]}}, "hours.monday[1]"),
        ({"hours": {"monday": [["22:00", "06:00"]], "tuesday": [["05:00", "09:00"]]}}, "hours.tuesday[0]"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_a_change_that_makes_no_sense_names_its_field(admin: Client, body: Json, field: str) -> None:
    calendar = made(admin)
    answer = admin.http.patch(f"/sla/calendars/{calendar['id']}", json=body)
    assert fields_refused(answer) == [field]
    assert admin.get(f"/sla/calendars/{calendar['id']}") == calendar


def test_an_empty_week_can_neither_be_reckoned_with_nor_used(admin: Client) -> None:
    calendar = made(admin, hours={})
    asked = {"start": "2026-12-24T11:00:00Z", "duration": "PT2H"}
    refused = admin.http.post(f"/sla/calendars/{calendar['id']}/calculate", json=asked)
    assert fields_refused(refused) == ["hours"]
    refused = admin.http.post("/sla/policies", json=policy(calendar_id=calendar["id"]))
    assert fields_refused(refused) == ["calendar_id"]


@pytest.mark.parametrize(
    "recurs",
    ["RRULE:FREQ=SECONDLY", "RRULE:FREQ=DAILY", "RRULE:FREQ=YEARLY;BYMONTHDAY=" + ",".join(["1"] * 400)],
)
def test_a_feed_that_never_ends_is_refused(admin: Client, recurs: str) -> None:
    calendar = made(admin)
    path = f"/sla/calendars/{calendar['id']}"
    endless = FEED.replace("END:VEVENT", f"{recurs}\r\nEND:VEVENT", 1)
    answer = admin.http.put(f"{path}/feeds/plant", json={"icalendar": endless})
    assert fields_refused(answer) == ["icalendar"]
    assert admin.get(path) == calendar


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"targets": [{"clock": "resolution", "target": "-PT4H"}]}, "targets[0].target"),
        ({"targets": []}, "targets"),
        ({"condition": 'planet = "mars"'}, "condition"),
        ({"calendar_id": "nowhere"}, "calendar_id"),
    ],
)
def test_a_policy_that_makes_no_sense_names_its_field(admin: Client, wrong: Json, field: str) -> None:
    answer = admin.http.post("/sla/policies", json=policy(**wrong))
    assert fields_refused(answer) == [field]
    assert "wrong" not in [one["name"] for one in admin.get("/sla/policies")["items"]]


def test_feeds_and_versions_of_another_tenant_are_not_there(desk: Desk, admin: Client) -> None:
    path = f"/sla/calendars/{made(admin)['id']}"
    foreign = desk.sign_in("admin@globex.example")
    for method, where, body in (
        ("GET", f"{path}/versions", None),
        ("PUT", f"{path}/feeds/plant", {"icalendar": FEED}),
        ("DELETE", f"{path}/feeds/plant", None),
    ):
        assert foreign.http.request(method, where, json=body).status_code == 404
