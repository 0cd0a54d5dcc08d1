"""What holds a move back though the matrix has it: conditions of the ticket and of what hangs on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NO_OPEN_CHILDREN = "no_open_children"
CONDITION = "condition"
APPROVED = "approved"
KINDS = (NO_OPEN_CHILDREN, CONDITION, APPROVED)

_NOT_APPROVED = {
    "none": "nobody was asked to approve it",
    "pending": "its approval is pending",
    "rejected": "its approval was refused",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """`filter` must hold for a guard of the kind "condition"; `message` is what people are told where it does not."""

    kind: str
    filter: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class GuardFacts:
    """What the guards of a move ask: how many children are open, how its approval stands, which filters hold.

    `approval` is "none", "pending", "approved" or "rejected", see `approvals.ticket_standing`.
    """

    open_children: int
    approval: str
    holds: Mapping[str, bool]


def held_back(guards: Sequence[Guard], facts: GuardFacts) -> list[str]:
    """Why the guards do not let a ticket pass, in their order; empty where they do."""
    return [reason for guard in guards if (reason := _reason(guard, facts))]


def _reason(guard: Guard, facts: GuardFacts) -> str:
    if guard.kind == NO_OPEN_CHILDREN and facts.open_children:
        return (
            f"{facts.open_children} of its children are open"
            if facts.open_children > 1
            else "a child is open"
        )
    if guard.kind == APPROVED:
        return _NOT_APPROVED.get(facts.approval, "")
    if guard.kind == CONDITION and not facts.holds[guard.filter]:
        return guard.message or f"this does not hold: {guard.filter}"
    return ""
