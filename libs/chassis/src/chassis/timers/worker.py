"""Firing timers: taken over all tenants by the relay role, handled as the app role, bound to one tenant."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from chassis import metrics
from chassis.context import use_caller
from chassis.errors import DeskmeshError, InProgress, LimitReached, StorageFull, Unavailable
from chassis.telemetry import SpanKind, span
from chassis.timers.model import Timer, TimerHandler
from chassis.wake import either, woken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from nats.aio.client import Client

    from chassis.db import Database, Databases, Tx

log = structlog.get_logger()

_POLL_SECONDS = 1.0
_LOCKED_SECONDS = 0.05
_PAUSE_SECONDS = 0.5
_TENANTS_AT_ONCE = 4
_WAIT_FOR_DATABASE_SECONDS = 60.0
_TRANSIENT = (Unavailable, LimitReached, StorageFull, InProgress)

# First those whose lease has ended. Who failed and has waited comes in a batch; but one whose worker died comes alone,
# so that a timer that kills its worker is found out, and its neighbours are not blamed.
_CLAIM = """
WITH orphaned AS (
    SELECT tenant_id, id, true AS orphan FROM timers
    WHERE state = 'running' AND locked_until <= now() AND kind = $1 AND last_error IS NULL
    ORDER BY locked_until LIMIT 1 FOR UPDATE SKIP LOCKED
), failed AS (
    SELECT tenant_id, id, false AS orphan FROM timers
    WHERE state = 'running' AND locked_until <= now() AND kind = $1 AND last_error IS NOT NULL
        AND NOT EXISTS (SELECT FROM orphaned)
    ORDER BY locked_until LIMIT $2 FOR UPDATE SKIP LOCKED
), due AS (
    SELECT tenant_id, id, false AS orphan FROM timers
    WHERE state = 'pending' AND due_at <= now() AND kind = $1 AND NOT EXISTS (SELECT FROM orphaned)
    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE timers SET state = 'running', attempts = attempts + 1, locked_until = now() + $3, last_error = NULL,
    updated_at = now()
FROM (
    SELECT * FROM orphaned UNION ALL SELECT * FROM failed UNION ALL SELECT * FROM due LIMIT $2
) AS taken
WHERE timers.tenant_id = taken.tenant_id AND timers.id = taken.id
RETURNING timers.tenant_id, timers.id, kind, key, due_at, payload, attempts, orphan
"""

_NEXT = """
SELECT extract(epoch FROM least(
    (SELECT min(due_at) FROM timers WHERE state = 'pending' AND kind = $1),
    (SELECT min(locked_until) FROM timers WHERE state = 'running' AND kind = $1)
) - clock_timestamp())::float8
"""

_REMOVE = """
DELETE FROM timers USING unnest($2::uuid[], $3::int[]) AS held (id, attempts)
WHERE timers.tenant_id = $1 AND timers.id = held.id AND timers.attempts = held.attempts AND state = 'running'
RETURNING timers.id
"""

# What is being handled is locked by its removal, and needs no more life.
_RENEW = """
UPDATE timers SET locked_until = now() + $4 WHERE (tenant_id, id) IN (
    SELECT tenant_id, id
    FROM timers JOIN unnest($1::uuid[], $2::uuid[], $3::int[]) AS held (tenant_id, id, attempts)
        USING (tenant_id, id, attempts)
    WHERE state = 'running' FOR UPDATE OF timers SKIP LOCKED
)
"""

_FAILED = """
UPDATE timers SET locked_until = CASE WHEN $5 THEN NULL ELSE now() + $4 END,
    state = CASE WHEN $5 THEN 'dead' ELSE state END, last_error = $6, updated_at = now()
WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND state = 'running'
"""


class WorkerDiedError(Exception):
    """The workers that had the timer in hand died, each time."""


class Worker:
    """Fires the timers of the given kinds. Every process of the service may run one: they share the work."""

    def __init__(
        self, service: str, databases: Databases, nats: Client, handlers: Sequence[TimerHandler]
    ) -> None:
        """Raises ValueError when two handlers are of one kind."""
        kinds = [handler.kind for handler in handlers]
        if len(set(kinds)) != len(kinds):
            raise ValueError(f"two handlers of one kind of timer: {sorted(kinds)}")
        self._service = service
        self._databases = databases
        self._nats = nats
        self._handlers = handlers

    async def run(self, stop: asyncio.Event) -> None:
        """Fires until `stop`; what is being handled then is finished."""
        await asyncio.gather(
            *(
                self._fire(database, handler, stop)
                for database in self._databases.all()
                for handler in self._handlers
            )
        )

    async def _fire(self, database: Database, handler: TimerHandler, stop: asyncio.Event) -> None:
        """Takes what is due, as long as one of the handler's workers is free."""
        wake = asyncio.Event()
        free = asyncio.Semaphore(handler.workers)

        async def handle(taken: list[Timer]) -> None:
            try:
                await self._handle_all(database, handler, taken)
            except Exception:
                # Their leases end, and they are taken again.
                log.exception("timers_dropped", kind=handler.kind, timers=len(taken))
            finally:
                free.release()

        async with (
            woken(self._service, self._nats, [database.timers_scheduled], wake),
            asyncio.TaskGroup() as group,
        ):
            busy = False
            while not stop.is_set():
                await free.acquire()
                wake.clear()
                taken, wait = await _next(database, handler, busy=busy)
                busy = bool(taken)
                if taken:
                    group.create_task(handle(taken))
                else:
                    free.release()
                    await either(wake, stop, wait)

    async def _handle_all(self, database: Database, handler: TimerHandler, taken: list[Timer]) -> None:
        tenants: dict[UUID, list[Timer]] = defaultdict(list)
        for timer in taken:
            tenants[timer.tenant_id].append(timer)
        places = asyncio.Semaphore(_TENANTS_AT_ONCE)

        async def one(tenant_id: UUID, timers: list[Timer]) -> None:
            async with places:
                for start in range(0, len(timers), handler.batch):
                    batch = timers[start : start + handler.batch]
                    await self._handle(database, handler, tenant_id, batch)
                    for timer in batch:
                        timer.in_hand = False

        renewing = asyncio.create_task(_renew(database, handler, taken))
        try:
            async with asyncio.TaskGroup() as group:
                for tenant_id, timers in tenants.items():
                    group.create_task(one(tenant_id, timers))
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _handle(
        self, database: Database, handler: TimerHandler, tenant_id: UUID, timers: list[Timer]
    ) -> None:
        """A tenant's timers together; where that fails, one by one. Waits for a database that is away."""
        deadline = time.monotonic() + _WAIT_FOR_DATABASE_SECONDS
        while True:
            try:
                await self._run(database, handler, tenant_id, timers)
            except Exception as error:  # noqa: BLE001 (a handler may raise anything; it is dealt with one by one)
                if _is_database(error) and time.monotonic() < deadline:
                    await asyncio.sleep(_PAUSE_SECONDS)
                    continue
                if len(timers) == 1:
                    await _failed(database, handler, timers[0], error)
                    return
                for timer in timers:
                    await self._handle(database, handler, tenant_id, [timer])
            return

    async def _run(
        self, database: Database, handler: TimerHandler, tenant_id: UUID, timers: list[Timer]
    ) -> None:
        with (
            use_caller(handler.caller(self._service, timers)),
            span(f"timer {handler.kind}", kind=SpanKind.CONSUMER, root=True),
        ):
            if handler.prepare is not None:
                await handler.prepare(timers)
            async with database.transaction(tenant_id) as tx:
                ours = await _remove(tx, timers)
                if ours:
                    await handler.handle(tx, ours)
        now = datetime.now(UTC)
        late = metrics.TIMER_LATE_SECONDS.labels(handler.kind)
        for timer in ours:
            late.observe(max(0.0, (now - timer.due_at).total_seconds()))
        metrics.TIMERS_FIRED.labels(handler.kind, "handled").inc(len(ours))


async def _next(database: Database, handler: TimerHandler, *, busy: bool) -> tuple[list[Timer], float]:
    """The next due timers; without any, the seconds after which to look again.

    An idle worker asks for the time first, which writes nothing; a `busy` one expects more.
    """
    try:
        wait = 0.0 if busy else await _until_next(database, handler.kind)
        if wait > 0:
            return [], wait
        return await _claim(database, handler), 0.0 if busy else _LOCKED_SECONDS
    except DeskmeshError as error:
        log.warning("timers_wait", kind=handler.kind, reason=error.reason)
    except Exception:
        log.exception("timers_failed", kind=handler.kind)
    return [], _POLL_SECONDS


async def _claim(database: Database, handler: TimerHandler) -> list[Timer]:
    """Takes the next due timers, of any tenant."""
    async with database.relay_connection() as raw:
        most = handler.batch * handler.tenants_at_once
        rows = await raw.fetch(_CLAIM, handler.kind, most, handler.lease)
    taken = []
    for row in sorted(rows, key=lambda row: row["due_at"]):
        timer = Timer(
            id=row["id"],
            tenant_id=row["tenant_id"],
            kind=row["kind"],
            key=row["key"],
            due_at=row["due_at"],
            payload=row["payload"],
            attempts=row["attempts"],
        )
        if row["orphan"] and timer.attempts > handler.max_attempts:
            await _failed(database, handler, timer, WorkerDiedError())
        else:
            taken.append(timer)
    return taken


async def _until_next(database: Database, kind: str) -> float:
    """Seconds until the next timer of the kind is due, by the database's clock; at most those of the poll."""
    async with database.relay_connection() as raw:
        seconds: float | None = await raw.fetchval(_NEXT, kind)
    return _POLL_SECONDS if seconds is None else min(seconds, _POLL_SECONDS)


async def _renew(database: Database, handler: TimerHandler, taken: Sequence[Timer]) -> None:
    """Shows life for what is still in hand."""
    while True:
        await asyncio.sleep(handler.lease.total_seconds() / 4)
        timers = [timer for timer in taken if timer.in_hand]
        with suppress(DeskmeshError):
            async with database.relay_connection() as raw:
                await raw.execute(
                    _RENEW,
                    [timer.tenant_id for timer in timers],
                    [timer.id for timer in timers],
                    [timer.attempts for timer in timers],
                    handler.lease,
                )


async def _remove(tx: Tx, timers: list[Timer]) -> list[Timer]:
    """Removes the timers; gives those that were still ours to fire: not cancelled, not set anew, not taken over."""
    raw = await tx.raw()
    rows = await raw.fetch(
        _REMOVE, tx.tenant_id, [timer.id for timer in timers], [timer.attempts for timer in timers]
    )
    removed = {row["id"] for row in rows}
    return [timer for timer in timers if timer.id in removed]


async def _failed(database: Database, handler: TimerHandler, timer: Timer, error: Exception) -> None:
    timer.in_hand = False
    dead = timer.attempts >= handler.max_attempts and not isinstance(error, _TRANSIENT)
    metrics.TIMERS_FIRED.labels(handler.kind, "dead" if dead else "failed").inc()
    facts = {"kind": handler.kind, "timer": str(timer.id), "attempts": timer.attempts}
    if dead:
        log.error("timer_dead", **facts, exc_info=error)
    else:
        log.warning("timer_failed", **facts, exc_info=error)
    async with database.transaction(timer.tenant_id) as tx:
        await (await tx.raw()).execute(
            _FAILED,
            timer.tenant_id,
            timer.id,
            timer.attempts,
            handler.pause_after(timer.attempts),
            dead,
            f"{type(error).__name__}: {error}" if isinstance(error, DeskmeshError) else type(error).__name__,
        )


def _is_database(error: Exception) -> bool:
    return isinstance(error, DeskmeshError) and error.reason.startswith("DATABASE_")
