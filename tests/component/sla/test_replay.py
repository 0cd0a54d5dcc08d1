"""Accounting of a ticket's time, and what-if, through the doors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sla_doors import ADMIN, Desk, Ticket, target

from chassis.errors import Forbidden, InvalidInput, NotFound
from chassis.ids import new_id
from deskmesh.sla.v1 import replay_service_pb2 as pb
from deskmesh.sla.v1 import sla_pb2

REPLAYS = pb.DESCRIPTOR.services_by_name["ReplayService"]
HOUR = timedelta(hours=1)
BEGAN = datetime.now(UTC) - 10 * HOUR
DAY = [sla_pb2.Interval(start="00:00", end="24:00")]


def proposed(length: str, **values: object) -> sla_pb2.Policy:
    given = {
        "name": "proposed",
        "kind": "sla",
        "calendar_id": "24x7",
        "order": 0,
        "targets": [target("resolution", length)],
        **values,
    }
    return sla_pb2.Policy(**given)  # type: ignore[arg-type]  # its fields


async def account(
    desk: Desk, ticket: Ticket, calendar: str = "", scopes: frozenset[str] = ADMIN
) -> pb.GetAccountingResponse:
    request = pb.GetAccountingRequest(ticket=ticket.number, calendar=calendar)
    return await desk.ask("GetAccounting", request, pb.GetAccountingResponse, scopes=scopes, service=REPLAYS)


async def replay(desk: Desk, scopes: frozenset[str] = ADMIN, **values: object) -> pb.ReplayTicketsResponse:
    request = pb.ReplayTicketsRequest(**values)  # type: ignore[arg-type]  # its fields
    return await desk.ask("ReplayTickets", request, pb.ReplayTicketsResponse, scopes=scopes, service=REPLAYS)


@pytest_asyncio.fixture(loop_scope="session")
async def worked(acme: Desk) -> Desk:
    """A ticket resolved after two hours, one after six, and one that runs, under a policy of four hours."""
    await acme.make_policy(targets=[target("resolution", "PT4H")])
    await acme.settles()
    for length in (2, 6, None):
        ticket = await Ticket(acme, BEGAN).created()
        if length is not None:
            await ticket.moves("resolved", BEGAN + length * HOUR)
    await acme.settles()
    return acme


async def test_the_time_of_a_ticket_is_attributed(acme: Desk) -> None:
    ticket = await Ticket(acme, BEGAN).created()
    await ticket.moves("pending_requester", BEGAN + HOUR)
    await ticket.moves("resolved", BEGAN + 3 * HOUR)
    await acme.settles()
    found = await account(acme, ticket, "24x7")
    assert (found.calendar, found.total) == ("24x7", "PT3H")
    assert [(one.owner.kind, one.time) for one in found.shares] == [("team", "PT1H"), ("requester", "PT2H")]
    assert [one.time for one in found.turns] == ["PT1H", "PT2H"]
    assert (await account(acme, ticket)).calendar == "business"
    with pytest.raises(InvalidInput):
        await account(acme, ticket, "none")
    with pytest.raises(NotFound):
        await account(acme, ticket, scopes=frozenset({"tickets.read:hr"}))


async def test_a_proposed_policy_is_tried_on_past_tickets(worked: Desk) -> None:
    found = await replay(worked, policy=proposed("PT8H"))
    assert (found.tickets, found.now, found.then) == (
        3,
        pb.Outcomes(met=1, breached=2),
        pb.Outcomes(met=2, breached=1),
    )
    [clock] = found.clocks
    assert (clock.now, clock.then, clock.name) == ("breached", "met", "resolution")
    assert clock.due_at_then.seconds - clock.due_at_now.seconds == 4 * 3600
    assert (
        await worked.fetch_value(
            "SELECT count(*) FROM policies WHERE tenant_id = $1 AND name = 'proposed'", worked.id
        )
        == 0
    )


async def test_a_policy_in_place_of_another_leaves_the_other_out(worked: Desk) -> None:
    own = await worked.fetch_value("SELECT id FROM policies WHERE tenant_id = $1 AND name = 'own'", worked.id)
    instead = await replay(worked, policy=proposed("PT1H", order=1), policy_id=str(own))
    beside = await replay(worked, policy=proposed("PT1H", order=1))
    assert (instead.then, beside.then) == (pb.Outcomes(breached=3), beside.now)


async def test_a_proposed_calendar_is_tried_on_past_tickets(worked: Desk) -> None:
    far = (BEGAN + timedelta(days=3)).strftime("%A").lower()
    calendar = sla_pb2.Calendar(name="24x7", time_zone="UTC", hours=sla_pb2.WeekHours(**{far: DAY}))
    found = await replay(worked, calendar=calendar, calendar_id="24x7")
    assert (found.now.breached, found.then.breached) == (2, 0)


async def test_pages_of_replayed_tickets_join_to_all(worked: Desk) -> None:
    first = await replay(worked, policy=proposed("PT8H"), page_size=2)
    rest = await replay(worked, policy=proposed("PT8H"), page_size=2, page_token=first.next_page_token)
    assert (first.tickets, rest.tickets, rest.next_page_token) == (2, 1, "")
    assert len(first.clocks) + len(rest.clocks) == 1


async def test_tickets_before_the_weeks_asked_for_are_left_out(acme: Desk) -> None:
    await Ticket(acme, datetime.now(UTC) - timedelta(weeks=3)).created()
    await acme.settles()
    assert (await replay(acme, policy=proposed("PT1H"), weeks=2)).then == pb.Outcomes()
    assert (await replay(acme, policy=proposed("PT1H"), weeks=4)).then.breached == 1


async def test_whoever_does_not_set_rules_replays_nothing_and_sees_none_of_others(worked: Desk) -> None:
    with pytest.raises(Forbidden):
        await replay(worked, frozenset({"sla.read", "tickets.read"}), policy=proposed("PT1H"))
    assert (await replay(worked, frozenset({"sla.configure"}), policy=proposed("PT1H"))).tickets == 0
    other = Desk(worked.service, worked.bus)
    await other.opens()
    assert (await replay(other, policy=proposed("PT1H"))).tickets == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "policy"),
        ({"policy": proposed("PT1H"), "weeks": 27}, "weeks"),
        ({"policy": proposed("PT1H"), "policy_id": str(new_id())}, "policy_id"),
        ({"policy": proposed("PT1H", calendar_id="none")}, "policy.calendar_id"),
        ({"policy": proposed("soon")}, "targets[0].target"),
        ({"calendar": sla_pb2.Calendar(name="x", time_zone="UTC"), "calendar_id": "24x7"}, "calendar.hours"),
    ],
)
async def test_a_proposal_that_could_not_be_saved_is_refused(
    acme: Desk, values: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await replay(acme, ADMIN, **values)
    assert [error.field for error in refused.value.errors] == [field]
