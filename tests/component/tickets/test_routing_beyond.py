"""What nobody may get is read once, and not again by each run of its queue."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest_asyncio
from sqlalchemy import event
from tickets_floor import Floor

from deskmesh.gateway.v1.work_profile_pb2 import Skill
from deskmesh.tickets.v1 import routing_service_pb2 as rpc
from deskmesh.tickets.v1 import ticket_pb2
from tickets.app.routing import AT_ONCE
from tickets.db.routing import RoutingNote
from tickets.db.tickets import Ticket

MANY = 3 * AT_ONCE
VPN = rpc.RequiredSkill(skill="vpn", level=3, when='category = "vpn"')


@contextmanager
def counted() -> Iterator[list[Ticket]]:
    """The tickets that the service reads meanwhile."""
    read: list[Ticket] = []

    def note(ticket: Ticket, _: object) -> None:
        read.append(ticket)

    event.listen(Ticket, "load", note)
    try:
        yield read
    finally:
        event.remove(Ticket, "load", note)


@pytest_asyncio.fixture
async def stuck(floor: Floor) -> list[ticket_pb2.Ticket]:
    """Many tickets that ask for a skill that nobody has, noted, beside somebody who is free."""
    await floor.route("least_loaded", skills=[VPN], max_open=MANY)
    await floor.desk.hire("network")
    tickets = [await floor.ask(f"No VPN {number}", category="vpn") for number in range(MANY)]
    await floor.settle()
    return tickets


async def test_tickets_that_nobody_may_get_are_not_read_again_when_others_are_given(
    floor: Floor, stuck: list[ticket_pb2.Ticket]
) -> None:
    with counted() as read:
        plain = await floor.ask()
        assert await floor.holder(plain)
    assert {str(ticket.id) for ticket in read} & {ticket.id for ticket in stuck} == set()


async def test_that_nobody_may_get_them_is_told_of_each(floor: Floor, stuck: list[ticket_pb2.Ticket]) -> None:
    for ticket in stuck:
        entries = [entry for entry in await floor.desk.history(ticket.id) if entry.change.field == "routing"]
        assert len(entries) == 1


async def test_who_comes_with_the_skill_is_given_them_all(
    floor: Floor, stuck: list[ticket_pb2.Ticket]
) -> None:
    master = await floor.desk.hire("network", skills=[Skill(skill="vpn", level=5)])
    assert {await floor.holder(ticket) for ticket in stuck} == {master.email}


async def test_a_ticket_that_asks_for_less_than_before_is_given(
    floor: Floor, stuck: list[ticket_pb2.Ticket]
) -> None:
    await floor.desk.update(stuck[-1].id, ["category"], category="cable")
    assert await floor.holder(stuck[-1])
    assert not await floor.holder(stuck[0])


async def test_a_queue_that_asks_for_less_than_before_gives_them_out(
    floor: Floor, stuck: list[ticket_pb2.Ticket]
) -> None:
    await floor.route("least_loaded", max_open=MANY)
    assert all([await floor.holder(ticket) for ticket in stuck])


async def test_what_was_noted_long_ago_is_looked_at_anew(
    floor: Floor, stuck: list[ticket_pb2.Ticket]
) -> None:
    await floor.desk.rows(
        f"UPDATE {RoutingNote.__tablename__} SET noted_at = noted_at - interval '1 hour', asked = asked || ' '"
    )
    with counted() as read:
        assert await floor.holder(await floor.ask())
    assert {str(ticket.id) for ticket in read} > {ticket.id for ticket in stuck}
