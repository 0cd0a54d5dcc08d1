"""The relay: carries committed events from the outbox to the stream, from one process at a time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from nats.js.errors import NotFoundError

from chassis import metrics
from chassis.backlog import measure
from chassis.leases import Lease, lead, pause
from chassis.messaging import FAILURES, STREAM_DAYS, ensure_stream, has_taken_all, stream_of
from chassis.outbox import store
from chassis.outbox.stream import StreamWriter
from chassis.wake import either, woken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from asyncpg import Record
    from nats.aio.client import Client
    from nats.js.api import StreamInfo

    from chassis.db import Database, Databases

log = structlog.get_logger()

_BATCH = 500
_LINGER_SECONDS = 0.025
_POLL_SECONDS = 1.0
_CHECK_SECONDS = 5.0
_PAUSE_SECONDS = 0.5


class Relay:
    """Publishes what all databases of the service have in their outboxes.

    Elected by a lease in the first database. NATS may be away, be wiped or lose its end at any time: rows stay
    unpublished until they are acknowledged, and are published again from the slowest consumer's floor on when the
    stream is a new one or shorter than what was acknowledged. The consumers' inboxes drop what they have.
    """

    def __init__(self, service: str, databases: Databases, nats: Client, stream_replicas: int = 1) -> None:
        self._service = service
        self._stream = stream_of(service)
        self._databases = databases
        self._home = databases.all()[0]
        self._nats = nats
        self._js = nats.jetstream()
        self._stream_replicas = stream_replicas
        self._lease = Lease(self._home, self._stream, table="relay_state", key="stream")
        self._state = store.RelayState(None, 0, {})
        self._checked_at = 0.0
        self._measured_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Relays until `stop`, whenever this process is the one elected."""
        await lead(self._lease, stop, lambda: self._relay(stop))

    async def _relay(self, stop: asyncio.Event) -> None:
        wake = asyncio.Event()
        self._state = await store.load_state(self._home, self._stream)
        signals = [database.outbox_written for database in self._databases.all()]
        async with woken(self._service, self._nats, signals, wake):
            while not stop.is_set():
                try:
                    if self._nats.is_connected:
                        async with StreamWriter(self._nats, self._service) as writer:
                            await self._write_until(stop, wake, writer)
                except FAILURES as error:
                    log.warning("relay_waits_for_nats", stream=self._stream, error=type(error).__name__)
                await self._measure()
                await pause(stop, _PAUSE_SECONDS)

    async def _write_until(self, stop: asyncio.Event, wake: asyncio.Event, writer: StreamWriter) -> None:
        """Publishes until `stop`, or until something was refused: then the stream is looked at again."""
        await self._check(writer)
        fresh = False
        while True:
            wake.clear()
            for database in self._databases.all():
                while rows := await store.unpublished(database, _BATCH, fresh=fresh):
                    stored = await writer.write(rows)
                    if stored:
                        await self._mark(database, rows[:stored], writer.last_sequence)
                        metrics.OUTBOX_PUBLISHED.inc(stored)
                    if stored < len(rows):
                        return
                    if len(rows) < _BATCH:
                        break
            fresh = True
            if time.monotonic() - self._checked_at > _CHECK_SECONDS:
                await self._check(writer)
                fresh = False  # it may have had old ones published again
            if not await either(wake, stop, _POLL_SECONDS):
                return
            await asyncio.sleep(_LINGER_SECONDS)

    async def _check(self, writer: StreamWriter) -> None:
        """Compares the stream with what is remembered; fills it again where it has lost something."""
        asked_at = await store.now(self._home)
        info = await ensure_stream(self._js, self._service, self._stream_replicas)
        state = self._state
        if state.created == info.created and info.state.last_seq < state.last_sequence:
            # Consumers are ahead of such a stream and would skip what comes next: they get a new one as well.
            log.warning(
                "stream_shortened",
                stream=self._stream,
                last=info.state.last_seq,
                acknowledged=state.last_sequence,
            )
            await self._js.delete_stream(self._stream)
            info = await ensure_stream(self._js, self._service, self._stream_replicas)
        if state.created is not None and state.created != info.created:
            metrics.OUTBOX_REWINDS.inc()
            for database in self._databases.all():
                rows = await store.rewind(database, state.floor)
                log.warning("stream_filled_again", stream=self._stream, floor=str(state.floor), rows=rows)
        else:
            state = replace(state, floors=await self._floors(info, asked_at))
        self._state = replace(state, created=info.created, last_sequence=info.state.last_seq)
        await store.save_state(self._home, self._stream, self._lease.fencing, self._state)
        writer.last_sequence = info.state.last_seq
        self._checked_at = time.monotonic()
        await self._measure()

    async def _mark(self, database: Database, rows: Sequence[Record], last_sequence: int) -> None:
        self._state = replace(self._state, last_sequence=last_sequence)
        fencing = self._lease.fencing
        await store.mark_published(database, rows, self._stream, fencing, last_sequence)
        if database is not self._home:
            await store.save_state(self._home, self._stream, fencing, self._state)

    async def _measure(self) -> None:
        if time.monotonic() - self._measured_at > _CHECK_SECONDS:
            self._measured_at = time.monotonic()
            await measure(self._databases.all())

    async def _floors(self, info: StreamInfo, asked_at: datetime) -> dict[str, datetime]:
        """How far in time each durable consumer has taken everything. One that is just being made keeps its floor."""
        floors = dict(self._state.floors)
        lags: dict[tuple[str, ...], float] = {}
        for consumer in await self._js.consumers_info(self._stream):
            if consumer.config.durable_name is None:
                continue
            lags[(consumer.name,)] = (consumer.num_pending or 0) + (consumer.num_ack_pending or 0)
            taken = 0 if consumer.ack_floor is None else consumer.ack_floor.stream_seq
            # A consumer is sent only what it has handlers for: the last of that may be long ago.
            if taken >= info.state.last_seq or has_taken_all(consumer):
                floors[consumer.name] = asked_at
            elif taken and (at := await self._published_at(taken)):
                floors[consumer.name] = at
            else:
                floors.setdefault(consumer.name, asked_at - timedelta(days=STREAM_DAYS))
        metrics.CONSUMER_LAG.show(lags)
        return floors

    async def _published_at(self, sequence: int) -> datetime | None:
        try:
            message = await self._js.get_msg(self._stream, sequence)
        except NotFoundError:
            return None
        headers = message.headers or {}
        tenant, event = UUID(headers["deskmesh-tenant"]), UUID(headers["Nats-Msg-Id"])
        for database in self._databases.all():
            at = await store.published_at(database, tenant, event)
            if at is not None:
                return at
        return None
