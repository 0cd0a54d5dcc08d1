"""Who else than agents finds the clocks of a ticket."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sla_doors import Desk, Ticket

from chassis.errors import NotFound
from chassis.ids import new_id

# A Monday in Warsaw, in summer time.
TEN, ELEVEN = (datetime(2026, 10, 5, hour - 2, tzinfo=UTC) for hour in (10, 11))


async def test_a_requester_finds_the_own_ticket_only(acme: Desk) -> None:
    ticket, other = await Ticket(acme, TEN).created(), await Ticket(acme, TEN).created()
    await acme.settles()
    scopes, user_id = frozenset({"tickets.read_own"}), ticket.requester_id
    assert await acme.clocks(ticket.id, at=ELEVEN, scopes=scopes, user_id=user_id)
    with pytest.raises(NotFound):
        await acme.clocks(other.id, at=ELEVEN, scopes=scopes, user_id=user_id)


async def test_the_people_of_an_organisation_find_its_tickets_where_they_may(acme: Desk) -> None:
    open_one, secret = Ticket(acme, TEN), Ticket(acme, TEN)
    north = str(new_id())
    for one in (open_one, secret):
        one.message.organization.id = north
    secret.message.confidential = True
    for one in (open_one, secret):
        await one.created()
    await acme.settles()
    may, of_north = frozenset({"tickets.read_own", "tickets.read_organization:it"}), frozenset({north})
    assert await acme.clocks(open_one.id, at=ELEVEN, scopes=may, organization_ids=of_north)
    for ticket, scopes, organizations in (
        (open_one, may, frozenset({str(new_id())})),
        (open_one, may - {"tickets.read_organization:it"}, of_north),
        (open_one, frozenset({"tickets.read_own", "tickets.read_organization:hr"}), of_north),
        (secret, may, of_north),
    ):
        with pytest.raises(NotFound):
            await acme.clocks(ticket.id, at=ELEVEN, scopes=scopes, organization_ids=organizations)
