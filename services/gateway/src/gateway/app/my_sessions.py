"""The sessions of the caller: where they are signed in, and signing out there."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import NotFound
from chassis.paging import Keyset, Page
from gateway.app.me import require_own_session
from gateway.app.sessions import REFRESH_TOKEN_LIFE, end_session
from gateway.db.credentials import Session


async def list_my_sessions(tx: Tx, *, page: Page) -> tuple[list[Session], str]:
    """Return a page of the caller's sessions that can still be used, the latest first, and the next page's token.

    Raises Forbidden when the caller is a program.
    """
    user_id = await require_own_session(tx)
    keyset = Keyset([(Session.id, True)])
    statement = select(Session).where(*_alive(user_id))
    return keyset.cut(list(await tx.scalars(keyset.select(statement, page))), page)


async def end_my_session(tx: Tx, *, session_id: UUID) -> None:
    """Sign the caller out there; its access tokens are refused. Raises NotFound (none, another's), Forbidden (a program)."""
    user_id = await require_own_session(tx)
    found = await tx.scalar(select(Session.id).where(Session.id == session_id, Session.user_id == user_id))
    if found is None:
        raise NotFound("session")
    await end_session(tx, session_id=session_id, reason="signed_out")


async def end_my_other_sessions(tx: Tx) -> int:
    """Sign the caller out everywhere but here, and return of how many sessions. Raises Forbidden (a program)."""
    user_id = await require_own_session(tx)
    here = UUID(current_caller().session_id)
    others = list(await tx.scalars(select(Session.id).where(*_alive(user_id), Session.id != here)))
    for session_id in others:
        await end_session(tx, session_id=session_id, reason="signed_out")
    return len(others)


def _alive(user_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Of this person, not ended, and used within the life of a refresh token."""
    return (
        Session.user_id == user_id,
        Session.revoked_at.is_(None),
        Session.expires_at > func.now(),
        Session.last_used_at > func.now() - REFRESH_TOKEN_LIFE,
    )
