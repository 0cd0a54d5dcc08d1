"""How the gateway's doors call the services behind it, and its own directory by loopback.

A REST route names the RPC it stands for, and with it the permission that the RPC's rule demands: said once, in the
proto, kept by both.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar, cast

from google.protobuf.descriptor import FileDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from chassis.grpc_client import Channel, Client
from deskmesh.common.v1.options_pb2 import MethodRule, rule

DEADLINE_SECONDS = 10.0
"""Set at the door; each hop behind it has what is left."""

Question = TypeVar("Question", bound=Message)
Answer = TypeVar("Answer", bound=Message)


@dataclass(frozen=True, slots=True)
class Rpc(Generic[Question, Answer]):
    """One RPC with the types of its messages."""

    method: MethodDescriptor
    question: type[Question]
    answer: type[Answer]

    @property
    def rule(self) -> MethodRule:
        """What it demands of the caller."""
        return rule_of(self.method)


def rpc(question: type[Question], answer: type[Answer]) -> Rpc[Question, Answer]:
    """Find the RPC that takes these requests, which are its own, in the file that declares them.

    Raises:
        ValueError: when none of the file's RPCs takes them, or several do.
        TypeError: when it answers with something else.
    """
    file = cast("FileDescriptor", question.DESCRIPTOR.file)
    (method,) = (
        method
        for service in file.services_by_name.values()
        for method in service.methods
        if method.input_type is question.DESCRIPTOR
    )
    if method.output_type is not answer.DESCRIPTOR:
        raise TypeError(f"{method.full_name} does not answer {answer.DESCRIPTOR.full_name}")
    return Rpc(method, question, answer)


def rule_of(method: MethodDescriptor) -> MethodRule:
    """Read the rule that the proto states for a method."""
    return method.GetOptions().Extensions[rule]


def owner_of(service: ServiceDescriptor) -> str:
    """Name the service of the installation that serves a gRPC service: the second part of its package."""
    return str(service.full_name).split(".")[1]


class Backends:
    """The connections to the services, one per process and service."""

    def __init__(self, channels: Mapping[str, Channel], services: Iterable[ServiceDescriptor]) -> None:
        """Take the channels by the name of the service: gateway, tickets, sla, knowledge, cmdb, notify."""
        self.channels = channels
        self._clients = {
            service.full_name: Client(service, channels[owner_of(service)]) for service in services
        }

    async def call(self, rpc: Rpc[Question, Answer], question: Question) -> Answer:
        """Ask as the current caller.

        Raises:
            DeskmeshError: as the service raised it; Unavailable when it does not answer in time.
        """
        client = self._clients[rpc.method.containing_service.full_name]
        return await client.call(rpc.method.name, question, rpc.answer, timeout=DEADLINE_SECONDS)

    def checks(self) -> dict[str, Callable[[], Awaitable[str | None]]]:
        """Make a check of readiness for each service behind the gateway."""
        return {
            name: partial(_readiness, channel) for name, channel in self.channels.items() if name != "gateway"
        }


async def _readiness(channel: Channel) -> str | None:
    return None if await channel.healthy() else "not ready"
