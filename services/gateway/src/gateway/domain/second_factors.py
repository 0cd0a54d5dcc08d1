"""Codes of a second factor: those of an app (RFC 6238: SHA-1, six digits, thirty seconds) and recovery codes."""

import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

import pyotp

STEP_SECONDS = 30
# A clock that is one step fast or slow is good enough (RFC 6238, 5.2).
TOLERATED_STEPS = 1
RECOVERY_CODES = 10
_RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_GROUP = 5


def step_of_code(secret: str, code: str, *, now: float, after: int | None) -> int | None:
    """Return the time step of a code of the app, or None when it is none that holds.

    :param secret: in Base32.
    :param now: in seconds since 1970.
    :param after: the last step whose code was taken; only later ones hold, so that each code works once.
    """
    app = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = int(now) // STEP_SECONDS
    for step in range(current - TOLERATED_STEPS, current + TOLERATED_STEPS + 1):
        right = hmac.compare_digest(app.generate_otp(step).encode(), code.encode("utf-8", "surrogatepass"))
        if right and (after is None or step > after):
            return step
    return None


def otpauth_uri(secret: str, *, email: str, tenant_name: str) -> str:
    """Return what the QR code says that apps read."""
    issuer = f"Deskmesh {tenant_name}".replace(":", " ")
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=email, issuer_name=issuer)


def recovery_code(random: Sequence[int]) -> str:
    """Return a code that is easy to copy, of 20 random numbers: 99 bits in four groups."""
    letters = "".join(_RECOVERY_ALPHABET[one % len(_RECOVERY_ALPHABET)] for one in random)
    groups = range(0, len(letters), _RECOVERY_GROUP)
    return "-".join(letters[start : start + _RECOVERY_GROUP] for start in groups)


def typed(code: str) -> str:
    """Return a code as it was meant: people add blanks and dashes, and mix cases."""
    return "".join(code.split()).replace("-", "").lower()


def recovery_hash(user_id: UUID, code: str) -> bytes:
    """Return the SHA-256 of somebody's recovery code; it is random enough to need no slow hash."""
    return hashlib.sha256(user_id.bytes + typed(code).encode("utf-8", "surrogatepass")).digest()
