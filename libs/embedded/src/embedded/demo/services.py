"""Gets in what the demo tenants offer and plan: catalogue, an order that waits for approval, changes, a freeze."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from embedded.demo.client import Api, LoadError
from embedded.demo.content import read_content

_TRIES = 60
_PAUSE_SECONDS = 0.5


async def load_services(api: Api, tenant: str, as_of: datetime) -> None:
    """Load them, once the people and the assets are there. Raises LoadError."""
    content = read_content("services.toml")[tenant]
    admin = f"admin@{tenant}.example"
    buyer = await api.get(f"/users/{content['buyer']}", by=admin)
    manager = {"manager": content["approver"]}
    await api.make("manager", "PATCH", f"/users/{buyer['id']}", manager, by=admin)
    for item in content["items"]:
        await api.make(f"catalog/{item['slug']}", "POST", "/catalog/items", item, by=admin)
    await _order(api, content["order"], by=content["buyer"])
    for template in content["templates"]:
        path = "/changes/templates"
        await api.make(f"change-template/{template['slug']}", "POST", path, template, by=admin)
    await _plan_change(api, content["change"], _night(as_of + timedelta(days=3)), by=content["planner"])
    freeze = {
        "name": content["freeze"],
        "starts_at": _night(as_of + timedelta(days=25)),
        "ends_at": _night(as_of + timedelta(days=40)),
    }
    await api.make("freeze", "POST", "/changes/freezes", freeze, by=admin)


async def _order(api: Api, order: dict[str, Any], *, by: str) -> None:
    """Order; tickets hears of the manager by an event, and until then knows nobody to ask."""
    path = f"/catalog/items/{order['item']}/requests"
    for left in reversed(range(_TRIES)):
        try:
            await api.make("order", "POST", path, order["body"], by=by)
        except LoadError as error:
            if "nobody_to_approve" not in str(error) or not left:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return


async def _plan_change(api: Api, change: dict[str, Any], start: str, *, by: str) -> None:
    ticket = {"title": change["title"], "type": "change", "queue": change["queue"]}
    if "ci" in change:
        ticket["ci_ids"] = [api.made(f"asset/{change['ci']}")["id"]]
    made = await api.make("change", "POST", "/tickets", ticket, by=by)
    end = datetime.fromisoformat(start) + timedelta(hours=3)
    plan = {
        "plan": change["plan"],
        "backout_plan": change["backout_plan"],
        "risk_answers": dict.fromkeys(change["answers"], True),
        "planned_start": start,
        "planned_end": end.isoformat(),
    }
    await api.make("change/plan", "PUT", f"/tickets/{made['id']}/change", plan, by=by)


def _night(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(hour=22, minute=0, second=0).isoformat()
