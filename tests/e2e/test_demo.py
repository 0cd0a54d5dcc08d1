"""The demo tenants as they are after the first start."""

from collections import Counter
from functools import partial

import httpx
import pytest

from embedded.demo.content import TENANTS, read_content, read_tenant
from embedded.demo.plan import SHARES, WAYS
from embedded.testing import Client, Desk, Json, eventually


@pytest.mark.parametrize("slug", TENANTS)
def test_a_tenant_has_its_people_in_their_teams_with_their_everyday_roles(desk: Desk, slug: str) -> None:
    tenant = read_tenant(slug)
    users = {user["email"]: user for user in desk.sign_in(f"admin@{slug}.example").all("/users")}
    for member in (*tenant.staff, *tenant.requesters):
        user = users[member.email]
        assert {team["key"] for team in user["teams"]} == set(member.teams)
        assert {grant["role"] for grant in user["roles"]} == {role.partition(":")[0] for role in member.roles}


def test_the_two_tenants_have_two_hundred_tickets_in_all_states(desk: Desk) -> None:
    states: Counter[str] = Counter()
    counted = 0
    for slug in TENANTS:
        tickets = desk.sign_in(f"admin@{slug}.example").all("/tickets")
        for ticket in tickets:
            ways = WAYS.get(ticket["type"])
            assert ways is None or ticket["state"] in {
                "new",
                "cancelled",
                *(way[-1] for way in ways.values()),
            }
        assert len(tickets) >= read_tenant(slug).tickets
        everyday = [ticket for ticket in tickets if ticket["type"] not in WAYS]
        states += Counter(ticket["state"] for ticket in everyday)
        counted += len(tickets)
    assert counted >= 200
    # Other tests leave tickets of types and states of their own.
    assert SHARES.keys() <= states.keys()


@pytest.mark.parametrize("slug", TENANTS)
def test_a_closed_ticket_has_a_conversation_and_a_history(desk: Desk, slug: str) -> None:
    supervisor = desk.sign_in(f"supervisor@{slug}.example")
    condition = 'state = "closed" AND channel != "api"'
    # The oldest is of the demo: other tests leave tickets in the desk.
    ticket = supervisor.get("/tickets", filter=condition, order_by="created_at")["items"][0]
    comments = supervisor.get(f"/tickets/{ticket['id']}/comments")["items"]
    history = supervisor.get(f"/tickets/{ticket['id']}/history")["items"]
    said_by = {comment["author"]["email"] for comment in comments}
    assert {ticket["assignee"]["email"], ticket["requester"]["email"]} <= said_by
    assert any(entry["occurred_at"] < entry["recorded_at"] for entry in history)


@pytest.mark.parametrize("slug", TENANTS)
def test_open_tickets_have_clocks(desk: Desk, slug: str) -> None:
    agent = desk.sign_in(f"agent@{slug}.example")
    for ticket in agent.get("/tickets", filter='state = "open"')["items"][:5]:
        assert "resolution" in _clocks(agent, ticket["id"])


def _clocks(client: Client, ticket_id: str) -> set[str]:
    """Name a ticket's clocks, once sla has heard of it."""
    clocks = eventually(lambda: client.get(f"/tickets/{ticket_id}/sla")["items"])
    return {clock["name"] for clock in clocks}


def test_articles_are_found_in_their_language(desk: Desk) -> None:
    requester = desk.sign_in("requester@acme.example")
    polish = requester.get("/kb/search", q="resetowanie haseł", language="pl")["items"]
    english = requester.get("/kb/search", q="password reset", language="en")["items"]
    assert any("hasło" in hit["title"] for hit in polish)
    assert any("password" in hit["title"] for hit in english)


def test_everybody_holds_a_laptop(desk: Desk) -> None:
    tenant = read_tenant("globex")
    admin = desk.sign_in("admin@globex.example")
    holders = {item["holder"]["email"] for item in admin.all("/cmdb/items") if item["class"] == "laptop"}
    assert holders == {member.email for member in (*tenant.staff, *tenant.requesters)}
    assert len(admin.all("/cmdb/relations")) == len(tenant.relations)


AFTER_THE_IMPORT = {"clock_warning", "clock_breach", "clock_escalation"}
"""Clocks go on."""


