"""A publisher and a consumer in one database, and what they tell each other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from google.protobuf.message import Message
from sqlalchemy import select

from chassis import outbox
from chassis.backlog import backlog
from chassis.db import Database, Databases, Tx
from chassis.events import Consumers, Handler
from chassis.events.handlers import AnyHandler, AnyReceived
from chassis.messaging import Client
from chassis.testing.waiting import eventually
from probe.events import NoteErased, NoteWritten
from probe.tables import Note


@dataclass
class Story:
    """A handler that writes down what it is given, and fails where it is told to."""

    told: list[tuple[str, str, int]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    fails: dict[str, list[Exception]] = field(default_factory=dict)
    prepared: int = 0

    async def prepare(self, events: list[AnyReceived]) -> None:
        """Before the transaction."""
        for event in events:
            event.prepared = event.message.text.upper()
            self.prepared += 1

    async def handle(self, tx: Tx, events: list[AnyReceived]) -> None:
        """A note of each event, told once it is committed."""
        self.batches.append(len(events))
        for event in events:
            failures = self.fails.get(event.message.text)
            if failures:
                raise failures.pop(0)
            tx.add(Note(text=f"{event.message.text} {event.id}"))
        await tx.flush()
        tx.after_commit(lambda: self.told.extend((e.aggregate_id, e.message.text, e.version) for e in events))

    def goes_on(self) -> Callable[[], bool]:
        """Tell whether more has been told than at the time of this call."""
        before = len(self.told)
        return lambda: len(self.told) > before

    def handlers(self) -> list[AnyHandler]:
        """For the events that the probe understands."""
        return [
            Handler(NoteWritten, self.handle, prepare=self.prepare, permissions=frozenset({"notes.write"})),
            Handler(NoteErased, self.handle),
        ]


@dataclass
class Stage:
    """The probe's relay runs; consumers run when they are told to listen."""

    database: Database
    nats: Client
    tenant: UUID
    running: Callable[[Consumers], None]
    story: Story = field(default_factory=Story)

    def consumers(self, *handlers: AnyHandler) -> Consumers:
        """The consumers of these handlers, or else of the story's."""
        return Consumers("probe", Databases([self.database]), self.nats, handlers or self.story.handlers())

    def listen(self, *handlers: AnyHandler) -> None:
        """Run consumers until the test ends."""
        self.running(self.consumers(*handlers))

    @asynccontextmanager
    async def listening(self, *handlers: AnyHandler) -> AsyncIterator[None]:
        """Run consumers meanwhile."""
        stop = asyncio.Event()
        running = asyncio.create_task(self.consumers(*handlers).run(stop))
        try:
            yield
        finally:
            stop.set()
            await running

    async def publish(
        self,
        *events: tuple[str, str, int],
        tenant: UUID | None = None,
        message: Callable[..., Message] = NoteWritten,
    ) -> None:
        """Tell of notes of (aggregate, text, version) in one transaction."""
        async with self.database.transaction(tenant or self.tenant) as tx:
            for aggregate, text, version in events:
                outbox.add(tx, message(text=text), aggregate_id=aggregate, version=version)

    async def notes(self, tenant: UUID | None = None) -> list[str]:
        """What has been kept, oldest first."""
        async with self.database.transaction(tenant or self.tenant) as tx:
            return list(await tx.scalars(select(Note.text).order_by(Note.id)))

    async def parked(self) -> int:
        """How many events are parked."""
        return (await backlog(self.database)).parked

    async def until_parked(self, count: int) -> None:
        """Return once so many events are parked."""

        async def so() -> bool:
            return await self.parked() >= count

        await eventually(so)

    async def dead_events(self, columns: str) -> list[tuple[object, ...]]:
        """These columns of what is parked, in the order of versions."""
        async with self.database.relay_connection() as raw:
            return [
                tuple(row) for row in await raw.fetch(f"SELECT {columns} FROM dead_events ORDER BY version")
            ]
