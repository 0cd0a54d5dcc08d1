"""The clients that listen here: each with a bounded queue, so that a slow one costs nobody else anything."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import orjson
import structlog
from google.protobuf.message import DecodeError
from prometheus_client import Gauge

from chassis.context import Caller
from chassis.errors import LimitReached
from gateway.http.live.audience import AUDIENCES, Listener

log = structlog.get_logger()

STREAMS: Final = Gauge("deskmesh_live_streams", "Clients connected to the live stream.")

API: Final = "/api/v1"
QUEUE_LENGTH: Final = 256
MOST_PER_CALLER: Final = 50
MOST: Final = 5_000
QUEUE_SETTINGS: Final = "deskmesh.tickets.v1.SettingChanged"

PRESENCE: Final = "TicketPresence"
"""Not an event of a stream: it is told as it happens, and to those alone who listen then."""

RESET: Final = b"event: reset\ndata: {}\n\n"
"""Some events were left out: read anew what is shown."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as it came by NATS."""

    id: str
    name: str
    """Full name of the message: deskmesh.tickets.v1.TicketCreated."""
    tenant_id: UUID
    aggregate_id: str
    version: int
    payload: bytes

    def opened(self) -> "Audible | None":
        """Read the event and write its message; None for one that nobody is told of, or that cannot be read."""
        audience = AUDIENCES.get(self.name)
        if audience is None:
            return None
        try:
            may_hear = audience.opened(self.payload)
        except DecodeError:
            log.warning("event_unreadable", event_id=self.id, name=self.name)
            return None
        short = self.name.rpartition(".")[2]
        data = {
            "event": short,
            "id": self.id,
            "resource": f"{API}/{audience.collection}/{self.aggregate_id}",
            "version": self.version,
        }
        return Audible(
            may_hear,
            b"id: %b\nevent: %b\ndata: %b\n\n" % (self.id.encode(), short.encode(), orjson.dumps(data)),
        )


@dataclass(frozen=True, slots=True)
class Audible:
    """The thin message of an event (what happened to which resource, and nothing of it), and who may hear it."""

    may_hear: Callable[[Listener], bool]
    message: bytes


@dataclass(slots=True, eq=False)
class Subscriber:
    """One connected client."""

    listener: Listener
    waiting: asyncio.Queue[tuple[str, bytes]] = field(default_factory=lambda: asyncio.Queue(QUEUE_LENGTH))
    """Id of the event ("" for what is none) and the bytes to send."""
    stale_queues: bool = False
    """Queues changed: find out anew which are closed."""

    def hear(self, event_id: str, message: bytes) -> None:
        """Put a message into the queue; when it is full, all of it gives way to one reset."""
        try:
            self.waiting.put_nowait((event_id, message))
        except asyncio.QueueFull:
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(("", RESET))


class Subscribers:
    """All that are connected to this process, by tenant."""

    def __init__(self) -> None:
        self._by_tenant: dict[UUID, set[Subscriber]] = defaultdict(set)
        self._count = 0

    def add(self, caller: Caller, closed_queues: frozenset[str] | None) -> Subscriber:
        """Connect a client.

        Raises:
            LimitReached: the caller, or the process, has too many already.
        """
        mine = sum(one.listener.caller.subject == caller.subject for one in self._by_tenant[caller.tenant_id])
        if mine >= MOST_PER_CALLER or self._count >= MOST:
            raise LimitReached(15.0, "Too many live streams are open.", reason="TOO_MANY_STREAMS")
        subscriber = Subscriber(Listener(caller, closed_queues), stale_queues=closed_queues is None)
        self._by_tenant[caller.tenant_id].add(subscriber)
        self._count += 1
        STREAMS.inc()
        return subscriber

    def remove(self, subscriber: Subscriber) -> None:
        """Disconnect a client."""
        tenant_id = subscriber.listener.caller.tenant_id
        self._by_tenant[tenant_id].discard(subscriber)
        self._count -= 1
        STREAMS.dec()
        if not self._by_tenant[tenant_id]:
            del self._by_tenant[tenant_id]

    def tell(self, happening: Happening) -> None:
        """Hand an event to those who may hear of it."""
        listening = self._by_tenant.get(happening.tenant_id)
        if not listening:
            return
        if happening.name == QUEUE_SETTINGS:
            for subscriber in listening:
                subscriber.stale_queues = True
            return
        audible = happening.opened()
        if audible is None:
            return
        for subscriber in listening:
            if audible.may_hear(subscriber.listener):
                subscriber.hear(happening.id, audible.message)

    def tell_presence(self, tenant_id: UUID, ticket_id: str, may_hear: Callable[[Listener], bool]) -> None:
        """Say that somebody came to a ticket, began to write, or left; nobody who was away is told of it later."""
        listening = self._by_tenant.get(tenant_id)
        if not listening:
            return
        data = {"event": PRESENCE, "resource": f"{API}/tickets/{ticket_id}/presence"}
        message = b"event: %b\ndata: %b\n\n" % (PRESENCE.encode(), orjson.dumps(data))
        for subscriber in listening:
            if may_hear(subscriber.listener):
                subscriber.hear("", message)

    def reset(self) -> None:
        """Tell everybody that events may have been missed."""
        for subscribers in self._by_tenant.values():
            for subscriber in subscribers:
                subscriber.hear("", RESET)
