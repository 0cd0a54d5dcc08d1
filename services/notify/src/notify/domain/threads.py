"""Which earlier mails a mail says it belongs to, so that a reader's mail program shows one conversation."""

from collections.abc import Iterable
from dataclasses import dataclass

from notify.domain.parsing import is_synthetic


@dataclass(frozen=True, slots=True)
class ThreadPart:
    """A mail about a ticket. Ids are UUIDs as text and grow with time; `address` is who wrote it, or whom it went to."""

    ticket_id: str
    id: str
    message_id: str
    address: str
    came_in: bool


def thread_for(parts: Iterable[ThreadPart], *, ticket_id: str, recipient: str, before: str) -> list[str]:
    """Return the Message-IDs that a mail to this person refers to, oldest first.

    That is what this person wrote or got before about the ticket, after the mail that the ticket began with: that one
    is common to everybody's thread. `before` is the id of the mail that is being written.
    """
    earlier = sorted((part for part in parts if part.ticket_id == ticket_id and part.id < before), key=_age)
    first = next((part for part in earlier if part.came_in), None)
    theirs = [part for part in earlier if part.address == recipient]
    chosen = theirs if first is None else [first, *theirs]
    return list(dict.fromkeys(part.message_id for part in chosen if not is_synthetic(part.message_id)))


def _age(part: ThreadPart) -> str:
    return part.id
