"""Calls to the gateway, the only service that this one calls."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID

from chassis.context import Caller, current_caller
from chassis.grpc_client import Channel, Client
from deskmesh.gateway.v1 import directory_service_pb2 as pb
from deskmesh.gateway.v1 import identity_pb2 as identity

_SERVICE = "tickets"
_PAGE_SIZE = 200
# A call for the installation as a whole is bound to no tenant: the nil id stands for that.
_NO_TENANT = UUID(int=0)

Item = TypeVar("Item")


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

    def tenants(self) -> AsyncIterator[Sequence[identity.Tenant]]:
        """All active tenants of the installation."""
        caller = Caller.system(_NO_TENANT, _SERVICE, "backfill")

        async def page(token: str) -> tuple[Sequence[identity.Tenant], str]:
            request = pb.ListTenantsRequest(page_size=_PAGE_SIZE, page_token=token)
            answer = await self._client.call("ListTenants", request, pb.ListTenantsResponse, caller=caller)
            return answer.tenants, answer.next_page_token

        return _pages(page)

    def users(self) -> AsyncIterator[Sequence[identity.User]]:
        """All people."""

        async def page(token: str) -> tuple[Sequence[identity.User], str]:
            request = pb.ListUsersRequest(page_size=_PAGE_SIZE, page_token=token)
            answer = await self._client.call("ListUsers", request, pb.ListUsersResponse)
            return answer.users, answer.next_page_token

        return _pages(page)

    def teams(self) -> AsyncIterator[Sequence[identity.Team]]:
        """All teams."""

        async def page(token: str) -> tuple[Sequence[identity.Team], str]:
            request = pb.ListTeamsRequest(page_size=_PAGE_SIZE, page_token=token)
            answer = await self._client.call("ListTeams", request, pb.ListTeamsResponse)
            return answer.teams, answer.next_page_token

        return _pages(page)

    def organizations(self) -> AsyncIterator[Sequence[identity.Organization]]:
        """All organisations."""

        async def page(token: str) -> tuple[Sequence[identity.Organization], str]:
            request = pb.ListOrganizationsRequest(page_size=_PAGE_SIZE, page_token=token)
            answer = await self._client.call("ListOrganizations", request, pb.ListOrganizationsResponse)
            return answer.organizations, answer.next_page_token

        return _pages(page)

    def roles(self) -> AsyncIterator[Sequence[identity.Role]]:
        """All roles."""

        async def page(token: str) -> tuple[Sequence[identity.Role], str]:
            request = pb.ListRolesRequest(page_size=_PAGE_SIZE, page_token=token)
            answer = await self._client.call("ListRoles", request, pb.ListRolesResponse)
            return answer.roles, answer.next_page_token

        return _pages(page)


async def _pages(
    page: Callable[[str], Awaitable[tuple[Sequence[Item], str]]],
) -> AsyncIterator[Sequence[Item]]:
    items, token = await page("")
    yield items
    while token:
        items, token = await page(token)
        yield items
