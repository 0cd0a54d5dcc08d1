"""Many give out tickets at once, in two processes, and agents ask for the next one: no ticket twice, nobody too much."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest_asyncio
from sqlalchemy import text
from tickets_desk import TicketsDesk

from chassis.context import Caller, use_caller
from chassis.db import Tx
from chassis.errors import Unavailable, WrongState
from chassis.testing.identity import SERVICE_KEYS, Person
from chassis.testing.servers import Nats
from chassis.testing.waiting import eventually
from deskmesh.tickets.v1 import configuration_service_pb2 as configuration_rpc
from deskmesh.tickets.v1 import focus_service_pb2 as focus_rpc
from deskmesh.tickets.v1 import routing_service_pb2 as rpc
from tickets.app.routing_waking import wake_all_routing

WORKERS = 8
"""In two processes; each gives out the tickets of one queue at a time."""

AGENTS, MAX_OPEN, EACH = 6, 3, 4


@pytest_asyncio.fixture
async def second_process(desk: TicketsDesk, nats: Nats, tmp_path: Path) -> AsyncIterator[None]:
    """Workers of the service in a process of their own, on the same database."""
    environment = {
        **os.environ,
        "TICKETS_DATABASE_URL": desk.service.database.app_url,
        "TICKETS_RELAY_DATABASE_URL": desk.service.database.relay_url,
        "TICKETS_GRPC_LISTEN": f"unix:{tmp_path}/t.sock",
        "TICKETS_HTTP_LISTEN": "127.0.0.1:0",
        "TICKETS_GATEWAY_TARGET": f"unix:{tmp_path}/none.sock",
        "TICKETS_SERVICE_KEY": SERVICE_KEYS["tickets"],
        "DESKMESH_NATS_URL": nats.url,
        "DESKMESH_JWKS_URL": "http://127.0.0.1:9",
        "DESKMESH_OBJECT_STORE_URL": (tmp_path / "objects").as_uri(),
    }
    command = str(Path(sys.executable).parent / "deskmesh-tickets")
    process = await asyncio.create_subprocess_exec(command, "serve", "--only", "worker", env=environment)
    sessions = "SELECT DISTINCT pid FROM pg_stat_activity WHERE datname = current_database()"
    before = len(await desk.rows(sessions))

    async def connected() -> bool:
        assert process.returncode is None
        return len(await desk.rows(sessions)) > before + 2

    try:
        await eventually(connected)
        yield
    finally:
        process.terminate()
        await process.wait()


async def _hire(desk: TicketsDesk) -> list[Person]:
    """Agents who have had tickets before, and take none yet."""
    agents = [await desk.hire("network", max_open=0) for _ in range(AGENTS)]
    await desk.rows(
        "INSERT INTO agent_turns (tenant_id, person_id) SELECT $1, unnest($2::uuid[])",
        desk.acme,
        [agent.id for agent in agents],
    )
    return agents


async def _let_work(tx: Tx) -> None:
    """Have everybody take tickets, and the workers of all processes give them out."""
    await tx.execute(
        text(
            "UPDATE people SET work_profile = jsonb_set(work_profile, '{max_open}', to_jsonb(cast(:most AS integer)))"
        ),
        {"most": MAX_OPEN},
    )
    await wake_all_routing(tx)


async def test_no_ticket_is_given_twice_and_nobody_gets_more_than_they_take(
    desk: TicketsDesk, second_process: None
) -> None:
    agents = await _hire(desk)
    tickets = []
    for number in range(WORKERS):
        queue = configuration_rpc.CreateQueueRequest(name=f"Queue {number}", team="network")
        made = await desk.call("CreateQueue", queue, configuration_rpc.CreateQueueResponse, by=desk.admin)
        routing = rpc.QueueRouting(strategies=["least_loaded"], require=["capacity"], max_open=MAX_OPEN)
        request = rpc.SetQueueRoutingRequest(queue=made.queue.slug, routing=routing)
        await desk.call("SetQueueRouting", request, rpc.SetQueueRoutingResponse, by=desk.admin)
        tickets += [(await desk.create(f"Number {one}", queue=made.queue.slug)).id for one in range(EACH)]

    async def pull(agent: Person) -> None:
        # Who waits too long for a busy machine has got one or none: what counts is what is stored.
        with suppress(WrongState, Unavailable):
            await desk.call(
                "PullTicket", focus_rpc.PullTicketRequest(), focus_rpc.PullTicketResponse, by=agent
            )

    with use_caller(Caller.system(desk.acme, "tickets", "timer:test")):
        async with desk.service.process.runtime.databases.for_tenant(desk.acme).transaction(desk.acme) as tx:
            await _let_work(tx)
    await asyncio.gather(*map(pull, agents))

    async def all_given() -> bool:
        await desk.service.drain()
        (row,) = await desk.rows(
            "SELECT count(*) AS held FROM tickets WHERE tenant_id = $1 AND assignee_id IS NOT NULL", desk.acme
        )
        held: int = row["held"]
        return held == AGENTS * MAX_OPEN

    await eventually(all_given)
    given = await desk.rows(
        "SELECT ticket_id::text, new_value ->> 'id' AS person FROM ticket_history"
        " WHERE field = 'assignee' AND tenant_id = $1",
        desk.acme,
    )
    assert max(Counter(row["ticket_id"] for row in given).values()) == 1
    assert {row["ticket_id"] for row in given} <= set(tickets)
    assert Counter(row["person"] for row in given) == {str(agent.id): MAX_OPEN for agent in agents}
