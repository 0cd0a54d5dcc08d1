"""When a delivery is tried again, and when it is given up."""

from collections.abc import Sequence
from datetime import timedelta

# After each failed attempt the pause before the next; about three days in all, as mail servers do (RFC 5321, 4.5.4.1).
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (10, 60, 300, 900, 1800, 3600, 7200, 14400, 14400, 28800, 28800, 43200, 43200, 43200)
)

# About an hour and a half: later a push is no news, and the mail tells it anyway.
PAUSES_OF_PUSHES = PAUSES[:6]


def pause_after(attempts: int, pauses: Sequence[timedelta] = PAUSES, *, spread: float) -> timedelta | None:
    """Return the pause after so many failed attempts (from 1), None when there is no next.

    `spread` from 0 to 1 lengthens it by up to a tenth, so that a relay that comes back is not met by all at once.
    """
    if attempts > len(pauses):
        return None
    return pauses[attempts - 1] * (1 + spread / 10)
