"""Calls to other services: the caller, the trace and the deadline go along; failures come back as what they were.

A service's `clients.py` is a few typed functions over one `Client`:

    directory = Client(directory_service_pb2.DESCRIPTOR.services_by_name["DirectoryService"], channel)
    answer = await directory.call("EnsureRequester", EnsureRequesterRequest(email=email), EnsureRequesterResponse)
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

import grpc
from google.protobuf import message_factory
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2

from chassis import deadlines, telemetry
from chassis.context import current_caller
from chassis.errors import GONE, Unauthenticated, Unavailable, from_status
from chassis.grpc_health import OPEN
from chassis.idempotency import checked_key
from chassis.metrics import RPC_CLIENT_RETRIES, RPC_CLIENT_SECONDS, Timings
from deskmesh.common.v1 import options_pb2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

    from chassis.context import Caller
    from chassis.tokens import SystemTokens

DEFAULT_SECONDS: Final = 5.0
_ATTEMPTS: Final = 3
_FIRST_PAUSE_SECONDS: Final = 0.05
_RENEWED_AFTER_SECONDS: Final = 300.0
_MAX_MESSAGE_BYTES: Final = 32 * 1024 * 1024
_MAX_METADATA_BYTES: Final = 128 * 1024
_SERVICE_CONFIG: Final = json.dumps(
    # Calls go round the addresses of the target, and to those servers only that say they are open.
    {"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": OPEN}}
)
_OPTIONS: Final[tuple[tuple[str, int | str], ...]] = (
    ("grpc.service_config", _SERVICE_CONFIG),
    ("grpc.service_config_disable_resolution", 1),
    # Servers of a "dns:///" target come and go: asked again when one goes, at most once a second, and see `Channel`.
    ("grpc.dns_min_time_between_resolutions_ms", 1_000),
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    # The token of somebody with rights in many queues is larger than the library's 8 KiB.
    ("grpc.max_metadata_size", _MAX_METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", _MAX_METADATA_BYTES),
    # Without a policy, which would know no budget and no idempotency, the library tries again only what a server that
    # is closing has never seen.
    ("grpc.enable_retries", 1),
    # A peer that vanished is noticed within fifteen seconds, a restarted one found again within one.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)

R = TypeVar("R", bound=Message)
Metadata = tuple[tuple[str, str | bytes], ...]


class RetryBudget:
    """How many tries again a peer gets: a failure costs one, ten good answers earn one, half must be left.

    So a peer that is down sees its load once, not three times.
    """

    def __init__(self, size: float = 10.0) -> None:
        self._size = size
        self._left = size

    def succeeded(self) -> None:
        """Counts a good answer."""
        self._left = min(self._size, self._left + 0.1)

    def failed(self) -> bool:
        """Counts a failure and says whether another try is within the budget."""
        self._left = max(0.0, self._left - 1.0)
        return self._left > self._size / 2


class _Connections:
    """The library's channel to the servers that a target named when it was opened, and the calls that run on it."""

    def __init__(self, target: str, now: float) -> None:
        self.opened_at = now
        self.running = 0
        self.channel = grpc.aio.insecure_channel(target, options=_OPTIONS)
        self._calls: dict[str, grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]] = {}

    def to(self, path: str) -> grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]:
        call = self._calls.get(path)
        if call is None:
            call = self._calls[path] = self.channel.unary_unary(path)
        return call


class Channel:
    """The connections to the servers of one peer, opened at the first call.

    The target is "host:port", "unix:/path", or names several servers, among which calls are spread: "dns:///name:port"
    with all their addresses under the name (in Kubernetes a headless Service), or "ipv4:address:port,address:port".
    Servers that were added under a name are found within five minutes: the name is asked anew then, while calls that
    run end where they are. The client does that, since a server that ends an old connection may lose the answer to a
    call that ends at that moment. `tokens` signs for calls that the service makes for itself (from events and timers).
    """

    def __init__(self, target: str, name: str, *, tokens: SystemTokens | None = None) -> None:
        self.name = name
        self.tokens = tokens
        self.budget = RetryBudget()
        self._target = target
        self._open: _Connections | None = None
        self._left: set[_Connections] = set()

    async def call_bytes(
        self, path: str, body: bytes, metadata: Sequence[tuple[str, str | bytes]], timeout: float
    ) -> bytes:
        """One unary call by its path, serialised message in and out, metadata as given, no tries again.

        Raises grpc.aio.AioRpcError with the peer's status, details and trailing metadata as they came.
        """
        connections = self._connections()
        connections.running += 1
        try:
            return await connections.to(path)(body, timeout=timeout, metadata=tuple(metadata))
        finally:
            connections.running -= 1
            if self._left:
                await self._close_left()

    def _connections(self) -> _Connections:
        now = time.monotonic()
        if self._open is not None and now - self._open.opened_at >= _RENEWED_AFTER_SECONDS:
            self._left.add(self._open)
            self._open = None
        if self._open is None:
            self._open = _Connections(self._target, now)
        return self._open

    async def _close_left(self) -> None:
        for connections in [one for one in self._left if not one.running]:
            self._left.discard(connections)
            await connections.channel.close()

    async def healthy(self, timeout: float = 1.0) -> bool:
        """Whether the peer's health service says SERVING within `timeout` seconds."""
        request = health_pb2.HealthCheckRequest().SerializeToString()
        try:
            answer = await self.call_bytes("/grpc.health.v1.Health/Check", request, (), timeout)
        except grpc.aio.AioRpcError:
            return False
        response = health_pb2.HealthCheckResponse.FromString(answer)
        return bool(response.status == health_pb2.HealthCheckResponse.SERVING)

    async def close(self) -> None:
        """Ends the connection; running calls are cancelled."""
        for connections in self._left | ({self._open} if self._open is not None else set()):
            await connections.channel.close()
        self._open = None
        self._left.clear()


