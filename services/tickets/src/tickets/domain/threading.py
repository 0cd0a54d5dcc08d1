"""Which ticket a mail belongs to. A subject or a reference is a claim; only the sender's place on the ticket proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that a mail names.

    `by_reference` tells a reference to a message of the ticket from a mere number in the subject; `sender_may` is
    whether the sender is the requester, a watcher, or an agent who may comment on it; `final` whether it is closed
    or cancelled.
    """

    ticket_id: UUID
    by_reference: bool
    sender_may: bool
    final: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A comment on the ticket."""

    ticket_id: UUID


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A new ticket that says which closed one it follows."""

    ticket_id: UUID


@dataclass(frozen=True, slots=True)
class Fresh:
    """A new ticket."""


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """A bounce that belongs to no ticket: there is nothing to do with it."""


Verdict = Answer | FollowUp | Fresh | Undeliverable


def place_mail(candidates: Sequence[Candidate], *, automatic: bool, bounce: bool) -> Verdict:
    """What becomes of a mail; candidates come in the order of their claim, the strongest first.

    A bounce comes from a mail system, never from somebody on the ticket: it needs a reference to a message of ours,
    a number in its subject is not enough. Automatic mail on a closed ticket stays with it: nobody waits for an answer.
    """
    for candidate in candidates:
        if bounce:
            if candidate.by_reference:
                return Answer(candidate.ticket_id)
        elif candidate.sender_may:
            if candidate.final and not automatic:
                return FollowUp(candidate.ticket_id)
            return Answer(candidate.ticket_id)
    return Undeliverable() if bounce else Fresh()
