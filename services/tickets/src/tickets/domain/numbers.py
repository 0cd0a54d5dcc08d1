"""The numbers that people say: INC-1042, per tenant and type, never reused."""

import re
from dataclasses import dataclass

BLOCK_SIZE = 50
"""How many numbers a process takes at a time."""

FIRST_NUMBER = 1001
"""Four digits from the start: a number reads as one, and a lone word in a search rarely looks like it."""

_NUMBER = re.compile(r"([A-Z]{2,6})-([1-9][0-9]{0,17})")


@dataclass(slots=True)
class Block:
    """Numbers that belong to one process: from `next` up to and without `end`."""

    next: int
    end: int

    @property
    def left(self) -> int:
        """How many are still to be given."""
        return self.end - self.next

    def take(self) -> int:
        """The next number. Raises ValueError when the block is used up."""
        if self.next >= self.end:
            raise ValueError("the block is used up")
        taken = self.next
        self.next += 1
        return taken


def format_number(prefix: str, sequence: int) -> str:
    """As people write it: prefix, hyphen, digits."""
    return f"{prefix}-{sequence}"


def parse_number(text: str) -> tuple[str, int] | None:
    """Prefix and sequence of a number in either case, None where the text is none."""
    match = _NUMBER.fullmatch(text.strip().upper())
    return (match[1], int(match[2])) if match else None
