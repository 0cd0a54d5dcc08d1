"""The gRPC server of a service: handlers made from the proto's own descriptors, health, reflection, draining.

An implementation has a coroutine for each rpc, named like it. Most take the transaction that the door opened:
`async def GetTicket(self, tx, request)`. One marked `@own_transaction` takes the request alone and opens its own.
The answer is the rpc's message, or its bytes where a hot path has serialised it already.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import grpc
from google.protobuf import message_factory
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from chassis.grpc_health import Health
from chassis.interceptors import ANONYMOUS, Door, Rpc
from deskmesh.common.v1 import options_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

F = TypeVar("F", bound="Callable[..., object]")

_OWN_TRANSACTION: Final = "__opens_its_own_transaction__"
_MAX_MESSAGE_BYTES: Final = 32 * 1024 * 1024
_MAX_METADATA_BYTES: Final = 128 * 1024
SERVER_OPTIONS: Final[tuple[tuple[str, int], ...]] = (
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    # The token of somebody with rights in many queues is larger than the library's 8 KiB.
    ("grpc.max_metadata_size", _MAX_METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", _MAX_METADATA_BYTES),
    # Two processes on one port would share the calls without a word.
    ("grpc.so_reuseport", 0),
    # A peer that is gone is noticed within forty seconds; a client may ping as often as ours does.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
)


class RefusedToStart(Exception):
    """The servicers do not fit their proto. `problems` has a line for each rpc that is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(
            "the gRPC server does not start:\n" + "\n".join(f"  {item}" for item in self.problems)
        )


@dataclass(frozen=True, slots=True)
class Servicer:
    """A service of the proto and the object that answers its rpcs."""

    descriptor: ServiceDescriptor
    implementation: object


def own_transaction(method: F) -> F:
    """Marks an rpc that opens its own transactions: it is called with the request alone."""
    setattr(method, _OWN_TRANSACTION, True)
    return method


class Server:
    """Serves the servicers on `listen` ("unix:/path" or "host:port").

    Raises RefusedToStart, naming each rpc, where one has no rule, no implementation, or streams.
    """

    def __init__(self, listen: str, servicers: Iterable[Servicer], door: Door) -> None:
        self._listen = listen
        self._door = door
        self._health = Health()
        given = list(servicers)
        handlers, problems = [], []
        for servicer in given:
            rpcs, wrong = _rpcs(servicer)
            problems += wrong
            handlers.append(_handler(servicer.descriptor, rpcs, door))
        if problems:
            raise RefusedToStart(problems)
        self._names = [servicer.descriptor.full_name for servicer in given]
        self._server = grpc.aio.server(handlers=handlers, options=SERVER_OPTIONS)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(
            (*self._names, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server
        )
        self.port = 0
        """The TCP port in use, once started; 1 for a unix socket."""

    async def start(self) -> None:
        """Listens. Raises RuntimeError where the address cannot be had. Health says NOT_SERVING until told."""
        await self.report(ready=False)
        self.port = self._server.add_insecure_port(self._listen)
        await self._health.open()
        await self._server.start()

    async def report(self, *, ready: bool) -> None:
        """What the health service answers from now on, for the server and for each of its services."""
        for name in ("", *self._names):
            await self._health.report(name, ready=ready)

    async def stop(self, grace: float) -> None:
        """Turns clients away, refuses new calls, lets the running ones end within `grace` seconds, cancels the rest."""
        await self._health.leave(lambda: self._door.running)
        await self._server.stop(grace)


def rule_of(method: MethodDescriptor) -> options_pb2.MethodRule | None:
    """What the proto demands of a caller of this rpc; None where it says nothing."""
    options = method.GetOptions()
    return options.Extensions[options_pb2.rule] if options.HasExtension(options_pb2.rule) else None


def path_of(method: MethodDescriptor) -> str:
    """The path of an rpc on the wire."""
    return f"/{method.containing_service.full_name}/{method.name}"


def _rpcs(servicer: Servicer) -> tuple[dict[str, Rpc], list[str]]:
    rpcs: dict[str, Rpc] = {}
    problems: list[str] = []
    for method in servicer.descriptor.methods:
        rule = rule_of(method)
        call = getattr(servicer.implementation, method.name, None)
        problem = _problem(method, rule, call)
        if problem is not None or rule is None or call is None:
            problems.append(f"{method.full_name} {problem}")
            continue
        rpcs[method.name] = Rpc.of(
            path_of(method),
            message_factory.GetMessageClass(method.input_type),
            frozenset(rule.permissions),
            frozenset(rule.system_callers),
            call,
            write=rule.write,
            own_transaction=_opens_its_own(call),
        )
    return rpcs, problems


def _problem(
    method: MethodDescriptor, rule: options_pb2.MethodRule | None, call: Callable[..., object] | None
) -> str | None:
    if rule is None or not (rule.permissions or rule.system_callers):
        return "declares no permission"
    if method.client_streaming or method.server_streaming:
        return "streams, which the door does not carry"
    if call is None:
        return "is not implemented"
    if not inspect.iscoroutinefunction(call):
        return "is not a coroutine"
    if ANONYMOUS in rule.permissions and not _opens_its_own(call):
        return "is open to anybody, so there is no tenant to open a transaction for"
    return None


def _opens_its_own(call: Callable[..., object]) -> bool:
    return bool(getattr(call, _OWN_TRANSACTION, False))


def _handler(descriptor: ServiceDescriptor, rpcs: dict[str, Rpc], door: Door) -> grpc.GenericRpcHandler:
    """Bytes in, bytes out: the door reads and writes the messages itself."""
    return grpc.method_handlers_generic_handler(
        descriptor.full_name,
        {name: grpc.unary_unary_rpc_method_handler(partial(door.answer, rpc)) for name, rpc in rpcs.items()},
    )
