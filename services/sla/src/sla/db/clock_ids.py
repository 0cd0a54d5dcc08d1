"""Ids of clocks."""

from hashlib import sha256
from uuid import UUID


def clock_id(ticket_id: UUID, kind: str, name: str, cycle: int | None = None) -> UUID:
    """The id of a ticket's clock, or of one of its earlier windings: always the same, so that none is there twice.

    A UUIDv7 with the time of the ticket's, so that the keys of clocks stay in order.
    """
    named = f"{ticket_id}/{kind}/{name}" if cycle is None else f"{ticket_id}/{kind}/{name}/{cycle}"
    digest = sha256(named.encode()).digest()
    noise = int.from_bytes(digest[:10])
    milliseconds = ticket_id.int >> 80
    high, low = (noise >> 64) & 0xFFF, noise & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)
