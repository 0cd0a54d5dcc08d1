"""The gateways tell each other who is at which ticket, and their own listeners when that changes."""

import asyncio
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import cast
from uuid import UUID, uuid4

import structlog
from nats.aio.msg import Msg

from chassis.messaging import FAILURES, Client
from gateway.app.presence import Presence, Present, State
from gateway.http.live.subscribers import Subscribers

log = structlog.get_logger()

SUBJECT = "deskmesh.gateway.presence"
_LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Place:
    """A ticket, and where it is: whoever reads all tickets there hears who is at it."""

    tenant_id: UUID
    ticket_id: str
    process: str
    queue_id: str
    queue: str


class SharedPresence:
    """What all gateways know; while NATS is away each knows what it was told itself, for `TTL_SECONDS` at most."""

    def __init__(self, nats: Client, presence: Presence, subscribers: Subscribers) -> None:
        """Take the connection, what is known here, and who listens here."""
        self._nats = nats
        self._presence = presence
        self._subscribers = subscribers
        self._self = uuid4().hex

    async def run(self, stop: asyncio.Event) -> None:
        """Hear the others until `stop` is set."""
        heard = 0
        while not stop.is_set():
            if self._nats.is_connected and heard != self._nats.generation:
                await self._nats.subscribe(SUBJECT, cb=self._hear)
                heard = self._nats.generation
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_SECONDS)

    async def say(self, place: Place, present: Present) -> list[Present]:
        """Note what somebody says of themselves, tell the other gateways, and give who is there."""
        self._note(place, present)
        said = {
            "gateway": self._self,
            "place": {**asdict(place), "tenant_id": str(place.tenant_id)},
            "present": asdict(present),
        }
        try:
            await self._nats.publish(SUBJECT, json.dumps(said).encode())
        except FAILURES as error:
            log.debug("presence_untold", error=type(error).__name__)
        return self.at(place)

    def at(self, place: Place) -> list[Present]:
        """The people at a ticket."""
        return self._presence.at(place.tenant_id, place.ticket_id)

    def _note(self, place: Place, present: Present) -> None:
        if self._presence.note(place.tenant_id, place.ticket_id, present):
            self._subscribers.tell_presence(
                place.tenant_id,
                place.ticket_id,
                lambda listener: listener.reads_in(place.process, place.queue_id, place.queue),
            )

    async def _hear(self, message: Msg) -> None:
        match json.loads(message.data):
            case {"gateway": self._self}:
                pass
            case {
                "place": {
                    "tenant_id": str(tenant_id),
                    "ticket_id": str(ticket_id),
                    "process": str(process),
                    "queue_id": str(queue_id),
                    "queue": str(queue),
                },
                "present": {
                    "person_id": str(person_id),
                    "name": str(name),
                    "email": str(email),
                    "state": "viewing" | "typing" | "left" as state,
                },
            }:
                place = Place(UUID(tenant_id), ticket_id, process, queue_id, queue)
                self._note(place, Present(person_id, name, email, cast("State", state)))
