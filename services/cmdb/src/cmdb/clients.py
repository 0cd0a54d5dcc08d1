"""Calls from cmdb to others: only to fill its copy of the directory once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from chassis.context import Caller
from chassis.grpc_client import Channel, Client
from deskmesh.gateway.v1 import directory_service_pb2 as rpc
from deskmesh.gateway.v1 import identity_pb2

_PAGE = 200
# A call for the installation as a whole is bound to no tenant: the nil id stands for that.
_NO_TENANT = UUID(int=0)


class Directory:
    """The gateway's directory."""

    def __init__(self, channel: Channel) -> None:
        self._client = Client(rpc.DESCRIPTOR.services_by_name["DirectoryService"], channel)

    async def tenants(self) -> AsyncIterator[identity_pb2.Tenant]:
        """All active tenants. :raises Unavailable: the gateway does not answer."""
        token = ""
        while True:
            request = rpc.ListTenantsRequest(page_size=_PAGE, page_token=token)
            caller = Caller.system(_NO_TENANT, "cmdb", "backfill")
            page = await self._client.call("ListTenants", request, rpc.ListTenantsResponse, caller=caller)
            for tenant in page.tenants:
                yield tenant
            token = page.next_page_token
            if not token:
                return

    async def users(self, tenant_id: UUID) -> AsyncIterator[list[identity_pb2.User]]:
        """All people of a tenant, by pages. :raises Unavailable: the gateway does not answer."""
        token = ""
        while True:
            request = rpc.ListUsersRequest(page_size=_PAGE, page_token=token)
            caller = Caller.system(tenant_id, "cmdb", "backfill")
            page = await self._client.call("ListUsers", request, rpc.ListUsersResponse, caller=caller)
            yield list(page.users)
            token = page.next_page_token
            if not token:
                return
