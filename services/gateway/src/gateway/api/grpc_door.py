"""The gRPC door for integrators: it lets the public RPCs through to the services, byte for byte.

What is public, the proto says (`rule.public`); everything else is UNIMPLEMENTED here, as if it were not there. The
caller is known by an access token or a personal access token. What travels on is the access token, the idempotency
key, the trace, and what is left of the deadline; the service decides.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final, NoReturn

import grpc
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status
from prometheus_client import Histogram

from chassis import telemetry
from chassis.errors import DeskmeshError, from_status, to_status
from chassis.grpc_client import Channel
from chassis.grpc_health import Health
from chassis.grpc_server import SERVER_OPTIONS, path_of
from gateway.app.admission import Admission
from gateway.clients import SERVICES
from gateway.clients.calling import DEADLINE_SECONDS, Backends, owner_of, rule_of

SECONDS: Final = Histogram(
    "deskmesh_public_rpc_seconds",
    "Duration of RPCs let through for integrators.",
    ["method", "code"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)

MOST_BYTES: Final = 4 * 1024 * 1024
LONGEST_SECONDS: Final = 60.0
HEALTH_SECONDS: Final = 2.0
_RICH_STATUS: Final = "grpc-status-details-bin"

_Context = grpc.aio.ServicerContext[bytes, bytes]


class GrpcDoor:
    """Serves the public RPCs on `listen` ("host:port")."""

    def __init__(
        self, listen: str, admission: Admission, backends: Backends, *, grace_seconds: float
    ) -> None:
        """Calls that run at the end have `grace_seconds`."""
        self.port = 0
        """The port in use, once started."""
        self._listen = listen
        self._admission = admission
        self._channels = {service.full_name: backends.channels[owner_of(service)] for service in SERVICES}
        self._grace_seconds = grace_seconds
        self._running = 0
        self._health = Health()
        options = [item for item in SERVER_OPTIONS if item[0] != "grpc.max_receive_message_length"]
        self._server = grpc.aio.server(
            handlers=[_Public(self._handlers())],
            options=[*options, ("grpc.max_receive_message_length", MOST_BYTES)],
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (*self._channels, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server, public_pool())

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`; then turn clients away and let the running calls end.

        Raises:
            RuntimeError: the address cannot be had.
        """
        self.port = self._server.add_insecure_port(self._listen)
        await self._health.open()
        await self._server.start()
        try:
            await self._report(stop)
        finally:
            await self._health.leave(lambda: self._running)
            await self._server.stop(self._grace_seconds)

    async def _report(self, stop: asyncio.Event) -> None:
        """Keep saying which services answer."""
        await self._health.report("", ready=True)
        while not stop.is_set():
            for name, channel in self._channels.items():
                await self._health.report(name, ready=await channel.healthy())
            try:
                await asyncio.wait_for(stop.wait(), HEALTH_SECONDS)
            except TimeoutError:
                continue

    def _handlers(self) -> dict[str, grpc.RpcMethodHandler[bytes, bytes]]:
        return {
            path_of(method): grpc.unary_unary_rpc_method_handler(
                partial(self._let_through, path_of(method), self._channels[service.full_name])
            )
            for service in SERVICES
            for method in service.methods
            if rule_of(method).public
        }

    async def _let_through(self, path: str, channel: Channel, body: bytes, context: _Context) -> bytes:
        given = {name: value for name, value in context.invocation_metadata() or () if isinstance(value, str)}
        began = time.perf_counter()
        code = "CANCELLED"
        self._running += 1
        try:
            with telemetry.span(
                path, kind=telemetry.SpanKind.SERVER, traceparent=given.get("traceparent"), root=True
            ) as span:
                try:
                    metadata = await self._metadata(given)
                    answer = await channel.call_bytes(
                        path, body, metadata, _seconds(context.time_remaining())
                    )
                except DeskmeshError as error:
                    code = error.code.name
                    span.fail(error.reason)
                    await _refuse(context, error)
                except grpc.aio.AioRpcError as error:
                    code = error.code().name
                    span.fail(code)
                    await _hand_back(context, error)
            code = "OK"
            return answer
        finally:
            self._running -= 1
            SECONDS.labels(path, code).observe(time.perf_counter() - began)

    async def _metadata(self, given: Mapping[str, str]) -> list[tuple[str, str | bytes]]:
        """Pass on what the service needs to know, and nothing that it would believe only of us."""
        caller = await self._admission.admit(given.get("authorization"), "grpc")
        metadata: list[tuple[str, str | bytes]] = [("authorization", f"Bearer {caller.token}")]
        if "idempotency-key" in given:
            metadata.append(("idempotency-key", given["idempotency-key"]))
        traceparent = telemetry.traceparent()
        if traceparent is not None:
            metadata.append(("traceparent", traceparent))
        return metadata


class _Public(grpc.GenericRpcHandler):
    """Finds the handler of a path; what has none is UNIMPLEMENTED."""

    def __init__(self, handlers: Mapping[str, grpc.RpcMethodHandler[bytes, bytes]]) -> None:
        self._handlers = handlers

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """Find by the method's path."""
        return self._handlers.get(details.method)


def _seconds(left: float | None) -> float:
    """Tell how long the call may take: what the client gave, within reason."""
    return DEADLINE_SECONDS if left is None else min(left, LONGEST_SECONDS)


async def _refuse(context: _Context, error: DeskmeshError) -> NoReturn:
    await context.abort_with_status(rpc_status.to_status(to_status(error)))
    raise AssertionError("abort_with_status always raises")


async def _hand_back(context: _Context, error: grpc.aio.AioRpcError) -> NoReturn:
    """End the call as the service ended it; a failure of the connection between us is told without its address."""
    trailing = tuple(error.trailing_metadata() or ())
    if not any(name == _RICH_STATUS for name, _ in trailing):
        await _refuse(context, from_status(error))
    await context.abort(error.code(), error.details() or "", trailing)
    raise AssertionError("abort always raises")


def public_pool() -> DescriptorPool:
    """Make the descriptors that reflection shows: those of the public RPCs, and what these are made of."""
    pool = DescriptorPool()
    added: set[str] = set()
    for service in SERVICES:
        _add(pool, service.file, added)
    return pool


def _add(pool: DescriptorPool, file: FileDescriptor, added: set[str]) -> None:
    if file.name in added:
        return
    added.add(file.name)
    for dependency in file.dependencies:
        _add(pool, dependency, added)
    described = FileDescriptorProto()
    file.CopyToProto(described)
    for service in described.service:
        known = file.services_by_name[service.name].methods_by_name
        public: Iterable[str] = {name for name, method in known.items() if rule_of(method).public}
        kept = [method for method in service.method if method.name in public]
        del service.method[:]
        service.method.extend(kept)
    pool.Add(described)
