"""What a serving process is made of beside RPCs: loops that run until told to stop, and the HTTP door."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Final

import structlog
import uvicorn

from chassis.metrics import EVENT_LOOP_LAG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from chassis.health import AsgiApp

    Loop = Callable[[asyncio.Event], Awaitable[None]]

log = structlog.get_logger()

_BEGIN_POLL_SECONDS: Final = 0.5
_LAG_SECONDS: Final = 0.25


class Loops:
    """Tasks that run until `stop`. One that ends by itself sets `ended`: the process cannot do its work any more.

    They begin when `begin` says so for the first time (the database answers and is migrated), asked twice a second.
    Several groups may share one `ended`.
    """

    def __init__(self, begin: Callable[[], Awaitable[bool]], ended: asyncio.Event | None = None) -> None:
        self._begin = begin
        self.ended = asyncio.Event() if ended is None else ended
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, loop: Loop, *, at_once: bool = False) -> None:
        """Runs the loop in a task of this name; `at_once` does not wait for `begin`."""
        self._tasks.append(asyncio.create_task(self._run(name, loop, at_once=at_once), name=name))

    async def stop(self, grace_seconds: float) -> None:
        """Tells all loops to stop, waits for them, and cancels those that take longer than the grace."""
        self._stop.set()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in late:
            log.warning("loop_cancelled", loop=task.get_name())
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, name: str, loop: Loop, *, at_once: bool) -> None:
        try:
            while not at_once and not await self._begin():
                if await self._stopped_within(_BEGIN_POLL_SECONDS):
                    return
            await loop(self._stop)
        except Exception:
            # The process must end and be started again; a loop must not vanish from a running one.
            log.exception("loop_failed", loop=name)
            self.ended.set()
        else:
            if not self._stop.is_set():
                log.error("loop_ended", loop=name)
                self.ended.set()

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return False
        return True


async def measure_event_loop(stop: asyncio.Event) -> None:
    """Sleeps shortly, again and again, and notes how much too late it wakes."""
    clock = asyncio.get_running_loop().time
    while not stop.is_set():
        due = clock() + _LAG_SECONDS
        await asyncio.sleep(_LAG_SECONDS)
        EVENT_LOOP_LAG_SECONDS.observe(max(0.0, clock() - due))


class HttpDoor:
    """uvicorn in this event loop, its signals and access log off."""

    def __init__(self, app: AsgiApp, listen: str, *, lifespan: bool, grace_seconds: float) -> None:
        """Binds `listen` (host:port). Raises OSError where the address cannot be had."""
        self._socket = bind(listen)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="on" if lifespan else "off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=2048,
            timeout_graceful_shutdown=max(1, round(grace_seconds)),
        )
        self._server = _QuietServer(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serves from now on. Raises RuntimeError where the application refuses to start."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="http")
        while not self._server.started:
            if self._task.done():
                self._task.result()
                raise RuntimeError("the HTTP application did not start")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Takes no new connections and lets running requests end within the grace."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._socket.close()


class _QuietServer(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the process, which has more to stop than this server."""
        yield


def bind(listen: str) -> socket.socket:
    """A listening socket on "host:port" or "[v6]:port". Raises ValueError or OSError."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{listen} is not host:port")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family, backlog=2048)
