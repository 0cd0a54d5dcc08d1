"""Connections to a service's database: the app role for tenants' work, the relay role for queues over all."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING
from uuid import UUID
from weakref import WeakSet

from sqlalchemy import Connection, QueuePool
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import metrics
from chassis.db.pool import Pool
from chassis.db.transaction import Tx
from chassis.telemetry import SpanKind, span

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    import asyncpg
    from sqlalchemy import PoolProxiedConnection
    from sqlalchemy.ext.asyncio import AsyncEngine

    from chassis.settings import ServiceSettings

_ROLLBACK_SECONDS = 0.2
_RELAY_CONNECTIONS = 4


class Signal:
    """Tells those who listen in this process that something was committed; others only where nobody listens here."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []
        self._otherwise: list[Callable[[], None]] = []

    @contextmanager
    def listening(self, listener: Callable[[], None]) -> Iterator[None]:
        """Has the listener called at each `send` while the block runs."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    @contextmanager
    def otherwise(self, listener: Callable[[], None]) -> Iterator[None]:
        """Has the listener called at each `send` that nobody else hears, while the block runs."""
        self._otherwise.append(listener)
        try:
            yield
        finally:
            self._otherwise.remove(listener)

    def send(self) -> None:
        """Calls the listeners."""
        for listener in self._listeners or self._otherwise:
            listener()


class Database:
    """One database of a service.

    Failures of the database itself come out as Unavailable and StorageFull, a lost update as Stale; errors of a
    statement (a unique violation) come out as the driver or SQLAlchemy raises them.
    """

    def __init__(self, app_url: str, relay_url: str, *, pool_size: int = 10, name: str = "deskmesh") -> None:
        """`name` is shown in pg_stat_activity.

        A url may be several, parted by blanks: while a password is changed, those with the old and the new one. One that
        the server refuses is passed over.
        """
        self._app = Pool(app_url, pool_size, name)
        self._relay = Pool(relay_url, _RELAY_CONNECTIONS, f"{name}-relay")
        self.outbox_written = Signal()
        self.timers_scheduled = Signal()
        self.lease_released = Signal()
        """A lease was given up in this process."""
        self.lease_is_free = Signal()
        """A lease was given up, here or elsewhere."""
        _OPEN.add(self)

    def pools(self) -> Iterator[tuple[str, QueuePool]]:
        """The pools by the role of their connections."""
        yield "app", self._app.queue
        yield "relay", self._relay.queue

    @asynccontextmanager
    async def transaction(self, tenant_id: UUID) -> AsyncIterator[Tx]:
        """A transaction of the app role that sees and writes this tenant's rows alone.

        Commits when the block ends, rolls back when it raises or is cancelled.
        """
        if not isinstance(tenant_id, UUID):
            raise TypeError(f"a tenant is a UUID, not {type(tenant_id).__name__}")
        with span("db.transaction", kind=SpanKind.CLIENT):
            async with self._app.connection() as (pooled, raw):
                tx = Tx(self, lambda: _sqlalchemys(self._app.engine, pooled), raw, tenant_id)
                begin = f"BEGIN; SELECT set_config('app.tenant_id', '{tenant_id}', true)"
                try:
                    async with _committed(raw, begin):
                        yield tx
                        await tx.finish()
                finally:
                    await tx.close()
        tx.committed()

    async def fetch_one(self, sql: str, *args: object) -> asyncpg.Record | None:
        """The first row of one statement of the app role, in a transaction of its own and one round trip.

        For the hot writes, which set the tenant themselves: nothing is visible without.
        """
        with span("db.statement", kind=SpanKind.CLIENT):
            async with self._app.connection() as (_, raw):
                with _closed_when_cancelled(raw):
                    return await raw.fetchrow(sql, *args)

    @asynccontextmanager
    async def relay(self) -> AsyncIterator[AsyncConnection]:
        """A transaction of the relay role: queues over all tenants, nothing else."""
        async with self._relay.connection() as (pooled, raw), _committed(raw, "BEGIN"):
            yield _sqlalchemys(self._relay.engine, pooled)

    @asynccontextmanager
    async def relay_connection(self) -> AsyncIterator[asyncpg.Connection]:
        """The driver's connection of the relay role; each statement is its own transaction."""
        async with self._relay.connection() as (_, raw):
            with _closed_when_cancelled(raw):
                yield raw

    async def close(self) -> None:
        """Closes the connections."""
        _OPEN.discard(self)
        await self._app.close()
        await self._relay.close()


class Databases:
    """The databases of a service. One today; a large tenant may be given its own."""

    def __init__(self, databases: Sequence[Database]) -> None:
        self._databases = tuple(databases)

    @classmethod
    def connect(cls, settings: ServiceSettings, name: str = "deskmesh") -> Databases:
        """The databases that the settings name. Connections are made when they are needed."""
        return cls(
            [
                Database(
                    settings.database_url.get_secret_value(),
                    settings.relay_database_url.get_secret_value(),
                    pool_size=settings.database_pool_size,
                    name=name,
                )
            ]
        )

    def for_tenant(self, tenant_id: UUID) -> Database:  # noqa: ARG002 (one database serves all tenants today)
        """The database that holds the tenant."""
        return self._databases[0]

    def all(self) -> Sequence[Database]:
        """Every database, for loops of relays, jobs and timers."""
        return self._databases

    async def close(self) -> None:
        """Closes all connections."""
        for database in self._databases:
            await database.close()


_OPEN: WeakSet[Database] = WeakSet()


def _over_pools(role: str, measure: Callable[[QueuePool], int]) -> Callable[[], float]:
    """A figure over the pools of all open databases, found when it is asked for."""
    return lambda: sum(measure(pool) for one in list(_OPEN) for of, pool in one.pools() if of == role)


for _role in ("app", "relay"):
    metrics.DB_POOL_SIZE.labels(_role).set_function(_over_pools(_role, QueuePool.size))
    metrics.DB_POOL_IN_USE.labels(_role).set_function(_over_pools(_role, QueuePool.checkedout))


@contextmanager
def _closed_when_cancelled(raw: asyncpg.Connection) -> Iterator[None]:
    """The server may still be at it; the answer must not reach the next user."""
    try:
        yield
    except asyncio.CancelledError:
        raw.terminate()
        raise


def _sqlalchemys(engine: AsyncEngine, pooled: PoolProxiedConnection) -> AsyncConnection:
    """SQLAlchemy's view of a connection that is checked out; it is given back by whoever checked it out."""
    return AsyncConnection(engine, Connection(engine.sync_engine, pooled))


@asynccontextmanager
async def _committed(raw: asyncpg.Connection, begin: str) -> AsyncIterator[None]:
    try:
        await raw.execute(begin)
        yield
        ended = await raw.execute("COMMIT")
    except BaseException:
        await _roll_back(raw)
        raise
    if ended != "COMMIT":
        raise RuntimeError("a statement failed and was caught without a savepoint: all was rolled back")


async def _roll_back(raw: asyncpg.Connection) -> None:
    """Rolls back, or drops the connection when that does not come off soon: the server rolls back then."""
    try:
        async with asyncio.timeout(_ROLLBACK_SECONDS):
            await raw.execute("ROLLBACK")
    except (Exception, asyncio.CancelledError):  # noqa: BLE001 (whatever it is, the connection is done for)
        raw.terminate()
