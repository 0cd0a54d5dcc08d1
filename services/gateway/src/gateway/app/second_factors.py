"""A person's second factor: set up, proven by a code, asked for at each sign-in, taken away.

Whoever tries codes is slowed down by `attempts`, which each door puts around these.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import randbelow
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, select

from chassis.context import current_caller
from chassis.db import Databases, Tx, get_for_update
from chassis.errors import FieldError, InvalidInput, WrongState
from chassis.ids import new_id
from chassis.sealing import Sealer
from gateway import publish
from gateway.app.grants import require_not_above
from gateway.app.me import require_own_session
from gateway.app.passwords import verify_password
from gateway.app.sessions import end_all_sessions
from gateway.app.sign_in_policies import needs_second_factor, password_opens
from gateway.app.throttle import count_failure, forget_failures, one_at_a_time, refuse_after_failures
from gateway.app.users import get_user
from gateway.db.credentials import Password
from gateway.db.queries import tenant_of, touch, users_by_id
from gateway.db.second_factors import RecoveryCode, SecondFactor
from gateway.db.tables import User
from gateway.domain.audit import Change
from gateway.domain.second_factors import (
    RECOVERY_CODES,
    otpauth_uri,
    recovery_code,
    recovery_hash,
    step_of_code,
    typed,
)

_RECOVERY_LETTERS = 20


class WrongProof(InvalidInput):
    """The password or the code is wrong: counted, and after ten the account waits."""

    def __init__(self, field: str) -> None:
        super().__init__([FieldError(field, "is wrong")], reason="WRONG_PROOF")


@dataclass(frozen=True, slots=True)
class State:
    """What a person may know of their second factor."""

    confirmed_at: datetime | None
    recovery_codes_left: int
    required: bool
    password_opens: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """What the app is told: the secret in Base32, and the same as the URI of a QR code."""

    secret: str
    otpauth_uri: str


@asynccontextmanager
async def attempts(databases: Databases, *, tenant_id: UUID, user_id: UUID) -> AsyncIterator[None]:
    """Let one try of an account run at a time, and count it when it was wrong.

    Raises LimitReached after ten wrong ones within fifteen minutes, wherever they came from: whoever gets so far
    has the password, or a session.
    """
    name = _counted(user_id)
    async with one_at_a_time(tenant_id, name, ""):
        await refuse_after_failures(databases, tenant_id=tenant_id, name=name, ip="", what="codes")
        try:
            yield
        except WrongProof:
            await count_failure(databases, tenant_id=tenant_id, name=name, ip="")
            raise


async def second_factor_state(tx: Tx) -> State:
    """Tell the caller of their second factor. Raises Forbidden when the caller is a program."""
    user_id = await require_own_session(tx)
    factor = await _factor(tx, user_id)
    left = await tx.scalar(select(func.count()).where(RecoveryCode.user_id == user_id))
    confirmed_at = None if factor is None else factor.confirmed_at
    return State(
        confirmed_at, left or 0, await needs_second_factor(tx, user_id), await password_opens(tx, user_id)
    )


async def start_second_factor(tx: Tx, sealer: Sealer, *, password: str) -> Shared:
    """Make a new secret for the caller's app; it counts when a code has proven it.

    Raises WrongProof, WrongState (there is one already, or no password to go with it), Forbidden (a program).
    """
    user_id = await require_own_session(tx)
    await _check_password(tx, user_id, password)
    return await share_secret(tx, sealer, user_id=user_id)


async def share_secret(tx: Tx, sealer: Sealer, *, user_id: UUID) -> Shared:
    """Make a new secret for a person's app. Raises WrongState when they have proven one already."""
    factor = await _factor(tx, user_id)
    if factor is not None and factor.confirmed_at is not None:
        raise WrongState("SECOND_FACTOR_EXISTS", "There is a second factor already.")
    secret = pyotp.random_base32()
    if factor is None:
        factor = SecondFactor(tenant_id=tx.tenant_id, id=user_id)
        tx.add(factor)
    factor.sealed_secret = sealer.seal(secret, about=_about(tx, user_id))
    await tx.flush()
    (user,) = await users_by_id(tx, [user_id])
    tenant = await tenant_of(tx)
    return Shared(secret, otpauth_uri(secret, email=user.email, tenant_name=tenant.name))


async def confirm_second_factor(tx: Tx, sealer: Sealer, *, code: str) -> list[str]:
    """Prove the caller's app by a code of it; from now on each sign-in asks for one. Returns the recovery codes.

    Raises WrongProof, WrongState (nothing to confirm), Forbidden (a program).
    """
    return await prove_secret(tx, sealer, user_id=await require_own_session(tx), code=code)


async def prove_secret(tx: Tx, sealer: Sealer, *, user_id: UUID, code: str) -> list[str]:
    """Prove a person's app by its first code, and return new recovery codes. Raises WrongProof, WrongState."""
    factor = await _factor(tx, user_id)
    if factor is None or factor.confirmed_at is not None:
        raise WrongState("NOTHING_TO_CONFIRM", "There is no new second factor to confirm.")
    _take_step(tx, sealer, factor, code)
    factor.confirmed_at = datetime.now(UTC)
    await tx.flush()
    await forget_failures(tx, name=_counted(user_id), ip="")
    await _tell(tx, user_id, Change(field="second_factor", old=False, new=True))
    return await _new_recovery_codes(tx, user_id)


