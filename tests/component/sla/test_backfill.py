"""A service that is installed later than the gateway asks it for the tenants."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import grpc
import pytest
from sla_doors import Desk

from chassis.errors import Unavailable
from chassis.grpc_client import Channel
from chassis.ids import new_id
from chassis.testing.identity import SERVICE_KEYS, Issuer
from chassis.testing.services import RunningService
from chassis.tokens import SystemTokens
from deskmesh.gateway.v1 import directory_service_pb2 as pb
from deskmesh.gateway.v1 import identity_pb2
from sla.api.tenants import backfill_tenants
from sla.clients import Directory
from sla.settings import SlaSettings

LIST_TENANTS = "/deskmesh.gateway.v1.DirectoryService/ListTenants"


class _Gateway(grpc.GenericRpcHandler):
    """Answers ListTenants one tenant a page, to the sla service alone."""

    def __init__(self, tenants: Sequence[UUID], issuer: Issuer) -> None:
        self._tenants = tenants
        self._verifier = issuer.verifier()

    def service(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        return grpc.unary_unary_rpc_method_handler(self._list) if call.method == LIST_TENANTS else None

    async def _list(self, body: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        metadata = {key: str(value) for key, value in context.invocation_metadata() or ()}
        caller = await self._verifier.verify(metadata["authorization"].removeprefix("Bearer "))
        assert (caller.kind, caller.subject, caller.tenant_id) == ("system", "sla", UUID(int=0))
        place = int(pb.ListTenantsRequest.FromString(body).page_token or 0)
        tenant = identity_pb2.Tenant(
            id=str(self._tenants[place]), time_zone="Asia/Tokyo", country="JP", version=3
        )
        last = place == len(self._tenants) - 1
        answer = pb.ListTenantsResponse(tenants=[tenant], next_page_token="" if last else str(place + 1))
        return answer.SerializeToString()


@asynccontextmanager
async def directory(folder: Path, tenants: Sequence[UUID], issuer: Issuer) -> AsyncIterator[Directory]:
    """The gateway's directory with these tenants; with none the gateway does not answer."""
    target = f"unix:{folder}/g.sock"
    server = grpc.aio.server(handlers=[_Gateway(tenants, issuer)])
    if tenants:
        server.add_insecure_port(target)
        await server.start()
    channel = Channel(target, "gateway", tokens=SystemTokens("sla", SERVICE_KEYS["sla"]))
    yield Directory(channel)
    await channel.close()
    await server.stop(None)


async def test_tenants_of_before_are_asked_for_and_seeded_once(
    desk: Desk, service: RunningService[SlaSettings], issuer: Issuer, tmp_path: Path
) -> None:
    databases = service.process.runtime.databases
    async with directory(tmp_path, [new_id(), desk.id], issuer) as gateway:
        await backfill_tenants(databases, gateway)
        await backfill_tenants(databases, gateway)
    await desk.settles()
    assert (await desk.calendar("business")).time_zone == "Asia/Tokyo"
    assert await desk.fetch_value("SELECT count(*) FROM calendars WHERE tenant_id = $1", desk.id) == 2


async def test_a_gateway_that_is_away_is_asked_again_later(
    service: RunningService[SlaSettings], issuer: Issuer, tmp_path: Path
) -> None:
    async with directory(tmp_path, [], issuer) as gateway:
        with pytest.raises(Unavailable):
            await backfill_tenants(service.process.runtime.databases, gateway)
