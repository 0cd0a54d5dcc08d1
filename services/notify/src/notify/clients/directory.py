"""Calls from notify to the gateway: only to fill its copy of the directory once."""

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
    """The gateway's directory. Each method raises Unavailable when the gateway does not answer."""

    def __init__(self, channel: Channel) -> None:
        self._client = Client(rpc.DESCRIPTOR.services_by_name["DirectoryService"], channel)

    async def tenants(self) -> AsyncIterator[list[identity_pb2.Tenant]]:
        """All active tenants, by pages."""
        caller, token = Caller.system(_NO_TENANT, "notify", "backfill"), ""
        while True:
            request = rpc.ListTenantsRequest(page_size=_PAGE, page_token=token)
            page = await self._client.call("ListTenants", request, rpc.ListTenantsResponse, caller=caller)
            yield list(page.tenants)
            token = page.next_page_token
            if not token:
                return

    async def users(self, tenant_id: UUID) -> AsyncIterator[list[identity_pb2.User]]:
        """All people of a tenant, by pages."""
        caller, token = Caller.system(tenant_id, "notify", "backfill"), ""
        while True:
            request = rpc.ListUsersRequest(page_size=_PAGE, page_token=token)
            page = await self._client.call("ListUsers", request, rpc.ListUsersResponse, caller=caller)
            yield list(page.users)
            token = page.next_page_token
            if not token:
                return

    async def roles(self, tenant_id: UUID) -> AsyncIterator[list[identity_pb2.Role]]:
        """All roles of a tenant, by pages."""
        caller, token = Caller.system(tenant_id, "notify", "backfill"), ""
        while True:
            request = rpc.ListRolesRequest(page_size=_PAGE, page_token=token)
            page = await self._client.call("ListRoles", request, rpc.ListRolesResponse, caller=caller)
            yield list(page.roles)
            token = page.next_page_token
            if not token:
                return
