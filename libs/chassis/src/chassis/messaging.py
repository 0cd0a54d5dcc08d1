"""The connection to NATS, and how its streams are laid out: one for each service that publishes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import nats.errors
import nats.js.errors
import structlog
from nats.aio.client import Client as NatsClient
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

if TYPE_CHECKING:
    from nats.aio.client import Srv
    from nats.js import JetStreamContext
    from nats.js.api import ConsumerInfo, StreamInfo

log = structlog.get_logger()

STREAM_DAYS = 3
_DUPLICATE_WINDOW_SECONDS = 120.0
_STREAM_ERR_NAME_IN_USE = 10058
_PAUSE_SECONDS = 0.5
_CONNECTING_SECONDS = 1.0

FAILURES = (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError)
"""What NATS being away, restarted or wiped looks like to who uses it; nats-py adds plain timeouts."""


class Client(NatsClient):
    """A connection that comes back for ever: NATS being away delays, and never fails, what the service does."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__()
        self.generation = 0
        """Grows when it has given up a connection and made another: subscriptions of the earlier one are gone."""
        self._wanted = True
        self._closed_event = asyncio.Event()
        self._keeper = asyncio.get_running_loop().create_task(self._keep_connected(url, name))

    async def close(self) -> None:
        """Closes the connection for good."""
        self._wanted = False
        self._closed_event.set()
        # A connection that is just being made comes to its end first: a cancellation would leave its socket open.
        await asyncio.wait([self._keeper], timeout=_CONNECTING_SECONDS)
        self._keeper.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)
        if not self.is_closed:
            await super().close()
        if self._reconnection_task is not None:
            # The library does not wait for its last try, which may have come through after all.
            self._reconnection_task.cancel()
            await asyncio.wait([self._reconnection_task], timeout=_CONNECTING_SECONDS)
        if self._transport is not None:
            self._transport.close()  # type: ignore[no-untyped-call]  # the library's

    async def until_connected(self) -> None:
        """Returns once there is a connection."""
        while not self.is_connected:  # noqa: ASYNC110 (the library has no event for it)
            await asyncio.sleep(0.05)

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        """Headers of a message, as the library reads them at a tenth of the cost: it looks at every letter of a name."""
        headers = {}
        for line in raw.decode("utf-8", "replace").split("\r\n"):
            name, found, value = line.partition(":")
            if found:
                headers[name.strip()] = value.strip()
        return headers

    async def _connect_to_server(self, server: Srv) -> None:
        """Connects, once the connection of a try that was refused is closed, which the library forgets."""
        if self._transport is not None:
            self._transport.close()  # type: ignore[no-untyped-call]  # the library's
        await super()._connect_to_server(server)

    async def _keep_connected(self, url: str, name: str) -> None:
        async def closed() -> None:
            self._closed_event.set()

        async def failed(error: Exception) -> None:
            log.debug("nats_error", error=type(error).__name__)

        async def disconnected() -> None:
            if self._wanted:
                log.warning("nats_disconnected")

        async def reconnected() -> None:
            log.info("nats_reconnected")

        while self._wanted:
            self._closed_event.clear()
            try:
                await self.connect(
                    url.split(),
                    name=name,
                    # So that a server can keep each service's answers to itself.
                    inbox_prefix=f"_INBOX.{name}".encode(),
                    error_cb=failed,
                    disconnected_cb=disconnected,
                    reconnected_cb=reconnected,
                    closed_cb=closed,
                    connect_timeout=2,
                    reconnect_time_wait=_PAUSE_SECONDS,  # type: ignore[arg-type]  # slept for, so a float will do
                    max_reconnect_attempts=-1,
                    ping_interval=10,
                    max_outstanding_pings=2,
                )
                if not self.is_connected:
                    # A server that is slow, or ends, says something else than its welcome: the library takes that for
                    # a connection, and never looks at it again.
                    await super().close()
                    raise nats.errors.Error("no welcome")
                self.generation += 1
                log.info("nats_connected")
                # The library gives up on errors that it takes for final, such as a refused password.
                await self._closed_event.wait()
            except FAILURES as error:
                log.warning("nats_refused", error=type(error).__name__)
            if self._wanted:
                await asyncio.sleep(_PAUSE_SECONDS)


def connect(url: str, name: str) -> Client:
    """A client that connects in the background; returns at once. `name` is shown by the server's monitoring.

    The url may be several, parted by blanks: those of a cluster's servers, or with the old and the new password while
    it is changed.
    """
    return Client(url, name)


def stream_of(service: str) -> str:
    """The name of the stream that the service's events are kept in."""
    return f"deskmesh-{service}"


def wake_subject(service: str) -> str:
    """The core NATS subject that tells other processes of the service: something was committed."""
    return f"deskmesh.wake.{service}"


def has_taken_all(consumer: ConsumerInfo) -> bool:
    """Whether nothing that is meant for the consumer is left in the stream, or in anybody's hands."""
    return consumer.num_pending == 0 and consumer.num_ack_pending == 0


async def ensure_stream(js: JetStreamContext, service: str, replicas: int = 1) -> StreamInfo:
    """The service's stream, made where it is missing, with so many copies.

    Raises one of FAILURES where NATS does not answer or has not as many servers.
    """
    try:
        return await js.stream_info(stream_of(service))
    except NotFoundError:
        log.info("stream_made", stream=stream_of(service))
    config = StreamConfig(
        name=stream_of(service),
        subjects=[f"deskmesh.{service}.v1.>"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_age=STREAM_DAYS * 24 * 3600.0,
        duplicate_window=_DUPLICATE_WINDOW_SECONDS,
        num_replicas=replicas,
    )
    try:
        return await js.add_stream(config)
    except nats.js.errors.BadRequestError as error:
        if error.err_code != _STREAM_ERR_NAME_IN_USE:
            raise
        return await js.stream_info(stream_of(service))
