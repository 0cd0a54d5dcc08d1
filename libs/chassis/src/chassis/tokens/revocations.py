"""What was revoked: tokens that do not hold any more, though their time is not over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chassis.tokens.values import text_or_none

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_BEFORE_SUBJECT: Final = "deskmesh.identity.not_before"


@dataclass(frozen=True, slots=True)
class Revocation:
    """Tokens of the tenant issued before `not_before` (epoch seconds) are void: all, a subject's, or a session's."""

    tenant: str
    sub: str | None
    sid: str | None
    not_before: float


class NotBefore:
    """What was revoked, merged from broadcasts; kept while a token from before could still be alive."""

    KEEP_SECONDS: Final = 86_400.0

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str | None, str | None], float] = {}
        self.heard_at = float("-inf")
        """Monotonic seconds of the last news."""

    def __len__(self) -> int:
        return len(self._entries)

    def merge(self, entries: Iterable[Revocation]) -> None:
        """Takes the entries in; an earlier `not_before` never replaces a later one."""
        for entry in entries:
            key = (entry.tenant, entry.sub, entry.sid)
            if entry.not_before > self._entries.get(key, float("-inf")):
                self._entries[key] = entry.not_before
        oldest = time.time() - self.KEEP_SECONDS
        if any(at < oldest for at in self._entries.values()):
            self._entries = {key: at for key, at in self._entries.items() if at >= oldest}
        self.heard_at = time.monotonic()

    def holds(self, tenant: str, sub: str, sid: str, issued_at: float) -> bool:
        """Whether a token issued then is not revoked."""
        entries = self._entries
        if not entries:
            return True
        never = float("-inf")
        return issued_at >= max(
            entries.get((tenant, None, None), never),
            entries.get((tenant, sub, None), never),
            entries.get((tenant, None, sid), never),
            entries.get((tenant, sub, sid), never),
        )


def revocations(document: object) -> list[Revocation]:
    """The entries of a not-before document. Raises ValueError where it is not one."""
    entries = document.get("entries") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("no list of entries")  # noqa: TRY004 (malformed data, not a wrong call)
    found: list[Revocation] = []
    for entry in entries:
        match entry:
            case {"tenant": str(tenant), "not_before": int() | float() as at}:
                found.append(
                    Revocation(tenant, text_or_none(entry, "sub"), text_or_none(entry, "sid"), float(at))
                )
            case _:
                raise ValueError("an entry is malformed")
    return found
