"""What the database says when it cannot, in the words of `chassis.errors`."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

from chassis import metrics
from chassis.errors import BadRequest, DeskmeshError, Stale, StorageFull, Unavailable

_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    # What the driver says to a statement between the server's last word and the end of the connection.
    asyncpg.InternalClientError,
)
_UNSTORABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)
_TRY_AGAIN = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Turns failures of the database (not of what it was asked) into Unavailable, StorageFull and Stale."""
    try:
        yield
    except StaleDataError as error:
        raise Stale from error
    except PoolTimeoutError as error:
        metrics.DB_POOL_TIMEOUTS.inc()
        raise Unavailable("Too many requests wait for the database.", reason="DATABASE_BUSY") from error
    except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        meaning = meaning_of(error)
        if meaning is None:
            raise
        raise meaning from error


@contextmanager
def translated_connecting() -> Iterator[None]:
    """As `translated`, and for what happens while a connection is made."""
    with translated():
        try:
            yield
        except PoolTimeoutError:
            raise
        except (
            OSError,
            TimeoutError,
            SQLAlchemyError,
            # What a refused session is for those who ask the pool for the driver's connection.
            AsyncAdapt_asyncpg_dbapi.Error,
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
        ) as error:
            raise Unavailable("The database does not answer.", reason="DATABASE_UNAVAILABLE") from error


def meaning_of(error: Exception) -> DeskmeshError | None:
    """The expected failure behind a driver's error, None where the statement itself is to blame."""
    cause = _driver_error(error)
    if isinstance(cause, asyncpg.DiskFullError) or "No space left on device" in str(cause):
        return StorageFull()
    if isinstance(cause, _UNSTORABLE):
        return BadRequest("A text has a character that cannot be stored.", reason="UNSTORABLE_TEXT")
    if isinstance(cause, _TRY_AGAIN):
        return Unavailable("The database was too busy for this.", reason="DATABASE_BUSY")
    if isinstance(cause, _GONE) or (isinstance(cause, asyncpg.InterfaceError) and "closed" in str(cause)):
        return Unavailable("The database does not answer.", reason="DATABASE_UNAVAILABLE")
    return None


def _driver_error(error: BaseException) -> BaseException:
    while isinstance(error, DBAPIError) or not isinstance(
        error, asyncpg.PostgresError | asyncpg.InterfaceError | asyncpg.InternalClientError
    ):
        inner = error.orig if isinstance(error, DBAPIError) else error.__cause__
        if inner is None:
            break
        error = inner
    return error
