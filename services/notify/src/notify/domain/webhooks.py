"""Rules of webhooks: what a secret looks like, when one is left alone, and when it is given up."""

import base64
import binascii
from datetime import datetime, timedelta

SECRET_PREFIX = "whsec_"  # noqa: S105 (how secrets begin, and none)
SECRET_BYTES = (24, 64)
"""The shortest and longest secret, by the Standard Webhooks specification."""

OVERLAP = timedelta(days=1)
"""So long the secret before signs too."""

PATIENCE = timedelta(days=3)
"""A webhook of which no call has succeeded for so long is switched off."""

# Pauses of the whole webhook after so many rounds without a success.
_RESTS = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900))


def secret_problem(secret: str) -> str | None:
    """Say what is wrong with a secret, for people, or None."""
    shortest, longest = SECRET_BYTES
    try:
        content = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (ValueError, binascii.Error):
        content = b""
    if secret.startswith(SECRET_PREFIX) and shortest <= len(content) <= longest:
        return None
    return f"must be {SECRET_PREFIX} and {shortest} to {longest} bytes in base64"


def rest_after(failures: int) -> timedelta:
    """How long a webhook is left alone after so many rounds (from 1) without a success."""
    return _RESTS[min(failures, len(_RESTS)) - 1]


def is_hopeless(failing_since: datetime | None, now: datetime) -> bool:
    """Whether a webhook has failed for so long that it is switched off."""
    return failing_since is not None and now - failing_since >= PATIENCE
