"""Calls from knowledge to others: only to fill its copy of the tenants once."""

from __future__ import annotations

from collections.abc import AsyncIterator

from chassis.context import Caller
from chassis.grpc_client import Channel, Client
from deskmesh.gateway.v1 import directory_service_pb2 as rpc
from deskmesh.gateway.v1 import identity_pb2

_PAGE = 200


class Directory:
    """The gateway's directory."""

    def __init__(self, channel: Channel) -> None:
        self._client = Client(rpc.DESCRIPTOR.services_by_name["DirectoryService"], channel)

    async def tenants(self) -> AsyncIterator[identity_pb2.Tenant]:
        """All active tenants. :raises Unavailable: the gateway does not answer."""
        caller = Caller.of_installation("knowledge", "backfill")
        request = rpc.ListTenantsRequest(page_size=_PAGE)
        async for page in self._client.pages("ListTenants", request, rpc.ListTenantsResponse, caller=caller):
            for tenant in page.tenants:
                yield tenant
