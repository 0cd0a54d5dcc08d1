"""Clocks while the clock of the database, by which they are reckoned, jumps ahead and back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest_asyncio
from sla_doors import Desk, Ticket, target

from chassis.testing.databases import ServiceDatabase
from chassis.testing.events import open_bus
from chassis.testing.identity import Issuer
from chassis.testing.servers import Nats
from chassis.testing.services import running
from chassis.testing.waiting import eventually
from sla.main import SERVICE

NOWHERE = {"SLA_GATEWAY_TARGET": "unix:/nonexistent/gateway.sock"}
HOUR = timedelta(hours=1)

# Found before those of the server by every statement of the service.
CLOCK = """
CREATE SCHEMA jumping;
GRANT USAGE ON SCHEMA jumping TO PUBLIC;
CREATE TABLE jumping.ahead (by interval NOT NULL);
GRANT SELECT ON jumping.ahead TO PUBLIC;
INSERT INTO jumping.ahead VALUES ('0');
CREATE FUNCTION jumping.now() RETURNS timestamptz LANGUAGE sql STABLE
    RETURN pg_catalog.now() + (SELECT by FROM jumping.ahead);
CREATE FUNCTION jumping.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    RETURN pg_catalog.clock_timestamp() + (SELECT by FROM jumping.ahead);
"""


@pytest_asyncio.fixture(loop_scope="session")
async def desk(
    service_database: Callable[[str], ServiceDatabase], nats: Nats, issuer: Issuer
) -> AsyncIterator[Desk]:
    """A tenant whose tickets are to be resolved within an hour, on a database whose clock can be set."""
    database = service_database("sla")
    connection = await asyncpg.connect(database.superuser_url)
    try:
        await connection.execute(CLOCK)
        await connection.execute(
            f'ALTER DATABASE "{database.name}" SET search_path = jumping, pg_catalog, public'
        )
    finally:
        await connection.close()
    async with open_bus(nats) as bus, running(SERVICE, database, nats, issuer, NOWHERE) as service:
        opened = Desk(service, bus)
        await opened.opens()
        await opened.make_policy(targets=[target("resolution", "PT1H")])
        yield opened


async def jumps(desk: Desk, ahead: timedelta) -> None:
    """The clock of the database is so far ahead of the right time from now on."""
    await desk.execute("UPDATE jumping.ahead SET by = $1", ahead)


async def told(desk: Desk, ticket: Ticket) -> list[str]:
    """What was told of the resolution, after its start."""
    return [event for event, clock in await desk.clock_events(ticket.id) if clock == "resolution"][1:]


async def comes(desk: Desk, ticket: Ticket, *events: str) -> None:
    """Returns when exactly this was told, and nothing is left to do."""

    async def is_so() -> bool:
        return await told(desk, ticket) == [*events]

    await eventually(is_so, 30)
    await desk.settles()
    assert await told(desk, ticket) == [*events]


async def test_a_jump_ahead_tells_a_breach_once_and_it_is_taken_back_when_the_clock_is_right_again(
    desk: Desk,
) -> None:
    ticket = await Ticket(desk, datetime.now(UTC)).created()
    await desk.settles()
    await jumps(desk, 2 * HOUR)
    await comes(desk, ticket, "ClockBreached")
    await jumps(desk, timedelta(0))
    await comes(desk, ticket, "ClockBreached")
    assert not (await desk.clocks(ticket.id))["resolution"].breached, "who asks gets the right answer"
    await ticket.gets(datetime.now(UTC), priority="high")
    await comes(desk, ticket, "ClockBreached", "ClockRecomputed")
    await jumps(desk, 2 * HOUR)
    await comes(desk, ticket, "ClockBreached", "ClockRecomputed", "ClockBreached")


async def test_a_jump_back_takes_no_breach_back_and_tells_none_twice(desk: Desk) -> None:
    ticket = await Ticket(desk, datetime.now(UTC) - 2 * HOUR).created()
    await comes(desk, ticket, "ClockBreached")
    await jumps(desk, -3 * HOUR)
    await ticket.gets(datetime.now(UTC), priority="high")
    await comes(desk, ticket, "ClockBreached")
    await jumps(desk, timedelta(0))
    await ticket.gets(datetime.now(UTC), priority="low")
    await comes(desk, ticket, "ClockBreached")
