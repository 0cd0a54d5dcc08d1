"""What goes out when something of a ticket is forwarded to people outside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

MAX_ADDRESSES: Final = 20
MAX_COMMENTS: Final = 100
MAX_BYTES: Final = 7 * 1024 * 1024
"""Of the files that go along: what a mail holds."""

# RFC 5321, without quoted local parts and address literals: what the desk mails to elsewhere.
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@(?:[\w](?:[\w-]{0,61}[\w])?\.)+[\w-]{2,63}\Z")


@dataclass(frozen=True, slots=True)
class Quoted:
    """Something that was said: by whom and when (aware)."""

    author: str
    at: datetime
    text: str


def address_of(word: str) -> str | None:
    """The address as it is mailed to; None where it is none."""
    address = word.strip().casefold()
    return address if len(address) <= 254 and _ADDRESS.match(address) else None


def text_of(body: str, quoted: Sequence[Quoted], zone: tzinfo) -> str:
    """What is said, and below it what was said before, the oldest first, each with its author and time in the zone."""
    blocks = [
        f"---\n{one.author}, {one.at.astimezone(zone):%Y-%m-%d %H:%M %Z}:\n\n{one.text.strip()}"
        for one in quoted
    ]
    return "\n\n".join(part for part in (body.strip(), *blocks) if part)
