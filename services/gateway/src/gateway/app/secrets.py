"""Making bearer secrets."""

from secrets import token_urlsafe


def new_secret(prefix: str) -> str:
    """Return a new secret of 256 random bits behind its prefix."""
    return prefix + token_urlsafe(32)
