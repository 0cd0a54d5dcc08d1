"""Users, teams and organisations over HTTP."""

from uuid import uuid4

from gateway_doors import PASSWORD, Doors


async def test_a_user_is_made_read_changed_and_listed(doors: Doors) -> None:
    headers = await doors.as_()
    team = await doors.http.post("/api/v1/teams", json={"name": "Night", "slug": "night"}, headers=headers)
    assert team.status_code == 201, team.text
    body = {
        "email": "jan@acme.example",
        "name": "Jan",
        "password": PASSWORD,
        "language": "pl",
        "time_zone": "Europe/Warsaw",
        "roles": [{"role": "agent", "process": "it"}],
        "teams": ["night"],
    }
    made = await doors.http.post("/api/v1/users", json=body, headers=headers)
    assert made.status_code == 201, made.text
    user = made.json()
    assert user["teams"] == [{"id": team.json()["id"], "key": "night", "name": "Night"}]
    assert user["roles"] == [{"role": "agent", "process": "it", "queue": None}]
    assert "password" not in made.text.replace(PASSWORD, "")
    assert made.headers["location"] == f"/api/v1/users/{user['id']}"

    by_id = await doors.http.get(f"/api/v1/users/{user['id']}", headers=headers)
    by_email = await doors.http.get("/api/v1/users/jan@acme.example", headers=headers)
    assert by_id.json() == by_email.json() == user
    assert by_id.headers["etag"] == f'"{user["version"]}"'

    changed = await doors.http.patch(
        f"/api/v1/users/{user['id']}",
        json={"name": "Jan K.", "teams": []},
        headers={**headers, "if-match": by_id.headers["etag"]},
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["name"], changed.json()["teams"]) == ("Jan K.", [])
    stale = await doors.http.patch(
        f"/api/v1/users/{user['id']}",
        json={"name": "X"},
        headers={**headers, "if-match": by_id.headers["etag"]},
    )
    assert stale.status_code == 412

    listed = await doors.http.get(
        "/api/v1/users", params={"filter": 'email = "jan@acme.example"'}, headers=headers
    )
    assert [one["name"] for one in listed.json()["items"]] == ["Jan K."]


async def test_a_list_is_read_page_by_page(doors: Doors) -> None:
    headers = await doors.as_("admin@globex.example")
    for number in range(5):
        body = {"name": f"Team {number}", "slug": f"page-{number}"}
        assert (await doors.http.post("/api/v1/teams", json=body, headers=headers)).status_code == 201
    seen: list[str] = []
    token = ""
    while True:
        answer = await doors.http.get(
            "/api/v1/teams", params={"page_size": 2, "page_token": token}, headers=headers
        )
        page = answer.json()
        assert len(page["items"]) <= 2
        seen += [team["slug"] for team in page["items"]]
        token = page["next_page_token"]
        if not token:
            break
    assert len(seen) == len(set(seen))
    assert {f"page-{number}" for number in range(5)} <= set(seen)


async def test_the_same_key_with_the_same_body_makes_one_and_answers_alike(doors: Doors) -> None:
    headers = {**await doors.as_(), "idempotency-key": str(uuid4())}
    body = {"name": "Initech", "slug": "initech", "domains": ["initech.example"]}
    first = await doors.http.post("/api/v1/organizations", json=body, headers=headers)
    second = await doors.http.post("/api/v1/organizations", json=body, headers=headers)
    assert first.status_code == second.status_code == 201, second.text
    assert first.content == second.content
    other = await doors.http.post("/api/v1/organizations", json={**body, "name": "Other"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_a_malformed_key_is_422(doors: Doors) -> None:
    headers = {**await doors.as_(), "idempotency-key": "with space"}
    answer = await doors.http.post("/api/v1/teams", json={"name": "x"}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_a_slug_that_is_taken_is_409(doors: Doors) -> None:
    headers = await doors.as_()
    body = {"name": "Twice", "slug": "twice"}
    assert (await doors.http.post("/api/v1/teams", json=body, headers=headers)).status_code == 201
    again = await doors.http.post("/api/v1/teams", json=body, headers=headers)
    assert again.status_code == 409
    assert again.json()["code"] == "slug_taken"


async def test_a_change_of_nothing_is_422(doors: Doors) -> None:
    answer = await doors.http.patch("/api/v1/teams/twice", json={}, headers=await doors.as_())
    assert answer.status_code == 422


async def test_wrong_fields_are_all_named_at_once(doors: Doors) -> None:
    body = {"email": "nonsense", "name": "", "time_zone": "Mars/Olympus", "roles": [{"role": "emperor"}]}
    answer = await doors.http.post("/api/v1/users", json=body, headers=await doors.as_())
    assert answer.status_code == 422, answer.text
    assert {error["field"] for error in answer.json()["errors"]} >= {"email", "name", "time_zone"}


async def test_people_report_to_a_manager_and_nobody_to_themselves(doors: Doors) -> None:
    headers = await doors.as_()
    users = {}
    for name, manager in (("chief", None), ("lead", "chief@acme.example"), ("worker", "lead@acme.example")):
        body = {"email": f"{name}@acme.example", "name": name.title(), "manager": manager}
        made = await doors.http.post("/api/v1/users", json=body, headers=headers)
        assert made.status_code == 201, made.text
        users[name] = made.json()
    assert users["worker"]["manager"]["email"] == "lead@acme.example"
    for manager in ("worker@acme.example", "nobody@acme.example", users["chief"]["id"]):
        path = f"/api/v1/users/{users['chief']['id']}"
        refused = await doors.http.patch(path, json={"manager": manager}, headers=headers)
        assert refused.status_code == 422, refused.text
        assert [one["field"] for one in refused.json()["errors"]] == ["manager"]
    path = f"/api/v1/users/{users['worker']['id']}"
    freed = await doors.http.patch(path, json={"manager": None}, headers=headers)
    assert (freed.status_code, freed.json()["manager"]) == (200, None)
