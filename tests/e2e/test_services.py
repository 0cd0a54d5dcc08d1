"""The catalogue and the changes of the demo tenants, through REST."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from embedded.demo.content import TENANTS, read_content
from embedded.testing import Desk, eventually


@pytest.mark.parametrize("slug", TENANTS)
def test_a_demo_order_waits_for_its_approval_and_is_fulfilled(desk: Desk, slug: str) -> None:
    supervisor = desk.sign_in(f"supervisor@{slug}.example")
    (approval, *_) = supervisor.get("/me/approvals")["items"]
    order = supervisor.get(f"/catalog/requests/{approval['ticket']['key']}")
    assert (order["catalog"]["state"], order["requester"]["email"]) == (
        "approval",
        f"requester@{slug}.example",
    )
    path = f"/tickets/{order['id']}/approvals/{approval['id']}/decisions"
    assert supervisor.send("POST", path, {"decision": "approve"})["state"] == "approved"

    def open_tasks() -> list[str]:
        tasks = supervisor.get(f"/catalog/requests/{order['id']}")["catalog"]["tasks"]
        return [task["ticket"]["key"] for task in tasks if task["state"] == "open"]

    first = eventually(open_tasks)
    assert all(key.startswith("TSK-") for key in first)


def test_a_requester_sees_what_may_be_ordered_and_an_administrator_all(desk: Desk) -> None:
    requester = desk.sign_in("requester@acme.example")
    admin = desk.sign_in("admin@acme.example")
    seen = {item["slug"]: item for item in requester.get("/catalog/items")["items"]}
    assert {"laptop", "vpn"} <= seen.keys()
    assert "server" not in seen
    assert seen["laptop"]["price"] == {"amount": "5200.00", "currency": "PLN", "period": "once"}
    assert seen["laptop"]["approval"][0]["approvers"] == [{"manager": True}]
    assert requester.http.get("/catalog/items/server").status_code == 404
    server = admin.http.get("/catalog/items/server")
    assert server.status_code == 200
    path, tag = "/catalog/items/server", {"if-match": server.headers["etag"]}
    assert admin.http.patch(path, json={"category": "Serwery"}, headers=tag).status_code == 200
    assert admin.http.patch(path, json={"category": "Inne"}, headers=tag).status_code == 412
    refused = requester.http.post(
        "/catalog/items/laptop/requests", json={"fields": {"device_kind": "laptop"}}
    )
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["fields.location"]


@pytest.mark.parametrize("slug", TENANTS)
def test_the_calendar_of_changes_can_be_subscribed_to_until_its_token_is_revoked(
    desk: Desk, slug: str
) -> None:
    agent = desk.sign_in(f"agent@{slug}.example")
    # Other tests plan changes of their own.
    title = read_content("services.toml")[slug]["change"]["title"]
    (change,) = [one for one in agent.all("/changes") if one["ticket"]["name"] == title]
    ticket = change["ticket"]["id"]
    shown = agent.get(f"/tickets/{ticket}/change")
    assert (shown["risk"] in {"medium", "high"}, shown["warnings"]) == (True, [])
    made = agent.send("POST", "/me/tokens", {"name": "calendar", "scopes": ["tickets.read"]})
    feed = f"{desk.url}/api/v1/changes/calendar.ics"
    with httpx.Client(trust_env=False) as nobody:
        calendar = nobody.get(feed, params={"token": made["token"]})
        assert calendar.status_code == 200, calendar.text
        assert f"UID:{ticket}@deskmesh" in calendar.text
        assert nobody.get(feed).status_code == 401
        assert agent.http.delete(f"/me/tokens/{made['id']}").is_success
        eventually(lambda: nobody.get(feed, params={"token": made["token"]}).status_code == 401)


def test_a_freeze_refuses_what_is_no_emergency(desk: Desk) -> None:
    agent, admin = desk.sign_in("agent@globex.example"), desk.sign_in("admin@globex.example")
    (freeze, *_) = agent.get("/changes/freezes")["items"]
    start = datetime.fromisoformat(freeze["starts_at"]) + timedelta(days=1)
    window = {
        "planned_start": start.astimezone(UTC).isoformat(),
        "planned_end": (start + timedelta(hours=1)).astimezone(UTC).isoformat(),
    }
    ticket = agent.send("POST", "/tickets", {"title": "Reboot", "type": "change"})
    path = f"/tickets/{ticket['id']}/change"
    refused = agent.http.put(path, json=window)
    assert (refused.status_code, refused.json()["code"]) == (409, "change_freeze")
    planned = agent.send("PUT", path, {**window, "emergency": True})
    assert [one["kind"] for one in planned["warnings"]] == ["freeze"]
    agent.send("PUT", path, {})
    assert admin.http.post("/changes/templates", json={"slug": "reboot", "name": "Reboot"}).is_success
    standard = agent.send("POST", "/changes/templates/reboot/changes", {})
    assert standard["standard"]
