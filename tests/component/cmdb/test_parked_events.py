"""The operator's commands for events that failed for good: seen, and handled again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from google.protobuf.message import Message

from chassis.ids import new_id
from chassis.testing.databases import ServiceDatabase
from chassis.testing.servers import Nats
from deskmesh.gateway.v1 import events_pb2, identity_pb2

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def database(service_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return service_database("cmdb")


@pytest.fixture
def command(database: ServiceDatabase, nats: Nats, tmp_path: Path) -> Command:
    """Runs a command of the service as an operator does."""
    environment = {
        "PATH": os.environ["PATH"],
        "CMDB_DATABASE_URL": database.app_url,
        "CMDB_RELAY_DATABASE_URL": database.relay_url,
        "CMDB_GRPC_LISTEN": f"unix:{tmp_path}/cmdb.sock",
        "CMDB_HTTP_LISTEN": "127.0.0.1:0",
        "CMDB_GATEWAY_TARGET": "127.0.0.1:9",
        "DESKMESH_NATS_URL": nats.url,
        "DESKMESH_JWKS_URL": "http://127.0.0.1:9",
        "DESKMESH_OBJECT_STORE_URL": tmp_path.as_uri(),
    }
    program = str(Path(sys.executable).parent / "deskmesh-cmdb")

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [program, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    return run


async def park(
    connection: asyncpg.Connection, tenant_id: UUID, aggregate: str, message: Message, version: int = 1
) -> None:
    """An event that failed eight times."""
    event_id = new_id()
    headers = {
        "Nats-Msg-Id": str(event_id),
        "deskmesh-tenant": str(tenant_id),
        "deskmesh-aggregate": aggregate,
        "deskmesh-version": str(version),
        "ce-time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }
    await connection.execute(
        """
        INSERT INTO dead_events (tenant_id, id, consumer, event_id, subject, aggregate_id, version, payload, headers,
            error, attempts, state)
        VALUES ($1, $2, 'deskmesh-gateway', $3, $4, $5, $6, $7, $8, 'KeyError', 8, 'parked')
        """,
        tenant_id,
        new_id(),
        event_id,
        message.DESCRIPTOR.full_name,
        aggregate,
        version,
        message.SerializeToString(),
        json.dumps(headers),
    )


def tenant_changed(slug: str, version: int = 1) -> events_pb2.TenantChanged:
    return events_pb2.TenantChanged(tenant=identity_pb2.Tenant(slug=slug, version=version))


async def test_an_operator_lists_parked_events_and_replays_those_of_a_tenant(
    database: ServiceDatabase, command: Command
) -> None:
    acme, globex = new_id(), new_id()
    connection = await asyncpg.connect(database.superuser_url)
    try:
        await park(connection, acme, "acme", tenant_changed("old"))
        await park(connection, acme, "acme", tenant_changed("acme", 2), 2)
        await park(connection, globex, "globex", tenant_changed("globex"))

        shown = command("parked")
        assert shown.returncode == 0, shown.stderr
        lines = shown.stdout.splitlines()
        assert len(lines) == 3
        assert f"deskmesh-gateway tenant={acme} aggregate=acme events=2" in lines[0]
        assert lines[0].endswith("deskmesh.gateway.v1.TenantChanged attempts=8: KeyError")
        assert lines[-1] == "3 events of 2 aggregates are parked"
        assert "0 events of 0 aggregates" in command("parked", "--from", "tickets").stdout

        done = command("replay", "--tenant", str(acme), "--from", "gateway", "--aggregate", "acme")
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "2 events were handled, 0 aggregates still fail"
        assert [tuple(row) for row in await connection.fetch("SELECT tenant_id, slug FROM tenants")] == [
            (acme, "acme")
        ]
        assert command("parked").stdout.endswith("1 events of 1 aggregates are parked\n")
    finally:
        await connection.close()


async def test_a_replay_of_what_still_fails_ends_with_one_and_keeps_it_parked(
    database: ServiceDatabase, command: Command
) -> None:
    wrong = events_pb2.UserChanged(user=identity_pb2.User(id="nobody"))
    connection = await asyncpg.connect(database.superuser_url)
    try:
        await park(connection, new_id(), "nobody", wrong)
    finally:
        await connection.close()
    done = command("replay")
    assert done.returncode == 1
    assert done.stdout.endswith("0 events were handled, 1 aggregates still fail\n")
    assert "1 events of 1 aggregates" in command("parked").stdout
