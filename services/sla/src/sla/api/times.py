"""Times of requests."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.message import Message

from sla.app.refusals import invalid


def time_or_none(request: Message, field: str) -> datetime | None:
    """The time in a field of a request, None where it is absent. Raises InvalidInput for what is no time."""
    return time_of(request, field) if request.HasField(field) else None


def time_of(request: Message, field: str) -> datetime:
    """The time in a field of a request. Raises InvalidInput for what is no time."""
    try:
        at: datetime = getattr(request, field).ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise invalid((field, "must be a time")) from None
    return at
