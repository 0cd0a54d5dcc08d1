"""Gets in what the agents of the demo tenants note of their work, what requesters think of it, and what recurs."""

from datetime import datetime, timedelta
from typing import Any

from embedded.demo.client import Api
from embedded.demo.content import read_content
from embedded.demo.plan import PlannedTicket

_NOTED_ON = 12
"""Tickets per tenant, the latest that somebody worked."""
_RATED_WITHIN = timedelta(days=10)
"""After its end a ticket may be rated for two weeks."""


async def load_work(api: Api, tenant: str, tickets: list[PlannedTicket], as_of: datetime) -> None:
    """Note the work on the latest tickets, by whoever was assigned, on the days before `as_of`; rate some that are done.

    What recurs begins on the day after `as_of`; what waits for a supplier comes back from then on.
    """
    content = read_content("work.toml")[tenant]
    admin = f"admin@{tenant}.example"
    worked = [ticket for ticket in tickets if any(step.kind == "assign" for step in ticket.steps)]
    for place, ticket in enumerate(worked[-_NOTED_ON:]):
        noted: dict[str, Any] = content["time"][place % len(content["time"])]
        by = next(step.by for step in ticket.steps if step.kind == "assign")
        body = {**noted, "started_at": (as_of - timedelta(days=place, hours=2)).isoformat()}
        path = f"/tickets/{api.made(ticket.key)['id']}/time-entries"
        await api.make(f"{ticket.key}/time", "POST", path, body, by=by)
    done = [
        ticket
        for ticket in tickets
        if ticket.state in {"resolved", "closed"} and as_of - ticket.steps[-1].at < _RATED_WITHIN
    ]
    # Of what the past says nobody is told by mail.
    await _set_alarm(api, "nothing", by=admin)
    for ticket, rating in zip(reversed(done), content["ratings"], strict=False):
        path = f"/tickets/{api.made(ticket.key)['id']}/rating"
        await api.make(f"{ticket.key}/rating", "PUT", path, rating, by=ticket.requester.email)
    await _set_alarm(api, "alert", by=admin)
    waiting = [ticket for ticket in tickets if ticket.state == "pending_supplier"]
    for place, ticket in enumerate(waiting, start=1):
        path = f"/tickets/{api.made(ticket.key)['id']}"
        body = {"remind_at": (as_of + timedelta(days=place)).isoformat()}
        await api.make(f"{ticket.key}/reminder", "PATCH", path, body, by=admin)
    begins = (as_of + timedelta(days=1)).replace(hour=7, minute=0, second=0).isoformat()
    for one in content["recurrences"]:
        body = {**one, "starts_at": begins}
        await api.make(f"recurrence/{one['name']}", "POST", "/recurrences", body, by=admin)
    for one in content["scheduled"]:
        body = {**one, "not_before": (as_of + timedelta(days=21)).isoformat()}
        by = admin.replace("admin@", "requester@")
        await api.make(f"scheduled/{one['title']}", "POST", "/scheduled-tickets", body, by=by)


async def _set_alarm(api: Api, on_low: str, *, by: str) -> None:
    await api.make(f"ratings/{on_low}", "PUT", "/rating-settings", {"on_low": on_low}, by=by)
