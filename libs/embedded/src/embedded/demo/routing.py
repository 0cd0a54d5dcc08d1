"""Gets in what the demo tenants' agents can do, and a queue that gives them its tickets by itself."""

from datetime import datetime, timedelta
from typing import Any

from embedded.demo.client import Api
from embedded.demo.content import read_content


async def load_routing(api: Api, tenant: str, as_of: datetime) -> None:
    """Load it, once the people are there. Raises LoadError."""
    content = read_content("routing.toml")[tenant]
    admin = _address(tenant, "admin")
    for login, written in content["profiles"].items():
        path = f"/users/{_address(tenant, login)}/work-profile"
        await api.make(f"profile/{login}", "PUT", path, _profile(tenant, written, as_of), by=admin)
    queue = content["queue"]
    await api.make(f"queue/{queue['slug']}", "POST", "/queues", queue, by=admin)
    await api.make("routing", "PUT", f"/queues/{queue['slug']}/routing", content["routing"], by=admin)
    for number, ticket in enumerate(content["tickets"], start=1):
        body = {name: value for name, value in ticket.items() if name != "by"} | {"queue": queue["slug"]}
        await api.make(f"routed/{number}", "POST", "/tickets", body, by=_address(tenant, ticket["by"]))


def _profile(tenant: str, written: dict[str, Any], as_of: datetime) -> dict[str, Any]:
    """Give the profile with its absence in whole days from `as_of`."""
    body = {name: value for name, value in written.items() if name != "absence"}
    absence = written.get("absence")
    if absence is not None:
        midnight = as_of.replace(hour=0, minute=0, second=0)
        body["absences"] = [
            {
                "start": (midnight + timedelta(days=absence["from_day"])).isoformat(),
                "end": (midnight + timedelta(days=absence["to_day"])).isoformat(),
                "substitute": _address(tenant, absence["substitute"]),
            }
        ]
    return body


def _address(tenant: str, login: str) -> str:
    return f"{login}@{tenant}.example"
