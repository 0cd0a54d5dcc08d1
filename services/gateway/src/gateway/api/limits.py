"""The gateways tell each other what they let in, so that a limit is one for all of them."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from uuid import uuid4

import structlog
from nats.aio.msg import Msg

from chassis.messaging import FAILURES, Client
from gateway.app.limits import Limiter

log = structlog.get_logger()

SUBJECT = "deskmesh.gateway.limits"
_EVERY_SECONDS = 0.25
_KEYS_IN_A_MESSAGE = 5_000


class SharedLimits:
    """Tells of each limiter's tokens four times a second, and hears of the others'.

    Between two tellings each gateway counts for itself: what passes above a limit is at most what comes in by the other
    gateways within that time. The same holds while NATS is away, for as long as it is.
    """

    def __init__(self, nats: Client, limiters: Mapping[str, Limiter]) -> None:
        """Take the limiters by the names that all gateways know them by."""
        self._nats = nats
        self._limiters = limiters
        self._self = uuid4().hex

    async def run(self, stop: asyncio.Event) -> None:
        """Tell and hear until `stop` is set."""
        heard = 0
        while not stop.is_set():
            if self._nats.is_connected and heard != self._nats.generation:
                await self._nats.subscribe(SUBJECT, cb=self._hear)
                heard = self._nats.generation
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _EVERY_SECONDS)
            for name, limiter in self._limiters.items():
                await self._tell(name, limiter.taken())

    async def _tell(self, name: str, taken: dict[str, int]) -> None:
        keys = list(taken)
        for start in range(0, len(keys), _KEYS_IN_A_MESSAGE):
            part = {key: taken[key] for key in keys[start : start + _KEYS_IN_A_MESSAGE]}
            message = {"gateway": self._self, "limit": name, "taken": part}
            try:
                await self._nats.publish(SUBJECT, json.dumps(message).encode())
            except FAILURES as error:
                log.debug("limits_untold", error=type(error).__name__)

    async def _hear(self, message: Msg) -> None:
        match json.loads(message.data):
            case {"gateway": self._self}:
                pass
            case {"limit": str(name), "taken": dict(taken)} if name in self._limiters:
                self._limiters[name].taken_elsewhere(taken)
