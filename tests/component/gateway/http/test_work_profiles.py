"""Skills, languages, shifts and absences over HTTP."""

from gateway_doors import Doors

from deskmesh.gateway.v1.events_pb2 import SettingChanged, UserChanged

PATH = "/api/v1/users/agent@acme.example/work-profile"
PROFILE = {
    "skills": [{"skill": "vpn", "level": 4}],
    "languages": ["de"],
    "max_open": 8,
    "shifts": {"monday": [["08:00", "12:00"], ["13:00", "24:00"]], "sunday": [["22:00", "06:00"]]},
    "absences": [
        {
            "start": "2026-12-24T00:00:00+01:00",
            "end": "2026-12-27T00:00:00Z",
            "substitute": {"email": "admin@acme.example"},
        }
    ],
}


async def test_a_profile_is_read_and_replaced(doors: Doors) -> None:
    headers = await doors.as_()
    before = await doors.http.get(PATH, headers=headers)
    assert before.status_code == 200, before.text
    assert before.json() | {"version": 0} == {
        "skills": [],
        "languages": [],
        "max_open": None,
        "time_zone": "Europe/Warsaw",
        "shifts": {day: [] for day in before.json()["shifts"]},
        "absences": [],
        "version": 0,
    }
    written = {**headers, "if-match": before.headers["etag"]}
    changed = await doors.http.put(PATH, json=PROFILE, headers=written)
    assert changed.status_code == 200, changed.text
    body = changed.json()
    assert body["skills"] == PROFILE["skills"]
    assert (body["languages"], body["max_open"]) == (["de"], 8)
    assert body["shifts"]["monday"] == [["08:00", "12:00"], ["13:00", "24:00"]]
    assert body["shifts"]["sunday"] == [["22:00", "06:00"]]
    (absence,) = body["absences"]
    assert (absence["start"], absence["substitute"]["email"]) == (
        "2026-12-23T23:00:00Z",
        "admin@acme.example",
    )
    assert (await doors.http.get(PATH, headers=headers)).json() == body
    assert (await doors.http.put(PATH, json=PROFILE, headers=written)).status_code == 412
    again = await doors.http.put(PATH, json=PROFILE, headers=headers)
    assert again.headers["etag"] == changed.headers["etag"]


async def test_the_other_services_and_the_audit_log_are_told(doors: Doors) -> None:
    headers = await doors.as_()
    await doors.http.put(PATH, json={"max_open": 3}, headers=headers)
    await doors.http.put(PATH, json={"max_open": 4}, headers=headers)
    user = (await doors.http.get("/api/v1/users/agent@acme.example", headers=headers)).json()
    database = doors.process.runtime.databases.for_tenant(doors.tenants["acme"])
    async with database.relay_connection() as raw:
        rows = await raw.fetch(
            "SELECT subject, payload FROM outbox WHERE aggregate_id = $1 ORDER BY created_at, id", user["id"]
        )
    told = [UserChanged.FromString(one["payload"]) for one in rows if "UserChanged" in one["subject"]]
    assert [one.user.work_profile.max_open for one in told[-2:]] == [3, 4]
    settings = [SettingChanged.FromString(one["payload"]) for one in rows if "Setting" in one["subject"]]
    (change,) = settings[-1].changes
    assert (settings[-1].kind, change.field) == ("work_profile", "max_open")
    assert (change.old_value.number_value, change.new_value.number_value) == (3, 4)


async def test_what_is_wrong_is_named_and_changes_nothing(doors: Doors) -> None:
    headers = await doors.as_()
    before = (await doors.http.get(PATH, headers=headers)).json()
    wrong = {
        "skills": [{"skill": "No slug", "level": 1}],
        "shifts": {"monday": [["08:00", "12:00"], ["11:00", "13:00"]]},
        "absences": [
            {
                "start": "2026-12-24T00:00:00Z",
                "end": "2026-12-24T00:00:00Z",
                "substitute": "nobody@acme.example",
            },
            {
                "start": "2026-12-24T00:00:00Z",
                "end": "2026-12-25T00:00:00Z",
                "substitute": "agent@acme.example",
            },
        ],
    }
    refused = await doors.http.put(PATH, json=wrong, headers=headers)
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["errors"]} == {
        "skills[0].skill",
        "shifts.monday[1]",
        "absences[0].end",
        "absences[0].substitute",
        "absences[1].substitute",
    }
    assert (await doors.http.put(PATH, json={"nonsense": 1}, headers=headers)).status_code == 422
    assert (await doors.http.get(PATH, headers=headers)).json() == before


async def test_supervisors_plan_shifts_and_agents_look_on(doors: Doors) -> None:
    await doors.person("planner@acme.example", "supervisor")
    planner, agent = await doors.as_("planner@acme.example"), await doors.as_("agent@acme.example")
    assert (await doors.http.put(PATH, json={"max_open": 2}, headers=planner)).status_code == 200
    assert (await doors.http.put(PATH, json={"max_open": 1}, headers=agent)).status_code == 403
    assert (await doors.http.get(PATH, headers=agent)).json()["max_open"] == 2
    requester = await doors.as_("requester@acme.example")
    assert (await doors.http.get(PATH, headers=requester)).status_code == 403


async def test_another_tenants_people_are_not_there(doors: Doors) -> None:
    user = (await doors.http.get("/api/v1/users/agent@acme.example", headers=await doors.as_())).json()
    stranger = await doors.as_("admin@globex.example")
    foreign, none = [
        await doors.http.get(f"/api/v1/users/{one}/work-profile", headers=stranger)
        for one in (user["id"], "0193a5c2-7b1e-7c3a-9f42-5d8e6b1a2c30")
    ]
    assert (foreign.status_code, foreign.json()) == (none.status_code, none.json())
    refused = await doors.http.put(f"/api/v1/users/{user['id']}/work-profile", json={}, headers=stranger)
    assert refused.status_code == 404
