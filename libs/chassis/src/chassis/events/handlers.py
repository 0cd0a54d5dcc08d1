"""What a service says about the events that it takes, and what its handlers get."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from google.protobuf.message import DecodeError, Message

from chassis.context import Caller

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chassis.db import Tx

M = TypeVar("M", bound=Message)


class MalformedEventError(Exception):
    """A message on a stream that is not one of our events."""


@dataclass(slots=True)
class Received(Generic[M]):
    """An event as it came. `occurred_at` is when it was committed (UTC); `sequence` is its place in the stream."""

    id: UUID
    tenant_id: UUID
    aggregate_id: str
    version: int
    occurred_at: datetime
    message: M
    traceparent: str | None = None
    prepared: object = None
    """What `prepare` found out for `handle`."""
    subject: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    sequence: int = 0

    @property
    def aggregate(self) -> tuple[UUID, str]:
        """What the order of events is kept for."""
        return self.tenant_id, self.aggregate_id


@dataclass(frozen=True, slots=True)
class Handler(Generic[M]):
    """What is done with the events of one type.

    `handle` gets a tenant's events in the transaction that also notes that they were taken; events that were taken
    before are not among them. It may run again after a failure. `prepare` runs before that transaction opens: calls to
    other services belong there. It may see an event again, so what it does is idempotent; what it finds out it leaves
    in `prepared` of the event. Both run as the service itself, with these permissions and no others.
    """

    message: type[M]
    handle: Callable[[Tx, list[Received[M]]], Awaitable[None]]
    prepare: Callable[[list[Received[M]]], Awaitable[None]] | None = None
    permissions: frozenset[str] = frozenset()

    @property
    def subject(self) -> str:
        """The subject of these events, which is the full name of the message."""
        return self.message.DESCRIPTOR.full_name

    @property
    def publisher(self) -> str:
        """The service whose stream has these events: "tickets" of "deskmesh.tickets.v1.TicketCreated"."""
        return self.subject.split(".")[1]

    def read(self, payload: bytes, headers: Mapping[str, str], sequence: int = 0) -> Received[M]:
        """The event in a message of the stream. Raises MalformedEventError."""
        try:
            message = self.message()
            message.ParseFromString(payload)
            return Received(
                id=UUID(headers["Nats-Msg-Id"]),
                tenant_id=UUID(headers["deskmesh-tenant"]),
                aggregate_id=headers["deskmesh-aggregate"],
                version=int(headers["deskmesh-version"]),
                occurred_at=datetime.fromisoformat(headers["ce-time"]).astimezone(UTC),
                message=message,
                traceparent=headers.get("traceparent"),
                subject=self.subject,
                headers=headers,
                sequence=sequence,
            )
        except (KeyError, ValueError, DecodeError) as error:
            raise MalformedEventError(f"{self.subject}: {type(error).__name__}") from error

    def caller(self, service: str, events: Sequence[Received[M]]) -> Caller:
        """As whom these events (of one tenant, at least one) are handled."""
        first = events[0]
        return Caller.system(first.tenant_id, service, f"event:{first.id}", self.permissions)


# A service's handlers are of different messages; each gets only its own, by subject.
AnyHandler = Handler[Any]
AnyReceived = Received[Any]


@dataclass(frozen=True, slots=True)
class Call:
    """Events of one type that a handler gets together."""

    handler: AnyHandler
    events: list[AnyReceived]


def calls(handlers: Mapping[str, AnyHandler], events: Iterable[AnyReceived]) -> list[Call]:
    """Splits a tenant's events into as few calls of handlers as keep the order within each aggregate.

    An event waits for the call after that of its predecessor in the aggregate, unless both are of one type.
    """
    steps: dict[tuple[int, str], list[AnyReceived]] = {}
    last: dict[str, tuple[int, str]] = {}
    for event in events:
        step, subject = last.get(event.aggregate_id, (0, event.subject))
        place = (step if subject == event.subject else step + 1, event.subject)
        last[event.aggregate_id] = place
        steps.setdefault(place, []).append(event)
    in_order = sorted(steps.items(), key=lambda item: item[0][0])
    return [Call(handlers[subject], found) for (_, subject), found in in_order]
