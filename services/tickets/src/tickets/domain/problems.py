"""What a problem must say before it is a known error."""

from collections.abc import Mapping

KNOWN_ERROR, ROOT_CAUSE, WORKAROUND = "known_error", "root_cause", "workaround"
"""The fields of a problem that say what is known of it."""


def known_error_problem(kind: str, fields: Mapping[str, object]) -> str | None:
    """Why a ticket of the type is no known error that others can work by, None where it is one."""
    if kind != "problem":
        return "is no problem"
    if fields.get(KNOWN_ERROR) is not True:
        return "is not marked as a known error"
    if not workaround_of(fields):
        return "has no workaround"
    return None


def workaround_of(fields: Mapping[str, object]) -> str:
    """The workaround of a problem, empty where none is known."""
    return str(fields.get(WORKAROUND) or "").strip()
