"""What the rules refuse, as the failure that callers get."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chassis.errors import FieldError, InvalidInput
from sla.domain.refusals import Refused

MOST_CHARACTERS = 200


@contextmanager
def refusals_told() -> Iterator[None]:
    """Turns a rule's refusal into InvalidInput with the same fields and reasons."""
    try:
        yield
    except Refused as refused:
        raise invalid(*refused.problems) from refused


def invalid(*problems: tuple[str, str]) -> InvalidInput:
    """The failure for (field, reason) pairs."""
    return InvalidInput([FieldError(field, reason) for field, reason in problems])


def check_name(name: str, field: str = "name") -> None:
    """Raises InvalidInput for a name that is empty, too long or not printable."""
    if not 0 < len(name.strip()) <= MOST_CHARACTERS or len(name) > MOST_CHARACTERS or not name.isprintable():
        raise invalid((field, f"must be 1 to {MOST_CHARACTERS} printable characters"))
