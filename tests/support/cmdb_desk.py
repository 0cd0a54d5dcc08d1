"""Cmdb in process, with two tenants and a person in each."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from google.protobuf.message import Message

from chassis.testing.services import RunningService
from cmdb.settings import Settings
from deskmesh.cmdb.v1 import item_service_pb2

M = TypeVar("M", bound=Message)
_DESCRIPTOR = item_service_pb2.DESCRIPTOR.services_by_name["ItemService"]


@dataclass
class Cmdb:
    """The running service, its tenants, and who holds things in acme."""

    service: RunningService[Settings]
    acme: UUID
    globex: UUID
    anna: UUID
    stranger: UUID
    """A person of globex."""

    async def call(
        self,
        method: str,
        request: Message,
        answer: type[M],
        *,
        scopes: tuple[str, ...] = ("cmdb.read", "cmdb.write"),
        tenant: UUID | None = None,
        user: UUID | None = None,
    ) -> M:
        """Call as somebody with these permissions, in acme unless another tenant is named."""
        token = self.service.issuer.issue_token(tenant or self.acme, scopes, user_id=user)
        return await self.service.call(_DESCRIPTOR, method, request, answer, token=token)