async def check_code(tx: Tx, sealer: Sealer, *, user_id: UUID, code: str) -> None:
    """Take a code of a person's app, or one of their recovery codes, which are used up by it. Raises WrongProof."""
    factor = await _factor(tx, user_id)
    if factor is None or factor.confirmed_at is None:
        raise WrongProof("code")
    used = delete(RecoveryCode).where(
        RecoveryCode.user_id == user_id, RecoveryCode.code_hash == recovery_hash(user_id, code)
    )
    if await tx.scalar(used.returning(RecoveryCode.id)) is None:
        _take_step(tx, sealer, factor, code)
    await tx.flush()
    await forget_failures(tx, name=_counted(user_id), ip="")


async def renew_recovery_codes(tx: Tx, sealer: Sealer, *, password: str, code: str) -> list[str]:
    """Give the caller new recovery codes; the old ones are worth nothing. Raises WrongProof, Forbidden (a program)."""
    user_id = await require_own_session(tx)
    await _check_password(tx, user_id, password)
    await check_code(tx, sealer, user_id=user_id, code=code)
    await _tell(tx, user_id, Change(field="recovery_codes", old=None, new=None))
    return await _new_recovery_codes(tx, user_id)


async def remove_second_factor(tx: Tx, sealer: Sealer, *, password: str, code: str) -> None:
    """Take the caller's second factor away.

    Raises WrongProof, WrongState (the tenant demands one), Forbidden (a program).
    """
    user_id = await require_own_session(tx)
    await _check_password(tx, user_id, password)
    await check_code(tx, sealer, user_id=user_id, code=code)
    if await needs_second_factor(tx, user_id):
        raise WrongState("SECOND_FACTOR_REQUIRED", "Your role needs a second factor.")
    await _forget(tx, user_id)


async def reset_second_factor(tx: Tx, *, user: str) -> None:
    """Take somebody's second factor away, who has lost it; all their sessions end. `user` is an id or address.

    Raises NotFound, WrongState (there is none), Forbidden (they may do more than the caller).
    """
    current_caller().require("users.manage")
    person = await get_user(tx, user=user)
    require_not_above(person)
    await get_for_update(tx, User, person.id)
    if await _factor(tx, person.id) is None:
        raise WrongState("NO_SECOND_FACTOR", "This person has no second factor.")
    await _forget(tx, person.id)
    await end_all_sessions(tx, user_id=person.id, reason="second_factor_reset")


async def _factor(tx: Tx, user_id: UUID) -> SecondFactor | None:
    """Return a person's second factor, locked: two uses of one code come one after the other."""
    return await tx.scalar(
        select(SecondFactor)
        .where(SecondFactor.id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _take_step(tx: Tx, sealer: Sealer, factor: SecondFactor, code: str) -> None:
    secret = sealer.unseal(factor.sealed_secret, about=_about(tx, factor.id))
    step = step_of_code(secret, typed(code), now=time.time(), after=factor.last_step)
    if step is None:
        raise WrongProof("code")
    factor.last_step = step


async def _check_password(tx: Tx, user_id: UUID, password: str) -> None:
    hashed = await tx.scalar(select(Password.hash).where(Password.id == user_id))
    if hashed is None:
        raise WrongState("NO_PASSWORD", "A second factor goes with a password, and this account has none.")
    if not await verify_password(password, hashed):
        raise WrongProof("password")


async def _new_recovery_codes(tx: Tx, user_id: UUID) -> list[str]:
    codes = [
        recovery_code([randbelow(2**32) for _ in range(_RECOVERY_LETTERS)]) for _ in range(RECOVERY_CODES)
    ]
    await tx.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    for code in codes:
        hashed = recovery_hash(user_id, code)
        tx.add(RecoveryCode(tenant_id=tx.tenant_id, id=new_id(), user_id=user_id, code_hash=hashed))
    await tx.flush()
    return codes


async def _forget(tx: Tx, user_id: UUID) -> None:
    """Delete a second factor, and with it the recovery codes."""
    await tx.execute(delete(SecondFactor).where(SecondFactor.id == user_id))
    await _tell(tx, user_id, Change(field="second_factor", old=True, new=False))


async def _tell(tx: Tx, user_id: UUID, change: Change) -> None:
    """Tell the audit log, as a change of the person; of the secret nothing is told."""
    (user,) = await users_by_id(tx, [user_id])
    touch(user)
    (user,) = await users_by_id(tx, [user_id])
    publish.user_changed(tx, user)
    publish.setting_changed(
        tx, kind="second_factor", setting_id=user.id, name="", version=user.version, changes=[change]
    )


def _about(tx: Tx, user_id: UUID) -> bytes:
    return b"second factor" + tx.tenant_id.bytes + user_id.bytes


def _counted(user_id: UUID) -> str:
    return f"second factor of {user_id}"
