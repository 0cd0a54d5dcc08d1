from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded.demo.content import TENANTS, read_tenant
from embedded.demo.plan import SHARES, WAYS, authors, plan_tickets
from notify.domain.audience import is_import
from tickets.domain.definitions import parse_workflow
from tickets.domain.shipped_workflows import workflow_definition

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
READ = {slug: read_tenant(slug) for slug in TENANTS}
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(moment=MOMENTS, slug=st.sampled_from(TENANTS))
def test_all_is_over_long_enough_to_tell_nobody_of_and_each_ticket_goes_forward(
    moment: datetime, slug: str
) -> None:
    for ticket in plan_tickets(READ[slug], moment):
        times = [ticket.created_at, *(step.at for step in ticket.steps)]
        assert times == sorted(times)
        assert is_import(occurred_at=times[-1], recorded_at=moment)


def test_the_tenants_have_two_hundred_tickets_in_all_states() -> None:
    plans = [plan_tickets(read_tenant(slug), NOW) for slug in TENANTS]
    assert sum(len(plan) for plan in plans) == 200
    for plan in plans:
        everyday = Counter(ticket.state for ticket in plan if ticket.request.type not in WAYS)
        assert everyday.keys() == SHARES.keys()


@pytest.mark.parametrize("slug", TENANTS)
def test_every_step_is_a_move_of_the_ticket_s_life_cycle(slug: str) -> None:
    for ticket in plan_tickets(read_tenant(slug), NOW):
        rules = parse_workflow(workflow_definition(ticket.request.process or "it", ticket.request.type))
        state = rules.initial
        for step in ticket.steps:
            if step.kind == "move" and step.to != state:
                assert any((move.source, move.to) == (state, step.to) for move in rules.moves), (
                    state,
                    step.to,
                )
                state = step.to
        assert state == ticket.state


def test_an_interrupted_load_plans_the_same_again() -> None:
    assert plan_tickets(read_tenant("acme"), NOW) == plan_tickets(read_tenant("acme"), NOW)


def test_tickets_come_in_the_order_of_their_keys() -> None:
    plan = plan_tickets(read_tenant("acme"), NOW)
    assert [ticket.created_at for ticket in plan] == sorted(ticket.created_at for ticket in plan)
    assert plan[0].key == "t001"


@pytest.mark.parametrize("slug", TENANTS)
def test_who_works_a_ticket_is_in_the_team_of_its_queue(slug: str) -> None:
    tenant = read_tenant(slug)
    teams = {member.email: member.teams for member in tenant.staff}
    for ticket in plan_tickets(tenant, NOW):
        for step in ticket.steps:
            if step.by != ticket.requester.email:
                assert ticket.request.queue in teams[step.by]


@pytest.mark.parametrize("slug", TENANTS)
def test_requesters_write_in_their_language(slug: str) -> None:
    for ticket in plan_tickets(read_tenant(slug), NOW):
        assert ticket.requester.language == ticket.request.language


@pytest.mark.parametrize("slug", TENANTS)
def test_the_promised_people_are_there(slug: str) -> None:
    tenant = read_tenant(slug)
    emails = {member.email for member in (*tenant.staff, *tenant.requesters)}
    assert {f"{name}@{slug}.example" for name in ("admin", "supervisor", "agent", "requester")} <= emails
    assert authors(plan_tickets(tenant, NOW)) <= emails


@pytest.mark.parametrize("slug", TENANTS)
def test_references_inside_a_tenant_lead_somewhere(slug: str) -> None:
    tenant = read_tenant(slug)
    teams = {team["slug"] for team in tenant.teams}
    organizations = {one["slug"] for one in tenant.organizations}
    assets = {asset["name"] for asset in tenant.assets}
    calendars = {one["name"] for one in tenant.calendars} | {"business", "24x7"}
    for member in (*tenant.staff, *tenant.requesters):
        assert set(member.teams) <= teams
        assert set(member.organizations) <= organizations
    assert {name for _, source, target in tenant.relations for name in (source, target)} <= assets
    assert {policy["calendar"] for policy in tenant.policies} <= calendars
    assert {request.queue for request in tenant.requests} <= teams


def test_resolved_tickets_are_younger_than_their_automatic_closure() -> None:
    for slug in TENANTS:
        for ticket in plan_tickets(read_tenant(slug), NOW):
            if ticket.state == "resolved":
                assert NOW - ticket.steps[-1].at < timedelta(days=5)
