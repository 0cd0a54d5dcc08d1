"""A gateway's directory with the tenants acme and globex."""

import json
from collections.abc import AsyncIterator, Callable

import gateway_doors
import pytest
from gateway_desk import ENCRYPTION_KEY, Desk
from gateway_process import KEYS, Process
from nats.aio.client import Client as NatsClient

from chassis.db import Database, Databases
from chassis.grpc_client import Channel
from chassis.service import running as running_service
from chassis.settings import load
from chassis.testing.databases import ServiceDatabase
from chassis.testing.servers import Nats
from gateway.app.keys import SigningKeys
from gateway.main import SERVICE
from gateway.settings import GatewaySettings


@pytest.fixture(scope="session")
def signing_key() -> str:
    """An RSA private key in PEM."""
    return gateway_doors.signing_key()


@pytest.fixture(scope="module")
async def desk(service_database: Callable[[str], ServiceDatabase], signing_key: str) -> AsyncIterator[Desk]:
    """The use cases of a gateway on a database of its own, without its doors."""
    database = service_database("gateway")
    databases = Databases([Database(database.app_url, database.relay_url)])
    yield await Desk.made(databases, SigningKeys.from_pem(signing_key), database)
    await databases.close()


@pytest.fixture(scope="module")
async def process(
    service_database: Callable[[str], ServiceDatabase],
    nats: Nats,
    signing_key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Process]:
    """A gateway that serves on a unix socket, with the tenants acme and globex."""
    database = service_database("gateway")
    folder = tmp_path_factory.mktemp("g")
    key_file = folder / "signing.pem"
    key_file.write_text(signing_key)
    target = f"unix:{folder / 'g.sock'}"
    environment = {
        "GATEWAY_DATABASE_URL": database.app_url,
        "GATEWAY_RELAY_DATABASE_URL": database.relay_url,
        "GATEWAY_GRPC_LISTEN": target,
        "GATEWAY_HTTP_LISTEN": "127.0.0.1:0",
        "GATEWAY_PUBLIC_GRPC_LISTEN": "127.0.0.1:0",
        "GATEWAY_SIGNING_KEY_FILE": str(key_file),
        "GATEWAY_ENCRYPTION_KEY": ENCRYPTION_KEY,
        "GATEWAY_SERVICE_KEYS": json.dumps(KEYS),
        **{
            f"GATEWAY_{name}_TARGET": f"unix:{folder / name}.sock"
            for name in ("TICKETS", "SLA", "KNOWLEDGE", "CMDB", "NOTIFY")
        },
        "DESKMESH_NATS_URL": nats.url,
        "DESKMESH_JWKS_URL": "http://127.0.0.1:9",
        "DESKMESH_OBJECT_STORE_URL": (folder / "objects").as_uri(),
    }
    client = NatsClient()
    await client.connect(nats.url)
    channel = Channel(target, "gateway")
    async with running_service(SERVICE, load(GatewaySettings, "GATEWAY_", environment)) as running:
        desk = await Desk.made(running.runtime.databases, SigningKeys.from_pem(signing_key), database)
        yield Process(running, desk, channel, client, environment)
    await channel.close()
    await client.close()
