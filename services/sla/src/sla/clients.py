"""Calls to other services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from chassis.context import Caller
from chassis.grpc_client import Channel, Client
from deskmesh.gateway.v1 import directory_service_pb2 as pb

_NO_TENANT = UUID(int=0)
_PAGE_SIZE = 200


@dataclass(frozen=True, slots=True)
class KnownTenant:
    """A tenant as the gateway knows it."""

    id: UUID
    version: int
    time_zone: str
    country: str


class Directory:
    """The gateway's directory, asked by this service for itself."""

    def __init__(self, channel: Channel) -> None:
        self._client = Client(pb.DESCRIPTOR.services_by_name["DirectoryService"], channel)

    async def tenants(self) -> AsyncIterator[KnownTenant]:
        """All active tenants. Raises the failures of a call, Unavailable among them."""
        caller = Caller.system(_NO_TENANT, "sla", "backfill")
        token = ""
        while True:
            request = pb.ListTenantsRequest(page_size=_PAGE_SIZE, page_token=token)
            answer = await self._client.call("ListTenants", request, pb.ListTenantsResponse, caller=caller)
            for tenant in answer.tenants:
                yield KnownTenant(UUID(tenant.id), tenant.version, tenant.time_zone, tenant.country)
            token = answer.next_page_token
            if not token:
                return
