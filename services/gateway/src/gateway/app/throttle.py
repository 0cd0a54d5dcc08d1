"""Slowing down the guessing of passwords and codes: wrong ones are counted per name and address of the client."""

import asyncio
import hashlib
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Databases, Tx
from chassis.errors import LimitReached
from chassis.ids import new_id
from gateway.db.credentials import SignInFailures

FAILURES_ALLOWED = 10
WINDOW = timedelta(minutes=15)


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


_turns: dict[tuple[UUID, bytes], _Turn] = {}


@asynccontextmanager
async def one_at_a_time(tenant_id: UUID, name: str, ip: str) -> AsyncIterator[None]:
    """Let one try for a name from an address run at a time in this process."""
    key = (tenant_id, _key(name, ip))
    turn = _turns.setdefault(key, _Turn())
    turn.waiting += 1
    try:
        async with turn.lock:
            yield
    finally:
        turn.waiting -= 1
        if not turn.waiting:
            _turns.pop(key, None)


async def refuse_after_failures(
    databases: Databases, *, tenant_id: UUID, name: str, ip: str, what: str = "passwords"
) -> None:
    """Raise LimitReached when there were ten wrong ones in the last fifteen minutes; `what` names them for people."""
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        opens_at = SignInFailures.window_started_at + WINDOW
        seconds_left = await tx.scalar(
            select(func.extract("epoch", opens_at - func.now())).where(
                SignInFailures.key == _key(name, ip),
                SignInFailures.failures >= FAILURES_ALLOWED,
                opens_at > func.now(),
            )
        )
    if seconds_left is not None:
        minutes = math.ceil(seconds_left / 60)
        raise LimitReached(
            float(seconds_left),
            f"Too many wrong {what}. Try again in {minutes} minute{'s' if minutes > 1 else ''}.",
            reason="TOO_MANY_SIGN_INS",
        )


async def count_failure(databases: Databases, *, tenant_id: UUID, name: str, ip: str) -> None:
    """Count one wrong try; the window starts anew when the last one is over."""
    over = SignInFailures.window_started_at + WINDOW <= func.now()
    statement = insert(SignInFailures).values(
        tenant_id=tenant_id, id=new_id(), key=_key(name, ip), failures=1, window_started_at=func.now()
    )
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        await tx.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "key"],
                set_={
                    "failures": case((over, 1), else_=SignInFailures.failures + 1),
                    "window_started_at": case((over, func.now()), else_=SignInFailures.window_started_at),
                },
            )
        )


async def forget_failures(tx: Tx, *, name: str, ip: str) -> None:
    """Start anew after a right one."""
    await tx.execute(delete(SignInFailures).where(SignInFailures.key == _key(name, ip)))


def _key(name: str, ip: str) -> bytes:
    return hashlib.sha256(f"{name}\0{ip}".encode()).digest()
