"""A pool of connections of one role to one database."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
import orjson
from sqlalchemy import QueuePool
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.db.failures import translated, translated_connecting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sqlalchemy import PoolProxiedConnection
    from sqlalchemy.ext.asyncio import AsyncEngine

_CONNECT_SECONDS = 5.0
_COMMAND_SECONDS = 60.0
_WAIT_SECONDS = 5.0
_SPARE_SECONDS = 30.0
_SESSION = {
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "10s",
    "timezone": "UTC",
    "jit": "off",
    # Storage without moving heads. At the server's 4, the plan of a look-up in a table of a few pages reads them all, and it
    # is kept while the table grows, those of foreign keys too, until the table is next analysed.
    "random_page_cost": "1.1",
}


class _NoneAtHandError(Exception):
    """The connection that was asked for would have to be made."""


class Pool:
    """At most `size` connections, given out in the order in which they are asked for.

    The library alone gives a connection that comes back to whoever asks next, so that under load some wait for ever.
    Connections that were not needed for half a minute are closed, all but one: each costs the server megabytes.
    """

    def __init__(self, url: str, size: int, name: str) -> None:
        self.engine = _engine(partial(self._connect, _connector(url, name)), size)
        self._places = asyncio.Semaphore(size)
        self._only_at_hand = False
        self._most_in_use = 0
        self._next_look: asyncio.TimerHandle | None = None

    @property
    def queue(self) -> QueuePool:
        """The library's pool, for its figures."""
        pool = self.engine.sync_engine.pool
        assert isinstance(pool, QueuePool)
        return pool

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[PoolProxiedConnection, asyncpg.Connection]]:
        """A live connection, by both its names. One that the server has closed is replaced, unasked.

        Raises Unavailable where none is free within five seconds, or the database does not answer.
        """
        with translated():
            await self._wait_for_place()
            try:
                while True:
                    with translated_connecting():
                        pooled = await self._check_out()
                    raw: asyncpg.Connection | None = pooled.driver_connection
                    if raw is not None and not raw.is_closed():
                        break
                    pooled.invalidate()
                self._most_in_use = max(self._most_in_use, self.queue.checkedout())
                try:
                    yield pooled, raw
                finally:
                    _give_back(pooled)
            finally:
                self._places.release()

    async def close(self) -> None:
        """Closes the connections."""
        if self._next_look is not None:
            self._next_look.cancel()
        await self.engine.dispose()

    def _connect(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> Awaitable[asyncpg.Connection]:
        if self._only_at_hand:
            raise _NoneAtHandError
        return connect()

    async def _wait_for_place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError as error:
            raise PoolTimeoutError("no connection was free in time") from error

    async def _check_out(self) -> PoolProxiedConnection:
        """A connection of the pool; a new one is made to the end even where nobody waits for it any more.

        SQLAlchemy would leave a connection open whose making was cancelled half-way.
        """
        at_hand = self._at_hand()
        if at_hand is not None:
            return at_hand
        if self._next_look is None:
            self._look_later()
        making = asyncio.ensure_future(self.engine.raw_connection())
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            making.add_done_callback(_not_needed)
            raise

    def _at_hand(self) -> PoolProxiedConnection | None:
        """A connection that need not be made, and so none of the library's greenlets: one costs as much as a short statement."""
        if not self.queue.checkedin():
            return None
        self._only_at_hand = True
        try:
            return self.engine.sync_engine.raw_connection()
        except _NoneAtHandError:
            return None  # The one that was there had been dropped.
        finally:
            self._only_at_hand = False

    def _look_later(self) -> None:
        self._next_look = asyncio.get_running_loop().call_later(_SPARE_SECONDS, self.close_spare)

    def close_spare(self) -> None:
        """Closes the connections, those first that have been unused longest, without which the last while would have gone as well."""
        in_use = self.queue.checkedout()
        needed, self._most_in_use = max(self._most_in_use, 1) - in_use, in_use
        idle = []
        while (pooled := self._at_hand()) is not None:
            idle.append(pooled)
        for pooled in reversed(idle[needed:]):
            pooled.invalidate()
        for pooled in reversed(idle[:needed]):
            _give_back(pooled)
        self._next_look = None
        if in_use + len(idle[:needed]) > 1:
            self._look_later()


def _connector(url: str, name: str) -> Callable[[], Awaitable[asyncpg.Connection]]:
    urls = url.split()
    taken = 0  # The one that the server took last.

    async def connect() -> asyncpg.Connection:
        nonlocal taken
        others = [number for number in range(len(urls)) if number != taken]
        for number in [taken, *others]:
            try:
                connection = await asyncpg.connect(
                    urls[number],
                    timeout=_CONNECT_SECONDS,
                    command_timeout=_COMMAND_SECONDS,
                    max_cached_statement_lifetime=0,
                    server_settings={**_SESSION, "application_name": name},
                )
            except asyncpg.InvalidAuthorizationSpecificationError as error:
                refused = error
            else:
                taken = number
                return connection
        raise refused

    return connect


def _engine(connect: Callable[[], Awaitable[asyncpg.Connection]], size: int) -> AsyncEngine:
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        # The transactions are begun and ended here, with the tenant in the same round trip; so SQLAlchemy sends
        # neither BEGIN nor COMMIT, and a connection comes back to the pool clean, without a query to reset it.
        isolation_level="AUTOCOMMIT",
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        pool_reset_on_return=None,
        pool_size=size,
        max_overflow=0,
        pool_timeout=_WAIT_SECONDS,
        pool_use_lifo=True,
    )


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def _not_needed(making: asyncio.Future[PoolProxiedConnection]) -> None:
    if not making.cancelled() and making.exception() is None:
        pooled = making.result()
        raw: asyncpg.Connection | None = pooled.driver_connection
        if raw is not None:
            raw.terminate()
        _give_back(pooled)


def _give_back(pooled: PoolProxiedConnection) -> None:
    if not pooled.is_valid:
        return  # SQLAlchemy has dropped it, as it does when a statement of its own is cancelled.
    raw: asyncpg.Connection | None = pooled.driver_connection
    if raw is None or raw.is_closed():
        pooled.invalidate()
    else:
        pooled.close()
