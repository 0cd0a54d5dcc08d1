"""Sessions of people: started by signing in, kept by refresh tokens, ended by the person, a reuse or an administrator."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ScalarSelect, delete, select, update

from chassis.db import Tx
from chassis.ids import new_id
from gateway import publish
from gateway.app.minting import database_now
from gateway.app.revocations import refuse_older_tokens
from gateway.app.secrets import new_secret
from gateway.db.credentials import RefreshToken, Session
from gateway.db.second_factors import SignInChallenge
from gateway.db.tables import User
from gateway.domain.secrets import REFRESH_TOKEN, digest

_SESSION_LIFE = timedelta(days=90)
REFRESH_TOKEN_LIFE = timedelta(days=30)


async def hold_person(tx: Tx, user_id: UUID | ScalarSelect[UUID]) -> None:
    """Wait for whoever ends all sessions of a person, and have them wait for this transaction.

    They lock the person before anything else of theirs; so must everybody who starts or continues a session.
    """
    await tx.execute(select(User.id).where(User.id == user_id).with_for_update(read=True))


async def start_session(
    tx: Tx, *, user_id: UUID, user_agent: str, ip: str, provider_id: UUID | None = None
) -> Session:
    """Start a session of at most ninety days, begun at a provider or, without one, by a password here."""
    session = Session(
        tenant_id=tx.tenant_id,
        id=new_id(),
        user_id=user_id,
        user_agent="".join(one for one in user_agent if one.isprintable())[:400],
        ip=ip,
        provider_id=provider_id,
        expires_at=await database_now(tx) + _SESSION_LIFE,
    )
    tx.add(session)
    await tx.flush()
    return session


async def issue_refresh_token(tx: Tx, *, session: Session) -> str:
    """Return a new refresh token of the session, good for one use within thirty days."""
    secret = new_secret(REFRESH_TOKEN)
    tx.add(
        RefreshToken(
            tenant_id=tx.tenant_id,
            id=new_id(),
            session_id=session.id,
            token_hash=digest(secret),
            expires_at=min(await database_now(tx) + REFRESH_TOKEN_LIFE, session.expires_at),
        )
    )
    await tx.flush()
    return secret


async def end_session(tx: Tx, *, session_id: UUID, reason: str) -> None:
    """Revoke a session and refuse its access tokens; a session that has ended stays as it is."""
    user_id = await tx.scalar(
        update(Session)
        .where(Session.id == session_id, Session.revoked_at.is_(None))
        .values(revoked_at=await database_now(tx), revoked_reason=reason)
        .returning(Session.user_id)
    )
    if user_id is not None:
        await refuse_older_tokens(tx, session_id=session_id)
        publish.session_ended(tx, session_id=session_id, user_id=user_id)


async def end_all_sessions(tx: Tx, *, user_id: UUID, reason: str) -> None:
    """Revoke all sessions of a person, end what sign-ins have begun, and refuse all access tokens issued until now."""
    ended = await tx.scalars(
        update(Session)
        .where(Session.user_id == user_id, Session.revoked_at.is_(None))
        .values(revoked_at=await database_now(tx), revoked_reason=reason)
        .returning(Session.id)
    )
    for session_id in ended.all():
        publish.session_ended(tx, session_id=session_id, user_id=user_id)
    await tx.execute(delete(SignInChallenge).where(SignInChallenge.user_id == user_id))
    await refuse_older_tokens(tx, subject=user_id)
