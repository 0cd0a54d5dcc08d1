"""When an approval is given: votes make steps, steps make stages, stages make the approval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

MODES = ("all", "any", "quorum")
APPROVE, REJECT = "approve", "reject"
DECISIONS = (APPROVE, REJECT)
OPEN = ("waiting", "pending")
"""States of a vote or step that may still change."""
ENDS = ("approved", "rejected", "expired", "withdrawn")
"""How an approval ends."""

Outcome = Literal["pending", "approved", "rejected"]


@dataclass(frozen=True, slots=True)
class Ballot:
    """A step: so many of the votes (their states) have to be in favour."""

    stage: int
    needed: int
    votes: Sequence[str]


def needed_votes(mode: str, quorum: int, voters: int) -> int:
    """How many votes in favour approve a step of so many voters."""
    return {"all": voters, "any": 1}.get(mode, quorum)


def outcome_of_step(ballot: Ballot) -> Outcome:
    """Approved with enough votes in favour; rejected once those that are left cannot make them enough."""
    in_favour = sum(vote == "approved" for vote in ballot.votes)
    possible = sum(vote != "rejected" for vote in ballot.votes)
    if in_favour >= ballot.needed:
        return "approved"
    return "pending" if possible >= ballot.needed else "rejected"


def outcome_of_approval(ballots: Sequence[Ballot]) -> tuple[Outcome, int | None]:
    """The outcome of all steps and, while it is pending, the stage that is open: the first that is not approved."""
    for stage in sorted({ballot.stage for ballot in ballots}):
        outcomes = {outcome_of_step(ballot) for ballot in ballots if ballot.stage == stage}
        if "rejected" in outcomes:
            return "rejected", None
        if "pending" in outcomes:
            return "pending", stage
    return "approved", None


def stages_of(wanted: Sequence[int]) -> list[int]:
    """The stage of each step; one that names none (0) comes after the step before it, alone."""
    stages: list[int] = []
    for stage in wanted:
        stages.append(stage or max(stages, default=0) + 1)
    return stages


def ticket_standing(states: Sequence[str]) -> Literal["none", "pending", "approved", "rejected"]:
    """Whether a ticket is approved, by the states of its approvals, oldest first.

    What was withdrawn does not count. While one is pending, the ticket is; else the newest decides: who asks again
    after a rejection may be given what was refused before. One that expired was not given.
    """
    counted = [state for state in states if state != "withdrawn"]
    if not counted:
        return "none"
    if "pending" in counted:
        return "pending"
    return "approved" if counted[-1] == "approved" else "rejected"
