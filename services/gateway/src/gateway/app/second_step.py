"""The second step of a sign-in, finished: a code gives the session that the password alone did not give."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from chassis.context import Caller, use_caller
from chassis.db import Databases, Tx
from chassis.errors import Unauthenticated
from chassis.sealing import Sealer
from gateway.app.auth import TokenPair, find_by_secret, new_session
from gateway.app.keys import SigningKeys
from gateway.app.minting import database_now
from gateway.app.second_factors import (
    Shared,
    WrongProof,
    attempts,
    check_code,
    prove_secret,
    share_secret,
)
from gateway.app.sessions import hold_person
from gateway.db.second_factors import SignInChallenge
from gateway.domain.secrets import digest


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A finished sign-in; `recovery_codes` are new when it has set the second factor up, else none."""

    pair: TokenPair
    recovery_codes: list[str]


async def set_up_at_sign_in(databases: Databases, sealer: Sealer, *, mfa_token: str) -> Shared:
    """Make a secret for the app of somebody whose sign-in waits for it.

    Raises Unauthenticated when the token does not hold (any more), WrongState when there is a second factor already.
    """
    tenant_id, challenge_id = await _found(databases, mfa_token)
    async with _step(databases, tenant_id, challenge_id) as (tx, challenge):
        if not challenge.sets_up:
            raise _over()
        return await share_secret(tx, sealer, user_id=challenge.user_id)


async def finish_sign_in(
    databases: Databases,
    keys: SigningKeys,
    sealer: Sealer,
    *,
    mfa_token: str,
    code: str,
    user_agent: str,
    ip: str,
) -> SignedIn:
    """Start the session of whoever gives a code of their app, or a recovery code.

    Raises Unauthenticated when the token does not hold (any more) or the code is wrong, WrongState when there is no
    second factor to give a code of, and LimitReached after ten wrong codes within fifteen minutes.
    """
    tenant_id, challenge_id = await _found(databases, mfa_token)
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        owner = select(SignInChallenge.user_id).where(SignInChallenge.id == challenge_id)
        user_id = await tx.scalar(owner)
    if user_id is None:
        raise _over()
    try:
        async with (
            attempts(databases, tenant_id=tenant_id, user_id=user_id),
            _step(databases, tenant_id, challenge_id) as (tx, challenge),
        ):
            codes = []
            if challenge.sets_up:
                codes = await prove_secret(tx, sealer, user_id=user_id, code=code)
            else:
                await check_code(tx, sealer, user_id=user_id, code=code)
            await tx.session.delete(challenge)
            pair = await new_session(tx, keys, user_id=user_id, user_agent=user_agent, ip=ip)
    except WrongProof:
        raise Unauthenticated("The code is wrong.", reason="WRONG_CODE") from None
    return SignedIn(pair, codes)


async def _found(databases: Databases, mfa_token: str) -> tuple[UUID, UUID]:
    found = await find_by_secret(databases, "sign_in_challenge_by_hash", digest(mfa_token))
    if found is None:
        raise _over()
    return found


@asynccontextmanager
async def _step(
    databases: Databases, tenant_id: UUID, challenge_id: UUID
) -> AsyncIterator[tuple[Tx, SignInChallenge]]:
    """A transaction as the person who signs in, with the challenge locked. Raises Unauthenticated when it is over."""
    one = SignInChallenge.id == challenge_id
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        await hold_person(tx, select(SignInChallenge.user_id).where(one).scalar_subquery())
        challenge = await tx.scalar(select(SignInChallenge).where(one).with_for_update())
        if challenge is None or challenge.expires_at <= await database_now(tx):
            raise _over()
        with use_caller(Caller(tenant_id, str(challenge.user_id), "user", cause="sign_in")):
            yield tx, challenge


def _over() -> Unauthenticated:
    return Unauthenticated("This sign-in is over. Begin anew.", reason="INVALID_MFA_TOKEN")
