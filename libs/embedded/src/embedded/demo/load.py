"""Gets the demo tenants in, through the doors that everybody uses: the tenants' command and the REST API."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from embedded.demo.automation import load_automation
from embedded.demo.client import LAG_SECONDS, Api, Journal, LoadError
from embedded.demo.content import PASSWORD, TENANTS, Member, Tenant, read_tenant
from embedded.demo.layouts import load_layouts
from embedded.demo.looks import load_look
from embedded.demo.plan import PlannedTicket, Step, authors, plan_tickets
from embedded.demo.problems import load_problems
from embedded.demo.routing import load_routing
from embedded.demo.services import load_services
from embedded.demo.teamwork import load_teamwork
from embedded.demo.tidying import load_tidied
from embedded.demo.work import load_work

_AT_ONCE = 6
_PAUSE_SECONDS = 0.2


async def load(url: str, home: Path) -> None:
    """Load all tenants into the desk at `url`, going on where an earlier run stopped. Raises LoadError."""
    journal = Journal(home / "demo.journal")
    try:
        as_of = _as_of(journal)
        limits = httpx.Limits(max_connections=4 * _AT_ONCE)
        async with httpx.AsyncClient(base_url=url, timeout=30, limits=limits, trust_env=False) as http:
            await _together(_load_tenant(http, read_tenant(slug), journal, as_of) for slug in TENANTS)
    finally:
        journal.close()


def _as_of(journal: Journal) -> datetime:
    """Give the moment that all times are counted from: that of the first run, so that a later one plans the same."""
    noted = journal.get("as_of")
    if noted is None:
        noted = datetime.now(UTC).replace(microsecond=0).isoformat()
        journal.note("as_of", noted)
    return datetime.fromisoformat(noted)


async def _load_tenant(http: httpx.AsyncClient, tenant: Tenant, journal: Journal, as_of: datetime) -> None:
    if journal.get(f"{tenant.slug}/tenant") is None:
        await asyncio.to_thread(_create_tenant, tenant)
        journal.note(f"{tenant.slug}/tenant", {})
    api = Api(http, tenant.slug, journal)
    tickets = plan_tickets(tenant, as_of)
    writing = authors(tickets)
    await _load_people(api, tenant, writing)
    await _together(
        [
            _load_fields(api, tenant),
            _load_service_levels(api, tenant),
            _load_articles(api, tenant),
            _load_assets(api, tenant),
            _load_tickets(api, tenant, tickets),
            load_automation(api, by=tenant.admin.email),
            load_look(api, tenant.slug, by=tenant.admin.email),
        ]
    )
    await load_services(api, tenant.slug, as_of)
    await load_routing(api, tenant.slug, as_of)
    await load_teamwork(api, tenant.slug)
    await load_problems(api, tenant.slug)
    await load_tidied(api, tenant.slug)
    await load_work(api, tenant.slug, tickets, as_of)
    await _in_turns(
        _end_import(api, tenant, member) for member in _everybody(tenant) if member.email in writing
    )


def _create_tenant(tenant: Tenant) -> None:
    """Make the tenant and its administrator by the operator's command; one that exists stays as it is."""
    command = [
        *(str(Path(sys.executable).parent / "deskmesh-gateway"), "tenant", "create"),
        *("--slug", tenant.slug, "--name", tenant.name, "--time-zone", tenant.time_zone),
        *("--country", tenant.country, "--support-address", tenant.support_address),
        *("--admin-email", tenant.admin.email, "--admin-name", tenant.admin.name, "--admin-password-stdin"),
    ]
    for language in tenant.languages:
        command += ["--language", language]
    done = subprocess.run(
        command, input=PASSWORD, capture_output=True, text=True, check=False, env=os.environ
    )
    if done.returncode != 0:
        message = f"the tenant {tenant.slug} could not be made: {done.stderr.strip() or done.stdout.strip()}"
        raise LoadError(message)


def _everybody(tenant: Tenant) -> list[Member]:
    return [*tenant.staff[1:], *tenant.requesters]


