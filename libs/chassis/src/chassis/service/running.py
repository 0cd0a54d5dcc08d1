"""What a service is composed of, and how it starts, drains and stops: the order of it in one place."""

from __future__ import annotations

import asyncio
import contextlib
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic

import structlog
from typing_extensions import TypeVar

from chassis import jobs, messaging, metrics, timers
from chassis.checks import database_check, once
from chassis.db import Databases
from chassis.events import Consumers
from chassis.grpc_client import Channel
from chassis.grpc_server import Server, Servicer
from chassis.health import HealthApp, Readiness
from chassis.interceptors import Door
from chassis.objects import ObjectStore
from chassis.outbox.relay import Relay
from chassis.serving import HttpDoor, Loops, measure_event_loop
from chassis.settings import ServiceSettings
from chassis.tokens import SystemTokens, Verifier
from chassis.wake import Waker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from chassis.events.handlers import AnyHandler
    from chassis.health import AsgiApp, Check

log = structlog.get_logger()

_LAST_GRACE_SECONDS: Final = 1.0
"""For running RPCs when the doors before them took the whole grace."""

S = TypeVar("S", bound=ServiceSettings, default=ServiceSettings)


class Only(Enum):
    """Half of a service in a process of its own, so that each scales apart."""

    API = "api"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Background:
    """Something that runs as long as the process, until `stop` is set: in worker processes, or in those of the api."""

    name: str
    run: Callable[[asyncio.Event], Awaitable[None]]
    worker: bool = True
    check: Check | None = None
    """Of readiness, in the processes where it runs."""
    door: bool = False
    """Whether requests come in by it: it is stopped with the HTTP door, before the RPCs and the other loops."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service is composed of, in plain lists."""

    servicers: Sequence[Servicer] = ()
    handlers: Sequence[AnyHandler] = ()
    timers: Sequence[timers.TimerHandler] = ()
    jobs: Sequence[jobs.Job[Runtime[Any]]] = ()
    background: Sequence[Background] = ()
    http_app: AsgiApp | None = None
    """Behind health and metrics on the HTTP door."""
    checks: Mapping[str, Check] = field(default_factory=dict)
    """Of readiness, beside those that every service has."""


@dataclass(frozen=True, slots=True)
class Runtime(Generic[S]):
    """What a process has to build its parts with."""

    service: str
    settings: S
    databases: Databases
    nats: messaging.Client
    """May not be connected yet, or be away for a while: publishing is the relay's business."""
    verifier: Verifier
    objects: ObjectStore
    channels: list[Channel]
    draining: asyncio.Event
    """Set when the process begins to stop: answers that have no end of their own should end now."""

    def channel(self, target: str, name: str) -> Channel:
        """A connection to a peer service, closed with the process; signs for the service where it has a key."""
        key = self.settings.service_key
        tokens = None if key is None else SystemTokens(self.service, key.get_secret_value())
        opened = Channel(target, name, tokens=tokens)
        self.channels.append(opened)
        return opened


@dataclass(frozen=True, slots=True)
class Service(Generic[S]):
    """A service: its name, its settings, and the function that composes its parts."""

    name: str
    settings: type[S]
    compose: Callable[[Runtime[S]], Awaitable[Parts]]
    migrations: str
    """The package of its alembic revisions."""
    publishes: bool = True
    verifier: Callable[[S], Verifier] | None = None
    """For the one service that has the keys of tokens itself."""
    restored: Sequence[str] = ()
    """Statements after a restore: versions and numbers that others may have seen since are not given out again."""

    @property
    def prefix(self) -> str:
        """Of its settings in the environment."""
        return f"{self.name.upper()}_"


@dataclass(frozen=True, slots=True)
class Running(Generic[S]):
    """A started process of a service."""

    runtime: Runtime[S]
    readiness: Readiness
    ended: asyncio.Event
    """Set when something that should run for ever has ended by itself."""
    grpc_port: int
    """0 in a worker, 1 on a unix socket."""
    http_port: int

    async def ready(self, seconds: float = 30.0) -> None:
        """Returns when the service is ready. Raises TimeoutError with what is missing."""
        ends_at = time.monotonic() + seconds
        while problems := await self.readiness.problems():
            if time.monotonic() > ends_at:
                raise TimeoutError(f"{self.runtime.service} is not ready: {problems}")
            await asyncio.sleep(0.05)


@asynccontextmanager
async def runtime_of(service: Service[S], settings: S) -> AsyncIterator[Runtime[S]]:
    """What the service's parts are made with; its connections are closed when the block ends."""
    async with AsyncExitStack() as stack:
        databases = Databases.connect(settings, service.name)
        stack.push_async_callback(databases.close)
        nats = messaging.connect(settings.nats_url, service.name)
        metrics.NATS_CONNECTED.set_function(lambda: nats.is_connected)
        stack.push_async_callback(nats.close)
        runtime = Runtime(
            service.name,
            settings,
            databases,
            nats,
            Verifier(settings.jwks_url) if service.verifier is None else service.verifier(settings),
            ObjectStore.from_url(settings.object_store_url),
            [],
            asyncio.Event(),
        )
        stack.push_async_callback(_close, runtime.channels)
        yield runtime


