"""A service composed in the test's process: its real doors, database and events."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import asyncpg
from nats.js.errors import NotFoundError

from chassis import service as chassis_service
from chassis.context import use_caller
from chassis.grpc_client import Channel, Client
from chassis.settings import ServiceSettings, load
from chassis.testing.identity import SERVICE_KEYS
from chassis.testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from google.protobuf.descriptor import ServiceDescriptor
    from google.protobuf.message import Message
    from nats.js import JetStreamContext

    from chassis.testing.databases import ServiceDatabase
    from chassis.testing.identity import Issuer
    from chassis.testing.servers import Nats

S = TypeVar("S", bound=ServiceSettings)
M = TypeVar("M", bound="Message")


@dataclass(frozen=True, slots=True)
class RunningService(Generic[S]):
    """A service that serves, with ways to its doors."""

    process: chassis_service.Running[S]
    target: str
    database: ServiceDatabase
    channel: Channel
    issuer: Issuer

    @property
    def url(self) -> str:
        """The address of its HTTP door."""
        return f"http://127.0.0.1:{self.process.http_port}"

    async def call(
        self,
        descriptor: ServiceDescriptor,
        method: str,
        request: Message,
        response: type[M],
        *,
        token: str,
        idempotency_key: str | None = None,
    ) -> M:
        """Call an RPC with a token, as the gateway does. Raises the DeskmeshError that the service answers."""
        caller = await self.issuer.verifier().verify(token)
        caller = dataclasses.replace(caller, idempotency_key=idempotency_key)
        with use_caller(caller):
            return await Client(descriptor, self.channel).call(method, request, response)

    async def drain(self, timeout: float = 15.0) -> None:
        """Wait until every event is published and every consumer of the service has nothing left to do."""
        connection = await asyncpg.connect(self.database.superuser_url)
        try:
            await eventually(lambda: self._is_idle(connection), timeout)
        finally:
            await connection.close()

    async def _is_idle(self, connection: asyncpg.Connection) -> bool:
        """Whether the outbox was empty before and after the consumers were idle, with no new event in between."""
        counted = (
            "SELECT count(*) AS all, count(*) FILTER (WHERE published_at IS NULL) AS waiting FROM outbox"
        )
        before = await connection.fetchrow(counted)
        idle = await self._consumers_are_idle(self.process.runtime.nats.jetstream())
        after = await connection.fetchrow(counted)
        return idle and before == after and after is not None and after["waiting"] == 0

    async def _consumers_are_idle(self, jetstream: JetStreamContext) -> bool:
        for stream in await jetstream.streams_info():
            name = stream.config.name
            assert name is not None
            try:
                consumers = await jetstream.consumers_info(name)
            except NotFoundError:
                continue
            if any(one.num_pending or one.num_ack_pending for one in consumers):
                return False
        return True


@asynccontextmanager
async def running(
    service: chassis_service.Service[S],
    database: ServiceDatabase,
    nats: Nats,
    issuer: Issuer,
    settings: Mapping[str, str] | None = None,
    *,
    only: chassis_service.Only | None = None,
) -> AsyncIterator[RunningService[S]]:
    """Run a service, or half of it, in this event loop until the block ends: gRPC on a unix socket, HTTP on a free port.

    `settings` adds to its environment, by full names ("TICKETS_GATEWAY_TARGET"). It believes the issuer's tokens.
    """
    folder = Path(tempfile.mkdtemp(prefix="deskmesh-"))
    target = f"unix:{folder / service.name}.sock"
    prefix = service.prefix
    environment = {
        f"{prefix}DATABASE_URL": database.app_url,
        f"{prefix}RELAY_DATABASE_URL": database.relay_url,
        f"{prefix}GRPC_LISTEN": target,
        f"{prefix}HTTP_LISTEN": "127.0.0.1:0",
        "DESKMESH_NATS_URL": nats.url,
        "DESKMESH_JWKS_URL": "http://127.0.0.1:9",
        "DESKMESH_OBJECT_STORE_URL": (folder / "objects").as_uri(),
        **(settings or {}),
    }
    if service.name in SERVICE_KEYS:
        environment.setdefault(f"{prefix}SERVICE_KEY", SERVICE_KEYS[service.name])
    trusting = dataclasses.replace(service, verifier=lambda _: issuer.verifier())
    channel = Channel(target, service.name)
    try:
        async with chassis_service.running(
            trusting, load(service.settings, prefix, environment), only
        ) as process:
            await process.ready()
            yield RunningService(process, target, database, channel, issuer)
    finally:
        await channel.close()
        shutil.rmtree(folder)
