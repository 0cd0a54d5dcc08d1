"""The audit log's chain: each entry's hash covers its content and the hash of the entry before it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TypedDict

# JSON values, as settings hold them.
Plain = None | bool | int | float | str | Sequence["Plain"] | Mapping[str, "Plain"]

FIRST = bytes(32)


class Change(TypedDict):
    """One field of a setting, before and after."""

    field: str
    old: Plain
    new: Plain


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry says; all of it is covered by its hash. Times are aware."""

    tenant_id: str
    sequence: int
    event_id: str
    service: str
    kind: str
    target_id: str
    target_name: str
    # As `changes_text` writes them, so that no database reads a number in another way.
    changes: str
    actor_kind: str
    actor_id: str
    cause: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """An entry in the chain."""

    content: Content
    previous_hash: bytes
    hash: bytes


def chain_hash(previous: bytes, content: Content) -> bytes:
    """Return SHA-256 of the hash before and the content as canonical JSON (sorted keys, UTC, no spaces)."""
    fields = asdict(content) | {
        "occurred_at": _utc(content.occurred_at),
        "recorded_at": _utc(content.recorded_at),
    }
    return hashlib.sha256(previous + _canonical(fields).encode()).digest()


def changes_text(changes: Sequence[Change]) -> str:
    """Return the changes as canonical JSON."""
    return _canonical(changes)


class Chain:
    """Walks a log from its first entry and finds where it is broken.

    An edited entry breaks at itself, a missing or doubled one at its place, a cut tail behind the last entry.
    An entry that was once the last may be known from elsewhere; another in its place breaks the log there.
    """

    def __init__(self, known_sequence: int = 0, known_hash: bytes = FIRST) -> None:
        self._known = (known_sequence, known_hash)
        self._next = 1
        self._previous = FIRST
        self._broken = False

    def holds(self, link: Link) -> bool:
        """Take the next entry and say whether it follows from the one before."""
        if (
            link.content.sequence != self._next
            or link.previous_hash != self._previous
            or link.hash != chain_hash(self._previous, link.content)
            or (self._next == self._known[0] and link.hash != self._known[1])
        ):
            self._broken = True
            return False
        self._next, self._previous = self._next + 1, link.hash
        return True

    def break_at(self, *, last_sequence: int, last_hash: bytes) -> int | None:
        """Return the sequence number at which the log that should end so is broken, or None."""
        ended = (self._next - 1, self._previous) == (last_sequence, last_hash) and self._next > self._known[0]
        return None if ended and not self._broken else self._next


def changes_between(before: Mapping[str, Plain], after: Mapping[str, Plain]) -> list[Change]:
    """Return the fields that differ, in the order of `after`."""
    return [
        Change(field=name, old=before.get(name), new=value)
        for name, value in after.items()
        if before.get(name) != value
    ]


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _utc(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")