def test_history_being_imported_makes_no_mail(desk: Desk) -> None:
    titles = {title for slug in TENANTS for request in read_tenant(slug).requests for title in request.titles}
    for slug in TENANTS:
        for delivery in desk.sign_in(f"admin@{slug}.example").all("/deliveries"):
            if any(title in delivery["subject"] for title in titles):
                assert delivery["purpose"] in AFTER_THE_IMPORT


@pytest.mark.parametrize("slug", TENANTS)
def test_agents_find_shared_views_that_have_tickets(desk: Desk, slug: str) -> None:
    agent = desk.sign_in(f"agent@{slug}.example")
    views = {view["name"]: view["id"] for view in agent.all("/views")}
    counts = {one["view_id"]: one["count"] for one in agent.get("/views/counts")["items"]}
    at = views["At the supplier's"]
    tickets = agent.all(f"/views/{at}/tickets")
    assert {ticket["state"] for ticket in tickets} == {"pending_supplier"}
    assert counts[at] == len(tickets)


@pytest.mark.parametrize("slug", TENANTS)
def test_a_shared_macro_tells_what_it_would_do(desk: Desk, slug: str) -> None:
    agent = desk.sign_in(f"agent@{slug}.example")
    macro = next(one for one in agent.all("/macros") if one["name"] == "Ask for a screenshot")
    ticket = agent.get("/tickets", filter='state = "open" AND requester:*')["items"][0]
    effect = agent.get(f"/tickets/{ticket['id']}/macros/{macro['id']}")
    assert ticket["number"] in effect["comments"][0]["body"]
    assert {"field": "state", "from": "open", "to": "pending_requester"} in effect["changes"]


def test_a_rule_moves_what_speaks_of_cables(desk: Desk) -> None:
    agent, admin = desk.sign_in("agent@acme.example"), desk.sign_in("admin@acme.example")
    ticket = agent.send("POST", "/tickets", {"title": "The network cable is torn"})
    eventually(lambda: agent.get(f"/tickets/{ticket['id']}")["category"] == "cabling")
    rule = next(one for one in admin.all("/rules") if one["name"] == "Cables to the network team")
    executions = admin.get(f"/rules/{rule['id']}/executions")["items"]
    assert ticket["number"] in {one["ticket"]["key"] for one in executions}
    tried = admin.send("POST", f"/rules/{rule['id']}/dry-run?days=1", None)
    assert ticket["number"] in {match["ticket"]["key"] for match in tried["items"]}


@pytest.mark.parametrize("slug", TENANTS)
def test_tickets_to_come_are_shown_to_who_scheduled_them(desk: Desk, slug: str) -> None:
    admin, requester = desk.sign_in(f"admin@{slug}.example"), desk.sign_in(f"requester@{slug}.example")
    (later,) = requester.get("/scheduled-tickets")["items"]
    assert (later["state"], later["ticket"]) == ("waiting", None)
    assert admin.get("/scheduled-tickets")["items"] == []
    rules = [one["rrule"] for one in admin.all("/recurrences")]
    assert any(rule.startswith("FREQ=HOURLY") for rule in rules)
    assert None not in rules


@pytest.mark.parametrize("slug", TENANTS)
def test_incidents_name_their_known_error_whose_workaround_is_an_article(desk: Desk, slug: str) -> None:
    agent = desk.sign_in(f"agent@{slug}.example")
    (problem,) = agent.get("/tickets", filter='type = "problem" AND state = "known_error"')["items"]
    assert problem["fields"]["known_error"] is True
    incidents = [one["ticket"]["id"] for one in agent.get(f"/tickets/{problem['id']}/links")["items"]]
    assert len(incidents) == 2
    for incident in incidents:
        (link,) = agent.get(f"/tickets/{incident}/links")["items"]
        assert (link["ticket"]["known_error"], link["ticket"]["id"]) == (True, problem["id"])
        assert link["ticket"]["workaround"] == problem["fields"]["workaround"]
    article = agent.get(f"/tickets/{problem['id']}/article")
    assert article["state"] == "published"
    assert problem["fields"]["workaround"] in article["body"]


@pytest.mark.parametrize("slug", TENANTS)
def test_a_tenant_has_a_colour_and_a_logo_of_its_own(desk: Desk, slug: str) -> None:
    look = httpx.get(f"{desk.url}/api/v1/branding/{slug}").json()
    assert len(look["shades"]) == 10
    logo = httpx.get(f"{desk.url}{look['logo']}")
    assert (logo.status_code, logo.headers["content-type"]) == (200, "image/png")