@asynccontextmanager
async def running(service: Service[S], settings: S, only: Only | None = None) -> AsyncIterator[Running[S]]:
    """Starts the service in this event loop and stops it when the block ends.

    It stops in order: not ready, for as long as the settings say; the outer doors; RPCs; loops; connections. What runs
    then has its grace.
    """
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(runtime_of(service, settings))
        databases, nats = runtime.databases, runtime.nats
        parts = await service.compose(runtime)

        readiness = Readiness({"database": database_check(databases, service.migrations)})

        async def database_is_ready() -> bool:
            return not {"database", "process"} & (await readiness.problems()).keys()

        # The waker goes last: it tells other processes what the last work wrote, and which leases are free.
        waking = Loops(database_is_ready)
        stack.push_async_callback(waking.stop, settings.grace_seconds)
        waking.start("waker", Waker(service.name, databases, nats).run)
        loops = Loops(database_is_ready, waking.ended)
        stack.push_async_callback(loops.stop, settings.grace_seconds)
        doors = Loops(database_is_ready, waking.ended)
        loops.start("event-loop-lag", measure_event_loop, at_once=True)
        if only is not Only.API:
            connected, consuming = _start_worker(service, runtime, parts, loops)
            # A process that answers calls goes on doing so while NATS is away: its events wait in the outbox.
            readiness.add("nats", connected if only is Only.WORKER else once(connected))
            readiness.add("consumers", once(consuming))
        for part in parts.background:
            if only is None or part.worker == (only is Only.WORKER):
                (doors if part.door else loops).start(part.name, part.run)
                if part.check is not None:
                    readiness.add(part.name, part.check)
        for name, check in parts.checks.items():
            readiness.add(name, check)

        http_app = None if only is Only.WORKER else parts.http_app
        http = HttpDoor(
            HealthApp(readiness, http_app),
            settings.http_listen,
            lifespan=http_app is not None,
            grace_seconds=settings.grace_seconds,
        )
        server: Server | None = None
        if only is not Only.WORKER:
            server = Server(settings.grpc_listen, parts.servicers, Door(runtime.verifier, databases))
        outer: list[Callable[[], Awaitable[None]]] = [
            http.stop,
            partial(doors.stop, settings.grace_seconds),
        ]
        seconds_before = 0.0 if only is Only.WORKER else settings.drain_seconds

        async def close_doors() -> None:
            readiness.drain()
            await asyncio.sleep(seconds_before)
            await _close_doors(runtime, outer, server)

        stack.push_async_callback(close_doors)
        await http.start()
        if server is not None:
            await server.start()
            loops.start("tokens", lambda stop: runtime.verifier.listen(nats, stop), at_once=True)
            loops.start("health", lambda stop: _report(server, readiness, stop), at_once=True)
        yield Running(runtime, readiness, waking.ended, 0 if server is None else server.port, http.port)


async def _close_doors(
    runtime: Runtime[S], outer: Sequence[Callable[[], Awaitable[None]]], server: Server | None
) -> None:
    """Nothing new is let in, and what runs has its grace: first at the outer doors, which need the RPCs."""
    grace_ends_at = time.monotonic() + runtime.settings.grace_seconds
    runtime.draining.set()
    await asyncio.gather(*(stop() for stop in outer))
    if server is not None:
        await server.stop(max(grace_ends_at - time.monotonic(), _LAST_GRACE_SECONDS))


def _start_worker(
    service: Service[S], runtime: Runtime[S], parts: Parts, loops: Loops
) -> tuple[Check, Check]:
    """Starts relay, consumers, timers and jobs; gives what readiness asks of them."""
    name, databases, nats = service.name, runtime.databases, runtime.nats
    replicas = runtime.settings.nats_stream_replicas
    consumers = Consumers(name, databases, nats, parts.handlers, replicas)
    if service.publishes:
        loops.start("relay", Relay(name, databases, nats, replicas).run)
    if parts.handlers:
        loops.start("consumers", consumers.run)
    if parts.timers:
        loops.start("timers", timers.Worker(name, databases, nats, parts.timers).run)
    loops.start("jobs", jobs.Runner(name, databases, [*jobs.maintenance(), *parts.jobs], runtime).run)

    async def connected() -> str | None:
        return None if nats.is_connected else "not connected"

    async def consuming() -> str | None:
        return None if consumers.ready else "not there yet"

    return connected, consuming


async def _report(server: Server, readiness: Readiness, stop: asyncio.Event) -> None:
    """Keeps what the gRPC health service answers equal to readiness."""
    while not stop.is_set():
        await server.report(ready=not await readiness.problems())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.5)


async def _close(channels: list[Channel]) -> None:
    for channel in channels:
        await channel.close()