async def _load_people(api: Api, tenant: Tenant, writing: set[str]) -> None:
    by = tenant.admin.email
    await _in_turns(
        api.make(f"organization/{one['slug']}", "POST", "/organizations", dict(one), by=by)
        for one in tenant.organizations
    )
    await _in_turns(
        api.make(f"team/{one['slug']}", "POST", "/teams", dict(one), by=by) for one in tenant.teams
    )
    await _in_turns(
        api.make(f"role/{one['slug']}", "POST", "/roles", dict(one), by=by) for one in tenant.own_roles
    )
    await _in_turns(
        api.make(
            f"user/{one.email}", "POST", "/users", _user(tenant, one, imports=one.email in writing), by=by
        )
        for one in _everybody(tenant)
    )


def _user(tenant: Tenant, member: Member, *, imports: bool) -> dict[str, Any]:
    """Describe a person. Who `imports` may tell what happened in the past, until the import ends."""
    return {
        "email": member.email,
        "name": member.name,
        "password": PASSWORD,
        "language": member.language,
        "time_zone": tenant.time_zone,
        "roles": [*_grants(member), *([{"role": "admin"}] if imports else [])],
        "teams": list(member.teams),
        "organizations": list(member.organizations),
        **({"phone": member.phone} if member.phone else {}),
    }


def _grants(member: Member) -> list[dict[str, str]]:
    grants = []
    for role in member.roles:
        slug, _, process = role.partition(":")
        grants.append({"role": slug, "process": process} if process else {"role": slug})
    return grants


async def _end_import(api: Api, tenant: Tenant, member: Member) -> None:
    """Take the right to import from a person, for whom only the roles of every day remain."""
    person = await api.get(f"/users/{member.email}", by=tenant.admin.email)
    path = f"/users/{person['id']}"
    await api.make(
        f"everyday/{member.email}", "PATCH", path, {"roles": _grants(member)}, by=tenant.admin.email
    )


async def _load_fields(api: Api, tenant: Tenant) -> None:
    for field in tenant.fields:
        await api.make(f"field/{field['slug']}", "POST", "/fields", dict(field), by=tenant.admin.email)
    await load_layouts(api, by=tenant.admin.email)


async def _load_service_levels(api: Api, tenant: Tenant) -> None:
    by = tenant.admin.email
    calendars = {}
    for calendar in tenant.calendars:
        made = await api.make(f"calendar/{calendar['name']}", "POST", "/sla/calendars", dict(calendar), by=by)
        calendars[calendar["name"]] = made["id"]
    named = {policy["calendar"] for policy in tenant.policies}
    calendars = await shipped_calendars(api, named - calendars.keys(), by=by) | calendars
    for policy in tenant.policies:
        body = {name: value for name, value in policy.items() if name != "calendar"}
        body["calendar_id"] = calendars[policy["calendar"]]
        await api.make(f"policy/{policy['name']}", "POST", "/sla/policies", body, by=by)
    for agreement in tenant.agreements:
        key = f"agreement/{agreement['name']}"
        await api.make(key, "POST", "/sla/agreements", dict(agreement), by=by)


async def shipped_calendars(api: Api, names: set[str], *, by: str) -> dict[str, str]:
    """Give the ids of calendars that come with a tenant; sla makes them once it has heard of it. Raises LoadError."""
    began = time.monotonic()
    while True:
        listed = (await api.get("/sla/calendars?page_size=200", by=by))["items"]
        found = {one["name"]: one["id"] for one in listed if one["name"] in names}
        missing = names - found.keys()
        if not missing:
            return found
        if time.monotonic() - began > LAG_SECONDS:
            raise LoadError(
                f"sla has no calendar {', '.join(sorted(missing))} for {by} after {LAG_SECONDS:.0f} s"
            )
        await asyncio.sleep(_PAUSE_SECONDS)


async def _load_articles(api: Api, tenant: Tenant) -> None:
    for article in tenant.articles:
        body = {name: value for name, value in article.items() if name != "category"}
        body |= {"body": article["body"].strip(), "category_id": article["category"], "state": "published"}
        name = f"article/{article['language']}/{article['title']}"
        await api.make(name, "POST", "/kb/articles", body, by=tenant.admin.email)


