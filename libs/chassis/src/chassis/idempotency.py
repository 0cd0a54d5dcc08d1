"""One effect per Idempotency-Key: the answer of a write is stored in the transaction of its effect.

The same caller, method and key within 24 hours gets the stored answer; another body under the key is refused; while
the first use runs, the others are told to come back. A failed write stores nothing, so it may be tried again.

The door does this for every rpc that runs in the door's transaction. A method with transactions of its own calls
`once`, or hands `current_use()` to a SQL function that keeps the same rules.
"""

from __future__ import annotations

import hashlib
import hmac
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from google.protobuf.message import Message

from chassis.context import current_caller
from chassis.errors import FieldError, InProgress, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from uuid import UUID

    from chassis.context import Caller
    from chassis.db import Database, Tx

FIELD: Final = "Idempotency-Key"
_MAX_CHARS: Final = 255
_RETRY_AFTER_SECONDS: Final = 1.0

# Two statements, not one: what the first holder of the lock committed is seen only by a statement that starts later.
_LOCK: Final = "SELECT pg_try_advisory_xact_lock($1)"
_RECALL: Final = (
    "SELECT request_hash, response FROM idempotency_keys"
    " WHERE tenant_id = $1 AND subject = $2 AND method = $3 AND key = $4"
    # The days only narrow down the partitions: another's transaction may have begun just after midnight, ours before.
    " AND day BETWEEN (now() AT TIME ZONE 'UTC')::date - 1 AND (now() AT TIME ZONE 'UTC')::date + 1"
    " AND created_at > now() - interval '24 hours'"
    " ORDER BY created_at DESC LIMIT 1"
)
_REMEMBER: Final = (
    "INSERT INTO idempotency_keys (tenant_id, subject, method, key, request_hash, response)"
    " VALUES ($1, $2, $3, $4, $5, $6)"
)

R = TypeVar("R", bound=Message)


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a key: who calls which method with which request."""

    tenant_id: UUID
    subject: str
    method: str
    key: str
    request_hash: bytes
    """SHA-256 of the request, serialised deterministically."""

    @property
    def lock_key(self) -> int:
        """The advisory lock (a signed 64-bit number) that the transaction with the effect holds."""
        name = "\0".join((str(self.tenant_id), self.subject, self.method, self.key)).encode()
        return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big", signed=True)


_use: ContextVar[Use | None] = ContextVar("idempotency_use", default=None)


def current_use() -> Use | None:
    """The key of the running write; None where the caller gave none."""
    return _use.get()


@contextmanager
def using(use: Use | None) -> Iterator[None]:
    """Runs the block with this use of a key."""
    token = _use.set(use)
    try:
        yield
    finally:
        _use.reset(token)


def checked_key(key: str) -> str:
    """The key as given. Raises InvalidInput where it is empty, too long or not printable ASCII."""
    if not 0 < len(key) <= _MAX_CHARS or not key.isascii() or not key.isprintable():
        raise InvalidInput([FieldError(FIELD, f"must be 1 to {_MAX_CHARS} printable ASCII characters")])
    return key


def use_of(caller: Caller, method: str, key: str, request: Message) -> Use:
    """This caller's use of the key for this request."""
    body = request.SerializeToString(deterministic=True)
    return Use(caller.tenant_id, caller.subject, method, key, hashlib.sha256(body).digest())


async def recall(tx: Tx, use: Use) -> bytes | None:
    """The serialised answer of the first use, or None: this is the first, and `remember` must follow.

    Raises InvalidInput (another request under the key) or InProgress (the first use still runs).
    """
    raw = await tx.raw()
    if not await raw.fetchval(_LOCK, use.lock_key):
        raise InProgress(_RETRY_AFTER_SECONDS)
    row = await raw.fetchrow(_RECALL, use.tenant_id, use.subject, use.method, use.key)
    return None if row is None else replayed(use, row["request_hash"], row["response"])


def replayed(use: Use, request_hash: bytes, response: bytes | None) -> bytes:
    """The stored answer, checked against this use: for SQL functions that look the row up themselves.

    Raises InvalidInput (another request under the key) or InProgress (no answer stored yet).
    """
    if not hmac.compare_digest(request_hash, use.request_hash):
        raise InvalidInput([FieldError(FIELD, "was used before with another request")])
    if response is None:
        raise InProgress(_RETRY_AFTER_SECONDS)
    return response


async def remember(tx: Tx, use: Use, response: bytes) -> None:
    """Stores the answer in the transaction of the effect."""
    raw = await tx.raw()
    await raw.execute(_REMEMBER, use.tenant_id, use.subject, use.method, use.key, use.request_hash, response)


async def once(database: Database, answer: type[R], work: Callable[[Tx], Awaitable[R]]) -> R:
    """Runs `work` in one transaction of the caller's tenant, or gives the answer that the key already has."""
    use = current_use()
    async with database.transaction(current_caller().tenant_id) as tx:
        if use is None:
            return await work(tx)
        stored = await recall(tx, use)
        if stored is not None:
            return answer.FromString(stored)
        result = await work(tx)
        await remember(tx, use, result.SerializeToString())
        return result