@pytest.mark.parametrize("slug", TENANTS)
def test_tickets_were_merged_split_handed_on_and_answered_together(desk: Desk, slug: str) -> None:
    content = read_content("tidying.toml")[slug]
    agent = desk.sign_in(f"agent@{slug}.example")

    def titled(title: str) -> Json:
        (found,) = [
            one for one in agent.all("/tickets", filter=f'title = "{title}"') if one["title"] == title
        ]
        return found

    stays, goes = (titled(one["title"]) for one in content["merged"]["tickets"])
    assert goes["merged_into"]["id"] == stays["id"]
    split_off, source = titled(content["split"]["title"]), titled(content["split"]["ticket"]["title"])
    (said,) = agent.get(f"/tickets/{split_off['id']}/comments")["items"]
    assert (said["body"], said["origin"]["id"]) == (content["split"]["other"], source["id"])
    linked = [one["ticket"]["id"] for one in agent.get(f"/tickets/{split_off['id']}/links")["items"]]
    assert linked == [source["id"]]
    handed_on = titled(content["forwarded"]["ticket"]["title"])
    sent, reply = agent.get(f"/tickets/{handed_on['id']}/comments")["items"]
    assert sent["forwarded_to"] == content["forwarded"]["to"]
    assert (reply["format"], "<strong>" in reply["body_html"]) == ("markdown", True)
    for one in content["together"]["tickets"]:
        ticket = titled(one["title"])
        eventually(partial(answered_with, agent, ticket["id"], content["together"]["body"]))
        assert set(content["together"]["tags"]) <= set(agent.get(f"/tickets/{ticket['id']}")["tags"])


def answered_with(agent: Client, ticket: str, body: str) -> bool:
    """Whether this was said on a ticket."""
    return body in [one["body"] for one in agent.get(f"/tickets/{ticket}/comments")["items"]]


@pytest.mark.parametrize("slug", TENANTS)
def test_a_rule_that_calls_a_program_rests_until_there_is_one(desk: Desk, slug: str) -> None:
    admin = desk.sign_in(f"admin@{slug}.example")
    rule = next(one for one in admin.all("/rules") if one["name"] == "Page whoever is on call")
    assert rule["active"] is False
    (action,) = rule["actions"]
    assert action["type"] == "webhook"
    states = {one["name"]: one["state"] for one in admin.all("/webhooks")}
    assert states[action["webhook"]] == "paused"


@pytest.mark.parametrize("slug", TENANTS)
def test_a_routed_ticket_says_of_each_agent_why_and_why_not(desk: Desk, slug: str) -> None:
    agent = desk.sign_in(f"agent@{slug}.example")
    (ticket,) = agent.get("/tickets", filter='queue = "remote-access" AND category = "vpn"')["items"]
    path = f"/tickets/{ticket['number']}/routing"
    eventually(lambda: agent.get(path)["outcome"] == "assigned")
    found = agent.get(path)
    assert found["assignee"] == agent.get(f"/tickets/{ticket['id']}")["assignee"]
    assert found["assignee"] == found["candidates"][0]["person"]
    assert "vpn" in found["skills"]
    for candidate in found["candidates"]:
        assert candidate["eligible"] == all(reason["met"] for reason in candidate["reasons"])
        assert all(reason["text"] for reason in candidate["reasons"])
    routing = agent.get("/queues/remote-access/routing")
    assert (routing["max_open"], routing["strategies"][0]) == (6, "last_contact")


@pytest.mark.parametrize("slug", TENANTS)
def test_everybody_is_told_of_the_major_incident_and_its_leader_is_named(desk: Desk, slug: str) -> None:
    (told,) = desk.sign_in(f"requester@{slug}.example").all("/major-incidents")
    assert (told["audience"], told["ticket"]) == ("everybody", None)
    leader = desk.sign_in(f"supervisor@{slug}.example")
    assert told["id"] in {one["ticket"]["id"] for one in leader.all("/me/mentions")}
    assert leader.get(f"/tickets/{told['id']}/major-incident")["followers"] == 2
    drafts = leader.get(f"/tickets/{told['id']}/drafts")["items"]
    assert [one["visibility"] for one in drafts] == ["public"]
