"""Knowledge in process, with two tenants."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from google.protobuf.message import Message

from chassis.testing.services import RunningService
from deskmesh.knowledge.v1 import article_service_pb2
from knowledge.settings import Settings

M = TypeVar("M", bound=Message)
_DESCRIPTOR = article_service_pb2.DESCRIPTOR.services_by_name["ArticleService"]
WRITER = ("kb.write", "kb.publish", "kb.read_agents")


@dataclass
class Knowledge:
    """The running service and a tenant of it."""

    service: RunningService[Settings]
    acme: UUID
    globex: UUID

    async def call(
        self,
        method: str,
        request: Message,
        answer: type[M],
        *,
        scopes: tuple[str, ...] = WRITER,
        tenant: UUID | None = None,
    ) -> M:
        """Call as somebody with these permissions, in acme unless another tenant is named."""
        token = self.service.issuer.issue_token(tenant or self.acme, scopes)
        return await self.service.call(_DESCRIPTOR, method, request, answer, token=token)