@dataclass(frozen=True, slots=True)
class _Method:
    path: str
    request: type[Message]
    response: type[Message]
    write: bool
    timings: Timings


class Client:
    """Typed calls of one service of the proto over a channel."""

    def __init__(self, descriptor: ServiceDescriptor, channel: Channel) -> None:
        self._channel = channel
        self._methods = {method.name: _method(method) for method in descriptor.methods}

    @overload
    async def call(
        self, method: str, request: Message, *, timeout: float = ..., caller: Caller | None = ...
    ) -> Message: ...
    @overload
    async def call(
        self,
        method: str,
        request: Message,
        answer: type[R],
        *,
        timeout: float = ...,
        caller: Caller | None = ...,
    ) -> R: ...
    async def call(
        self,
        method: str,
        request: Message,
        answer: type[Message] | None = None,
        *,
        timeout: float = DEFAULT_SECONDS,
        caller: Caller | None = None,
    ) -> Message:
        """The answer of one rpc, as the current caller unless another is given.

        `timeout` is in seconds; an earlier deadline of the running work counts instead. Reads, and writes with an
        idempotency key, are tried again while the peer is unavailable and the budget lasts. Raises the
        DeskmeshError that the peer raised, Unavailable where it did not answer in time, InvalidInput for an
        idempotency key that is none, and TypeError where request or answer are not the rpc's own messages.
        """
        found = self._methods[method]
        if not isinstance(request, found.request) or (answer is not None and answer is not found.response):
            raise TypeError(
                f"{found.path} takes {found.request.__name__} and gives {found.response.__name__}"
            )
        who = current_caller() if caller is None else caller
        metadata = self._metadata(found, who)
        may_repeat = not found.write or who.idempotency_key is not None
        left = deadlines.remaining()
        ends_at = time.monotonic() + (timeout if left is None else min(timeout, left))
        started = time.perf_counter()
        code = "CANCELLED"
        try:
            body = await self._tried(
                found, request.SerializeToString(), metadata, ends_at, may_repeat=may_repeat
            )
            code = "OK"
            return found.response.FromString(body)
        except grpc.aio.AioRpcError as error:
            code = error.code().name
            raise from_status(error) from error
        finally:
            found.timings.observe(code, time.perf_counter() - started)

    async def pages(
        self, method: str, request: Message, answer: type[R], *, caller: Caller | None = None
    ) -> AsyncIterator[R]:
        """The answers of an rpc that lists, from the page on that the request asks for to the last; each as `call`.

        The caller is the same for all of them: the current one of the first unless another is given.
        """
        who = current_caller() if caller is None else caller
        asking: Any = type(request)()
        asking.CopyFrom(request)
        while True:
            page: Any = await self.call(method, asking, answer, caller=who)
            yield page
            if not page.next_page_token:
                return
            asking.page_token = page.next_page_token

    async def _tried(
        self, method: _Method, body: bytes, metadata: Metadata, ends_at: float, *, may_repeat: bool
    ) -> bytes:
        attempt = 1
        while True:
            left = ends_at - time.monotonic()
            if left <= 0:
                raise Unavailable("The answer did not come in time.", reason="DEADLINE_EXCEEDED")
            try:
                answer = await self._channel.call_bytes(method.path, body, metadata, left)
            except grpc.aio.AioRpcError as error:
                if error.code() not in GONE:
                    raise
                within_budget = self._channel.budget.failed()
                pause = _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 (jitter)
                if not (may_repeat and within_budget and attempt < _ATTEMPTS) or pause >= left:
                    raise
                RPC_CLIENT_RETRIES.labels(self._channel.name).inc()
                attempt += 1
                await asyncio.sleep(pause)
            else:
                self._channel.budget.succeeded()
                return answer

    def _metadata(self, method: _Method, caller: Caller) -> Metadata:
        found: list[tuple[str, str | bytes]] = []
        token = self._token(caller)
        if token is not None:
            found.append(("authorization", f"Bearer {token}"))
        if caller.cause == "rest":
            found.append(("deskmesh-cause", "rest"))
        if method.write and caller.idempotency_key is not None:
            found.append(("idempotency-key", checked_key(caller.idempotency_key)))
        traceparent = telemetry.traceparent()
        if traceparent is not None:
            found.append(("traceparent", traceparent))
        return tuple(found)

    def _token(self, caller: Caller) -> str | None:
        if caller.token is not None or caller.kind == "anonymous":
            return caller.token
        tokens = self._channel.tokens
        if caller.kind != "system" or tokens is None:
            raise Unauthenticated("There is no token to call with.", reason="NO_TOKEN")
        return tokens.token(caller.tenant_id, caller.cause, caller.on_behalf_of)


def _method(method: MethodDescriptor) -> _Method:
    path = f"/{method.containing_service.full_name}/{method.name}"
    return _Method(
        path,
        message_factory.GetMessageClass(method.input_type),
        message_factory.GetMessageClass(method.output_type),
        method.GetOptions().Extensions[options_pb2.rule].write,
        Timings(RPC_CLIENT_SECONDS, path),
    )
