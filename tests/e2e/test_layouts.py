"""How the demo tenants lay out forms and pages of tickets, and what administrators do with it."""

import pytest

from embedded.demo.content import TENANTS
from embedded.testing import Desk, Json


def names(layout: Json) -> list[list[str]]:
    return [[field["name"] for field in section["fields"]] for section in layout["sections"]]


@pytest.mark.parametrize("slug", TENANTS)
def test_people_of_the_demo_are_shown_what_is_laid_out_for_them(desk: Desk, slug: str) -> None:
    requester, agent = desk.sign_in(f"requester@{slug}.example"), desk.sign_in(f"agent@{slug}.example")
    form = requester.get("/layout", process="it", type="incident")
    assert form["audience"] == "requester"
    assert names(form)[:2] == [
        ["title", "description"],
        ["fields.device_kind", "fields.broken_part", "urgency"],
    ]
    assert form["sections"][0]["title"]["pl"] == "Co się stało"
    ticket = requester.send("POST", "/tickets", {"title": "Broken", "fields": {"device_kind": "laptop"}})
    page = agent.get(f"/tickets/{ticket['id']}/layout")
    assert "minutes_spent" in names(page)[-1]
    (part,) = (
        one
        for section in page["sections"]
        for one in section["fields"]
        if one["name"] == "fields.broken_part"
    )
    assert "keyboard" in part["choices"]
    seen = requester.get(f"/tickets/{ticket['id']}/layout")
    assert not {"minutes_spent", "remind_at"} & {name for section in names(seen) for name in section}


def test_a_layout_is_changed_by_its_version_and_brought_back(desk: Desk) -> None:
    admin = desk.sign_in("admin@acme.example")
    body = {
        "process": "hr",
        "audience": "agent",
        "purpose": "create",
        "sections": [{"title": {"en": "A"}, "fields": ["title"]}],
    }
    made = admin.http.post("/layouts", json=body)
    assert made.status_code == 201, made.text
    path, tag = f"/layouts/{made.json()['id']}", {"if-match": made.headers["etag"]}
    wider = {"sections": [{"title": {"en": "B"}, "columns": 3, "fields": ["title", "tags"]}]}
    assert admin.http.patch(path, json=wider, headers=tag).status_code == 200
    assert admin.http.patch(path, json=wider, headers=tag).status_code == 412
    twice = {"sections": [{"title": {"en": "B"}, "fields": ["title", "title"]}]}
    refused = admin.http.patch(path, json=twice)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "sections[0].fields[1]")
    assert admin.http.delete(path).status_code == 204
    assert [one["version"] for one in admin.get(f"{path}/versions")["items"]] == [3, 2, 1]
    back = admin.send("POST", f"{path}/restore", {"version": 2})
    assert (back["version"], back["sections"][0]["columns"]) == (4, 3)
    assert admin.http.delete(path).status_code == 204
