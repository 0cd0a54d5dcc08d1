"""The second step of a sign-in, begun: a right password is not enough for whoever has a second factor, or needs one."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx
from chassis.errors import Forbidden
from chassis.ids import new_id
from gateway.app.minting import database_now
from gateway.app.secrets import new_secret
from gateway.app.sign_in_policies import needs_second_factor
from gateway.db.second_factors import SecondFactor, SignInChallenge
from gateway.domain.secrets import MFA_TOKEN, digest

CHALLENGE_SECONDS = 600


class SecondFactorRequired(Forbidden):
    """The password is right, and a code has to follow; `mfa_token` says to what.

    Its reason is MFA_REQUIRED, or MFA_SETUP_REQUIRED where there is no second factor and the tenant demands one.
    """

    def __init__(self, mfa_token: str, *, sets_up: bool) -> None:
        detail = "Set a second factor up." if sets_up else "Give a code of your second factor."
        super().__init__(detail, reason="MFA_SETUP_REQUIRED" if sets_up else "MFA_REQUIRED")
        self.mfa_token = mfa_token
        self.sets_up = sets_up
        self.expires_in = CHALLENGE_SECONDS


async def second_step_of(tx: Tx, *, user_id: UUID) -> SecondFactorRequired | None:
    """Begin the second step of a sign-in, to be raised after the commit; None where the password is enough."""
    confirmed = select(SecondFactor.id).where(
        SecondFactor.id == user_id, SecondFactor.confirmed_at.is_not(None)
    )
    sets_up = await tx.scalar(confirmed) is None
    if sets_up and not await needs_second_factor(tx, user_id):
        return None
    token = new_secret(MFA_TOKEN)
    tx.add(
        SignInChallenge(
            tenant_id=tx.tenant_id,
            id=new_id(),
            user_id=user_id,
            token_hash=digest(token),
            sets_up=sets_up,
            expires_at=await database_now(tx) + timedelta(seconds=CHALLENGE_SECONDS),
        )
    )
    await tx.flush()
    return SecondFactorRequired(token, sets_up=sets_up)
