"""Calls from notify to the gateway: only to fill its copy of the directory once."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from chassis.context import Caller
from chassis.grpc_client import Channel, Client
from deskmesh.gateway.v1 import directory_service_pb2 as rpc
from deskmesh.gateway.v1 import identity_pb2

_PAGE = 200


class Directory:
    """The gateway's directory. Each method raises Unavailable when the gateway does not answer."""

    def __init__(self, channel: Channel) -> None:
        self._client = Client(rpc.DESCRIPTOR.services_by_name["DirectoryService"], channel)

    async def tenants(self) -> AsyncIterator[Sequence[identity_pb2.Tenant]]:
        """All active tenants, by pages."""
        caller = Caller.of_installation("notify", "backfill")
        request = rpc.ListTenantsRequest(page_size=_PAGE)
        async for page in self._client.pages("ListTenants", request, rpc.ListTenantsResponse, caller=caller):
            yield page.tenants

    async def users(self, tenant_id: UUID) -> AsyncIterator[Sequence[identity_pb2.User]]:
        """All people of a tenant, by pages."""
        caller = Caller.system(tenant_id, "notify", "backfill")
        request = rpc.ListUsersRequest(page_size=_PAGE)
        async for page in self._client.pages("ListUsers", request, rpc.ListUsersResponse, caller=caller):
            yield page.users

    async def roles(self, tenant_id: UUID) -> AsyncIterator[Sequence[identity_pb2.Role]]:
        """All roles of a tenant, by pages."""
        caller = Caller.system(tenant_id, "notify", "backfill")
        request = rpc.ListRolesRequest(page_size=_PAGE)
        async for page in self._client.pages("ListRoles", request, rpc.ListRolesResponse, caller=caller):
            yield page.roles