async def _load_assets(api: Api, tenant: Tenant) -> None:
    by = tenant.admin.email
    made: dict[str, str] = {}
    for asset in tenant.assets:
        item = await api.make(
            f"asset/{asset['name']}", "POST", "/cmdb/items", {"state": "in_use", **asset}, by=by
        )
        made[asset["name"]] = item["id"]
    await _in_turns(
        api.make(
            f"relation/{kind}/{source}/{target}",
            "POST",
            "/cmdb/relations",
            {"type": kind, "source_id": made[source], "target_id": made[target]},
            by=by,
        )
        for kind, source, target in tenant.relations
    )
    await _in_turns(
        api.make(f"asset/{body['name']}", "POST", "/cmdb/items", body, by=by) for body in _held_assets(tenant)
    )


def _held_assets(tenant: Tenant) -> list[dict[str, Any]]:
    """Give everybody a laptop, and every other one a phone."""
    assets: list[dict[str, Any]] = []
    for number, member in enumerate([*tenant.staff, *tenant.requesters], start=1):
        maker, model = tenant.laptops[number % len(tenant.laptops)]
        attributes = {
            "manufacturer": maker,
            "model": model,
            "serial_number": f"{tenant.slug[:2].upper()}{70210 + number}",
        }
        held = {"state": "in_use", "holder": {"email": member.email}}
        assets.append({"class": "laptop", "name": f"LT-{1000 + number}", "attributes": attributes, **held})
        if number % 2 == 0:
            maker, model = tenant.phones[number % len(tenant.phones)]
            attributes = {"manufacturer": maker, "model": model}
            assets.append({"class": "phone", "name": f"PH-{1000 + number}", "attributes": attributes, **held})
    return assets


async def _load_tickets(api: Api, tenant: Tenant, tickets: list[PlannedTicket]) -> None:
    """Make the tickets in the order in which they came in, and let several go on at once."""
    await _in_turns(_load_ticket(api, tenant, ticket) for ticket in tickets)


async def _load_ticket(api: Api, tenant: Tenant, ticket: PlannedTicket) -> None:
    request = ticket.request
    body = {
        "type": request.type,
        "title": ticket.title,
        "description": request.ask,
        "requester": {"email": ticket.requester.email},
        "impact": request.impact,
        "urgency": request.urgency,
        "process": request.process,
        "queue": request.queue,
        "category": request.category,
        "tags": list(request.tags),
        "channel": ticket.channel,
        "language": request.language,
        "occurred_at": _time(ticket.created_at),
    }
    made = await api.make(ticket.key, "POST", "/tickets", body, by=tenant.admin.email)
    for number, step in enumerate(ticket.steps, start=1):
        await _take(api, made["id"], f"{ticket.key}/{number}", step)


async def _take(api: Api, ticket_id: str, name: str, step: Step) -> None:
    path = f"/tickets/{ticket_id}"
    at = {"occurred_at": _time(step.at)}
    match step.kind:
        case "assign":
            body = {"team": step.team, "assignee": {"email": step.by}, **at}
            await api.make(name, "PUT", f"{path}/assignment", body, by=step.by)
        case "reply" | "note":
            visibility = "public" if step.kind == "reply" else "internal"
            body = {"body": step.text, "visibility": visibility, **at}
            await api.make(name, "POST", f"{path}/comments", body, by=step.by)
        case "move":
            body = {"to": step.to, **at, **({"comment": step.text} if step.text else {})}
            try:
                await api.make(name, "POST", f"{path}/transitions", body, by=step.by)
            except LoadError:
                # It may have moved by itself: to work when somebody took it, to its end when it was resolved long ago.
                if (await api.get(path, by=step.by))["state"] != step.to:
                    raise


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


async def _in_turns(work: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Do work in its order, a few pieces at once; the first failure ends it."""
    pieces = iter(work)

    async def do_next() -> None:
        for piece in pieces:
            await piece

    await _together(do_next() for _ in range(_AT_ONCE))


async def _together(work: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Do all work at once; the first failure cancels the rest and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for piece in work:
                group.create_task(piece)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
