"""Calls to the gateway, the only service that this one calls."""

from collections.abc import AsyncIterator, Sequence

from chassis.context import Caller, current_caller
from chassis.grpc_client import Channel, Client
from deskmesh.gateway.v1 import directory_service_pb2 as pb
from deskmesh.gateway.v1 import identity_pb2 as identity

_SERVICE = "tickets"
_PAGE_SIZE = 200


class Directory:
    """Who is who, as the gateway knows it. The lists are of the caller's tenant, page by page; all raise Unavailable."""

    def __init__(self, channel: Channel) -> None:
        self._client = Client(pb.DESCRIPTOR.services_by_name["DirectoryService"], channel)

    async def ensure_requester(self, email: str, name: str, language: str) -> identity.User:
        """The person of an address, a new requester where there was none. As this service, for the caller.

        Raises InvalidInput for an address that is none.
        """
        asking = current_caller()
        on_behalf_of = None if asking.kind == "system" else asking.subject
        caller = Caller.system(asking.tenant_id, _SERVICE, asking.cause, on_behalf_of=on_behalf_of)
        request = pb.EnsureRequesterRequest(email=email, name=name, language=language)
        answer = await self._client.call(
            "EnsureRequester", request, pb.EnsureRequesterResponse, caller=caller
        )
        return answer.user

    async def tenants(self) -> AsyncIterator[Sequence[identity.Tenant]]:
        """All active tenants of the installation."""
        caller = Caller.of_installation(_SERVICE, "backfill")
        request = pb.ListTenantsRequest(page_size=_PAGE_SIZE)
        async for page in self._client.pages("ListTenants", request, pb.ListTenantsResponse, caller=caller):
            yield page.tenants

    async def users(self) -> AsyncIterator[Sequence[identity.User]]:
        """All people."""
        request = pb.ListUsersRequest(page_size=_PAGE_SIZE)
        async for page in self._client.pages("ListUsers", request, pb.ListUsersResponse):
            yield page.users

    async def teams(self) -> AsyncIterator[Sequence[identity.Team]]:
        """All teams."""
        request = pb.ListTeamsRequest(page_size=_PAGE_SIZE)
        async for page in self._client.pages("ListTeams", request, pb.ListTeamsResponse):
            yield page.teams

    async def organizations(self) -> AsyncIterator[Sequence[identity.Organization]]:
        """All organisations."""
        request = pb.ListOrganizationsRequest(page_size=_PAGE_SIZE)
        async for page in self._client.pages("ListOrganizations", request, pb.ListOrganizationsResponse):
            yield page.organizations

    async def roles(self) -> AsyncIterator[Sequence[identity.Role]]:
        """All roles."""
        request = pb.ListRolesRequest(page_size=_PAGE_SIZE)
        async for page in self._client.pages("ListRoles", request, pb.ListRolesResponse):
            yield page.roles
