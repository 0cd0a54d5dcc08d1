"""Failures of what we stand on (database, disk, network) as expected errors."""

from __future__ import annotations

import errno
from typing import Final

import sqlalchemy.exc
from asyncpg.exceptions import InterfaceError, PostgresError

from chassis.errors import BadRequest, DeskmeshError, StorageFull, Unavailable

_DISK_FULL: Final = "53100"
_UNSTORABLE_TEXT: Final = frozenset({"22021", "22P05"})
"""A NUL in a text, or an escape that the encoding cannot hold."""
_TRY_AGAIN_CLASSES: Final = ("08", "53", "57P", "58")
"""Connection lost, resources short, server going down or coming up, input/output error."""
_TRY_AGAIN: Final = frozenset({"40001", "40P01", "55P03", "57014", "25P03", "25006"})
"""Serialisation, deadlock, lock timeout, statement timeout, idle transaction ended, read-only standby."""


def known(error: BaseException) -> DeskmeshError | None:
    """What an exception of the database driver, the pool or the system means to a caller; None where it is a bug."""
    if isinstance(error, DeskmeshError):
        return error
    if isinstance(error, sqlalchemy.exc.TimeoutError):
        return Unavailable("The database is busy.", reason="DATABASE_BUSY")
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        if error.connection_invalidated:
            return _unreachable()
        driver = error.__cause__ or error.orig
        return None if driver is None else known(getattr(driver, "__cause__", None) or driver)
    sqlstate = getattr(error, "sqlstate", None)
    if isinstance(sqlstate, str):
        return _of_sqlstate(sqlstate)
    return _of_system(error)


def _of_sqlstate(sqlstate: str) -> DeskmeshError | None:
    if sqlstate == _DISK_FULL:
        return StorageFull()
    if sqlstate in _UNSTORABLE_TEXT:
        return BadRequest("A text has a character that cannot be stored.", reason="UNSTORABLE_TEXT")
    if sqlstate in _TRY_AGAIN:
        return Unavailable("The database is busy.", reason="DATABASE_BUSY")
    return _unreachable() if sqlstate.startswith(_TRY_AGAIN_CLASSES) else None


def _of_system(error: BaseException) -> DeskmeshError | None:
    if isinstance(error, OSError):
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return StorageFull()
        # Connections refused, reset and timed out; asyncpg lets them through as they are.
        return _unreachable() if isinstance(error, ConnectionError | TimeoutError) else None
    if isinstance(error, InterfaceError) and not isinstance(error, PostgresError):
        return _unreachable() if "closed" in str(error) else None
    return None


def _unreachable() -> Unavailable:
    return Unavailable("The database cannot be reached.", reason="DATABASE_UNREACHABLE")
