"""The gRPC health service, and the name under which a server says whether calls may be sent to it at all.

Clients watch that name (gRFC A17): a server that is about to stop is out of their rotation before it closes, so that no
call meets a closing door. It says nothing about readiness, which other names do: a server that is open and not ready
answers with the reason.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

import grpc
from grpc_health.v1 import health, health_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

OPEN: Final = "deskmesh.open"
_LEAVE_SECONDS: Final = 0.25
_LEAVE_AT_MOST_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 0.02
_STATES: Final = health_pb2.HealthCheckResponse.ServingStatus


class Health(health.aio.HealthServicer):  # type: ignore[misc]  # the library has no types here
    """Answers Check and Watch. Watchers are told before the server stops, and let go so that it can."""

    def __init__(self) -> None:
        super().__init__()
        self._closing = asyncio.Event()
        self._watching = 0

    async def open(self) -> None:
        """From now on clients may call."""
        await self.set(OPEN, _STATES.SERVING)

    async def report(self, name: str, *, ready: bool) -> None:
        """What is answered for this name from now on."""
        await self.set(name, _STATES.SERVING if ready else _STATES.NOT_SERVING)

    async def leave(self, running: Callable[[], int]) -> None:
        """Says NOT_SERVING for every name for good; returns when clients that watch have turned away.

        That is a quarter of a second after the last call was seen to run, and two seconds from now at the latest.
        """
        await self.enter_graceful_shutdown()
        began = quiet_since = time.monotonic()
        while self._watching and (now := time.monotonic()) < began + _LEAVE_AT_MOST_SECONDS:
            if running():
                quiet_since = now
            elif now > quiet_since + _LEAVE_SECONDS:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        self._closing.set()

    async def Watch(  # noqa: N802 (the name of the rpc)
        self, request: health_pb2.HealthCheckRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> None:
        """Streams the states of a name until `leave`."""
        watching = asyncio.ensure_future(super().Watch(request, context))
        closing = asyncio.ensure_future(self._closing.wait())
        self._watching += 1
        try:
            await asyncio.wait({watching, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._watching -= 1
            watching.cancel()
            closing.cancel()
            await asyncio.gather(watching, closing, return_exceptions=True)
        await context.abort(grpc.StatusCode.UNAVAILABLE, "stopping")
