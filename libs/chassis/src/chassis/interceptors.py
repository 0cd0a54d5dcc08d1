"""The door of every RPC: identity, permission, deadline, trace, metrics, transaction, idempotency, errors.

One function and no stack of interceptors: each layer of grpc's own costs a quarter of a small request.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NoReturn
from uuid import UUID

import structlog
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status

from chassis import idempotency, telemetry
from chassis.context import Caller, use_caller
from chassis.deadlines import use_deadline
from chassis.errors import (
    BadRequest,
    DeskmeshError,
    Forbidden,
    Internal,
    LimitReached,
    StorageFull,
    Unauthenticated,
    Unavailable,
    to_status,
)
from chassis.metrics import RPC_SERVER_RUNNING, RPC_SERVER_SECONDS, Timings
from chassis.telemetry import SpanKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import grpc

    from chassis.db import Databases
    from chassis.tokens import Verifier

log = structlog.get_logger()

DEFAULT_SECONDS: Final = 30.0
"""For a call that came without a deadline."""
ANONYMOUS: Final = "anonymous"
AUTHENTICATED: Final = "authenticated"
_OUR_FAULT: Final = (Internal, StorageFull, Unavailable)
"""Ends that mark a span as failed; the others are answers like any."""
_NOBODY: Final = Caller(tenant_id=UUID(int=0), subject="", kind="anonymous", cause="grpc")


@dataclass(frozen=True, slots=True)
class Rpc:
    """One method with what its rule demands; made once at the start."""

    path: str
    """"/deskmesh.tickets.v1.TicketService/GetTicket"."""
    request: type[Message]
    permissions: frozenset[str]
    system_callers: frozenset[str]
    write: bool
    own_transaction: bool
    call: Callable[..., Awaitable[Message | bytes]]
    timings: Timings

    @classmethod
    def of(
        cls,
        path: str,
        request: type[Message],
        permissions: frozenset[str],
        system_callers: frozenset[str],
        call: Callable[..., Awaitable[Message | bytes]],
        *,
        write: bool,
        own_transaction: bool,
    ) -> Rpc:
        """The method with its metrics."""
        timings = Timings(RPC_SERVER_SECONDS, path)
        return cls(path, request, permissions, system_callers, write, own_transaction, call, timings)


class Door:
    """Answers RPCs for one service. `limit` is how many may run at a time; more are refused at once."""

    def __init__(self, verifier: Verifier, databases: Databases, limit: int = 256) -> None:
        self._verifier = verifier
        self._databases = databases
        self._limit = limit
        self._running = 0

    @property
    def running(self) -> int:
        """How many calls are being answered now."""
        return self._running

    async def answer(self, rpc: Rpc, body: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        """The serialised answer, or the call ended with a rich status."""
        metadata = _metadata(context)
        started = time.perf_counter()
        code = "CANCELLED"
        self._running += 1
        RPC_SERVER_RUNNING.inc()
        try:
            with telemetry.span(
                rpc.path, kind=SpanKind.SERVER, traceparent=metadata.get("traceparent"), root=True
            ) as span:
                try:
                    answer = await self._within_deadline(rpc, body, metadata, context.time_remaining())
                except DeskmeshError as error:
                    failure = error
                except Exception as error:  # noqa: BLE001 (the last place that can log and hide it)
                    failure = _bug(rpc, error)
                else:
                    code = "OK"
                    return answer
                code = failure.code.name
                if isinstance(failure, _OUR_FAULT):
                    span.fail(failure.reason)
                else:
                    span.set("error.type", failure.reason)
            await _refuse(context, failure)
        finally:
            self._running -= 1
            RPC_SERVER_RUNNING.dec()
            rpc.timings.observe(code, time.perf_counter() - started)

    async def _within_deadline(
        self, rpc: Rpc, body: bytes, metadata: Mapping[str, str], seconds: float | None
    ) -> bytes:
        if self._running > self._limit:
            raise LimitReached(1.0, "The service is busy.", reason="TOO_MANY_CALLS")
        seconds = DEFAULT_SECONDS if seconds is None else seconds
        try:
            async with asyncio.timeout(seconds) as timeout:
                with use_deadline(seconds):
                    caller = await self._caller(rpc, metadata)
                    with use_caller(caller):
                        return await self._run(rpc, caller, _request(rpc, body))
        except TimeoutError:
            if not timeout.expired():
                raise
            raise Unavailable("The answer did not come in time.", reason="DEADLINE_EXCEEDED") from None

    async def _run(self, rpc: Rpc, caller: Caller, request: Message) -> bytes:
        key = caller.idempotency_key
        use = None if key is None else idempotency.use_of(caller, rpc.path, key, request)
        if rpc.own_transaction:
            with idempotency.using(use):
                return _serialized(await rpc.call(request))
        async with self._databases.for_tenant(caller.tenant_id).transaction(caller.tenant_id) as tx:
            stored = None if use is None else await idempotency.recall(tx, use)
            if stored is not None:
                return stored
            answer = _serialized(await rpc.call(tx, request))
            if use is not None:
                await idempotency.remember(tx, use, answer)
        return answer

    async def _caller(self, rpc: Rpc, metadata: Mapping[str, str]) -> Caller:
        """Who calls, allowed to call this. Raises Unauthenticated, Forbidden or Unavailable."""
        header = metadata.get("authorization")
        if header is None:
            if ANONYMOUS not in rpc.permissions:
                raise Unauthenticated
            caller = _NOBODY
        else:
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer":
                raise Unauthenticated("Only bearer tokens are taken.")
            caller = _allowed(rpc, await self._verifier.verify(token))
        cause = (
            "rest" if metadata.get("deskmesh-cause") == "rest" and caller.kind != "system" else caller.cause
        )
        key = metadata.get("idempotency-key") if rpc.write else None
        if key is None and cause == caller.cause:
            return caller
        return replace(
            caller, cause=cause, idempotency_key=None if key is None else idempotency.checked_key(key)
        )


def _allowed(rpc: Rpc, caller: Caller) -> Caller:
    """The caller, where the rule lets it in; a service gets the permissions of the rule that names it."""
    if caller.kind == "system":
        if caller.subject not in rpc.system_callers:
            raise Forbidden(f"The service {caller.subject} may not call this.")
        return replace(caller, scopes=rpc.permissions)
    if AUTHENTICATED in rpc.permissions or ANONYMOUS in rpc.permissions:
        return caller
    if not any(caller.may_somewhere(permission) for permission in rpc.permissions):
        raise Forbidden(f"This needs the permission {' or '.join(sorted(rpc.permissions))}.")
    return caller


def _serialized(answer: Message | bytes) -> bytes:
    return answer if isinstance(answer, bytes) else answer.SerializeToString()


def _metadata(context: grpc.aio.ServicerContext[bytes, bytes]) -> dict[str, str]:
    given = context.invocation_metadata() or ()
    return {name: value for name, value in given if isinstance(value, str)}


def _request(rpc: Rpc, body: bytes) -> Message:
    try:
        return rpc.request.FromString(body)
    except DecodeError as error:
        raise BadRequest("The message is malformed.", reason="MALFORMED_MESSAGE") from error


def _bug(rpc: Rpc, error: Exception) -> Internal:
    """What the caller is told of an unexpected exception: nothing but INTERNAL. The log has its places and trace."""
    log.error("rpc_failed", rpc=rpc.path, exc_info=error)
    return Internal()


async def _refuse(context: grpc.aio.ServicerContext[bytes, bytes], failure: DeskmeshError) -> NoReturn:
    await context.abort_with_status(rpc_status.to_status(to_status(failure)))
    raise AssertionError("abort_with_status always raises")
