"""Roles and the audit log over HTTP."""

from uuid import uuid4

import pytest
from gateway_doors import Doors

from chassis.testing.waiting import eventually

ROLES = "/api/v1/roles"


def _new(**other: object) -> dict[str, object]:
    slug = f"dispatch-{uuid4().hex[:8]}"
    return {"slug": slug, "name": "Dispatcher", "permissions": ["tickets.read", "tickets.assign"], **other}


async def test_a_role_is_made_read_listed_and_changed(doors: Doors) -> None:
    headers = await doors.as_()
    new = _new()
    made = await doors.http.post(ROLES, json=new, headers=headers)
    assert made.status_code == 201, made.text
    role = made.json()
    assert (role["key"], role["permissions"]) == (new["slug"], ["tickets.assign", "tickets.read"])
    assert (await doors.http.get(f"{ROLES}/{new['slug']}", headers=headers)).json() == role
    listed = await doors.http.get(ROLES, params={"filter": f'slug = "{new["slug"]}"'}, headers=headers)
    assert listed.json()["items"] == [role]
    written = {**headers, "if-match": made.headers["etag"]}
    changed = await doors.http.patch(f"{ROLES}/{role['id']}", json={"name": "Dispatch"}, headers=written)
    assert (changed.json()["name"], changed.json()["permissions"]) == ("Dispatch", role["permissions"])
    stale = await doors.http.patch(f"{ROLES}/{role['id']}", json={"name": "Late"}, headers=written)
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"permissions": ["tickets.fly"]}, "permissions"), ({"name": ""}, "name"), ({"slug": "A b"}, "slug")],
)
async def test_a_wrong_role_is_refused_by_field(doors: Doors, wrong: dict[str, object], field: str) -> None:
    answer = await doors.http.post(ROLES, json=_new(**wrong), headers=await doors.as_())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)


async def test_who_does_not_manage_people_makes_no_role_and_reads_no_audit(doors: Doors) -> None:
    headers = await doors.as_("agent@acme.example")
    assert (await doors.http.post(ROLES, json=_new(), headers=headers)).status_code == 403
    assert (await doors.http.get("/api/v1/audit", headers=headers)).status_code == 403


async def test_the_log_says_who_changed_what_and_is_filtered(doors: Doors) -> None:
    headers = await doors.as_()
    role = (await doors.http.post(ROLES, json=_new(), headers=headers)).json()
    await doors.http.patch(f"{ROLES}/{role['id']}", json={"name": "Dispatch"}, headers=headers)
    question = {"filter": f'kind = "role" AND target_id = "{role["id"]}"'}

    found: list[dict[str, object]] = []

    async def both() -> bool:
        answer = await doors.http.get("/api/v1/audit", params=question, headers=headers)
        found[:] = answer.json()["items"]
        return len(found) == 2

    await eventually(both)
    latest, first = found
    assert latest["changes"] == [{"field": "name", "from": "Dispatcher", "to": "Dispatch"}]
    assert latest["target_name"] == first["target_name"] == role["slug"]
    sound = (await doors.http.get("/api/v1/audit/verification", headers=headers)).json()
    assert (sound["sound"], sound["broken_at"]) == (True, None)
    broken = await doors.http.get("/api/v1/audit", params={"filter": "kind ="}, headers=headers)
    assert broken.status_code == 400


async def test_another_tenant_sees_neither(doors: Doors) -> None:
    made = (await doors.http.post(ROLES, json=_new(), headers=await doors.as_())).json()
    other = await doors.as_("admin@globex.example")
    assert (await doors.http.get(f"{ROLES}/{made['id']}", headers=other)).status_code == 404
    question = {"filter": f'target_id = "{made["id"]}"'}
    assert (await doors.http.get("/api/v1/audit", params=question, headers=other)).json()["items"] == []
