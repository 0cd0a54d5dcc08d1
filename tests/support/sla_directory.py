"""The gateway's directory as far as sla asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import grpc

from chassis.grpc_client import Channel
from chassis.testing.identity import SERVICE_KEYS, Issuer
from chassis.tokens import SystemTokens
from deskmesh.gateway.v1 import directory_service_pb2 as pb
from deskmesh.gateway.v1 import identity_pb2
from sla.clients import Directory

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


def target_in(folder: Path) -> str:
    """Where the gateway of a folder answers."""
    return f"unix:{folder}/g.sock"


@asynccontextmanager
async def directory(folder: Path, tenants: Sequence[UUID], issuer: Issuer) -> AsyncIterator[Directory]:
    """The gateway's directory with these tenants; with none the gateway does not answer."""
    target = target_in(folder)
    server = grpc.aio.server(handlers=[_Gateway(tenants, issuer)])
    if tenants:
        server.add_insecure_port(target)
        await server.start()
    channel = Channel(target, "gateway", tokens=SystemTokens("sla", SERVICE_KEYS["sla"]))
    yield Directory(channel)
    await channel.close()
    await server.stop(None)
