"""A gateway as a process, seen by the other services and by its operator."""

from dataclasses import dataclass
from typing import TypeVar

from gateway_desk import Desk
from google.protobuf.message import Message
from nats.aio.client import Client as NatsClient

from chassis.context import Caller, use_caller
from chassis.grpc_client import Channel, Client
from chassis.ids import new_id
from chassis.service import Running
from chassis.testing.waiting import eventually
from deskmesh.gateway.v1 import audit_service_pb2
from deskmesh.gateway.v1 import directory_service_pb2 as pb
from gateway.settings import GatewaySettings

DIRECTORY = pb.DESCRIPTOR.services_by_name["DirectoryService"]
AUDIT = audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"]
KEYS = {name: f"the-key-with-which-{name}-signs-of-256-bits" for name in ("tickets", "sla")}

M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Process:
    """A running gateway, and a client of its inner door."""

    running: Running[GatewaySettings]
    desk: Desk
    channel: Channel
    nats: NatsClient
    environment: dict[str, str]

    async def call(self, method: str, request: Message, answer: type[M], *, token: str) -> M:
        """Call an rpc of either service with a token."""
        descriptor = DIRECTORY if method in DIRECTORY.methods_by_name else AUDIT
        with use_caller(Caller(self.desk.acme, str(new_id()), "user", token=token)):
            return await Client(descriptor, self.channel).call(method, request, answer)

    async def token(self, username: str = "admin@acme.example", tenant: str = "acme") -> str:
        """Sign a person in."""
        return (await self.desk.sign_in(username, tenant=tenant)).access_token

    async def published(self) -> None:
        """Wait until all events are on their way and taken in."""
        waiting = "SELECT 1 FROM outbox WHERE published_at IS NULL"
        await eventually(lambda: self._none(waiting))

    async def _none(self, sql: str) -> bool:
        return not await self.desk.look(sql)
