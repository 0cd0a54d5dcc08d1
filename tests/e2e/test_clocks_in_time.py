"""A warning and a breach come when they are due, and those who work the ticket hear of them."""

import uuid
from datetime import datetime, timedelta

from desk_ear import ears
from desk_mail import clocks

from embedded.testing import Desk, Json, eventually

AGENT = "agent@acme.example"
TARGET_SECONDS = 6
LATE = timedelta(seconds=5)


def test_a_short_target_warns_then_breaches_on_time_by_mail_and_live(desk: Desk) -> None:
    admin, agent = desk.sign_in("admin@acme.example"), desk.sign_in(AGENT)
    calendar = next(one for one in admin.all("/sla/calendars") if one["name"] == "24x7")
    tag = f"urgent-{uuid.uuid4().hex[:8]}"
    policy = admin.send(
        "POST",
        "/sla/policies",
        {
            "name": f"Within seconds {tag}",
            "order": -1000,
            "condition": f'tags : "{tag}"',
            "kind": "sla",
            "calendar_id": calendar["id"],
            "targets": [{"clock": "resolution", "priority": None, "target": f"PT{TARGET_SECONDS}S"}],
            "pause_states": [],
            "warnings": ["50%"],
        },
    )
    with ears(desk, AGENT) as (ear,):
        ticket = agent.send("POST", "/tickets", {"title": f"Soon late {tag}", "tags": [tag]})
        agent.send("PUT", f"/tickets/{ticket['id']}/assignment", {"assignee": AGENT})
        eventually(lambda: "resolution" in clocks(agent, ticket["id"]))
        clock = clocks(agent, ticket["id"])["resolution"]
        due_at = datetime.fromisoformat(clock["due_at"])
        assert due_at - datetime.fromisoformat(ticket["created_at"]) == timedelta(seconds=TARGET_SECONDS)
        eventually(lambda: "ClockBreached" in ear.events_of(ticket))
        heard = ear.events_of(ticket)
        assert heard.index("ClockWarning") < heard.index("ClockBreached")
    assert clocks(agent, ticket["id"])["resolution"]["breached"] is True
    assert eventually(
        lambda: [one for one in agent.get(f"/tickets/{ticket['id']}")["sla"] if one["breached"]]
    )

    def told() -> dict[str, Json] | None:
        sent = agent.all(
            "/deliveries", filter=f'ticket_id = "{ticket["id"]}" AND to = "{AGENT}" AND state = "sent"'
        )
        by_purpose = {one["purpose"]: one for one in sent}
        return by_purpose if {"clock_warning", "clock_breach"} <= by_purpose.keys() else None

    mails = eventually(told) or {}
    breach = datetime.fromisoformat(mails["clock_breach"]["created_at"])
    warning = datetime.fromisoformat(mails["clock_warning"]["created_at"])
    assert timedelta() <= breach - due_at < LATE
    assert timedelta() <= warning - (due_at - timedelta(seconds=TARGET_SECONDS / 2)) < LATE
    assert desk.sent_mails(AGENT, about=ticket["number"])
    assert admin.http.delete(f"/sla/policies/{policy['id']}").status_code == 204
