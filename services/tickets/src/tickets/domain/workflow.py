"""The life cycle of a ticket: states, the matrix of moves, what moves by itself. All of it is data."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.domain.guards import Guard

CATEGORIES = ("new", "active", "waiting", "resolved", "closed", "cancelled")
"""What a state means, whatever a tenant names it."""

OPEN_CATEGORIES = ("new", "active", "waiting")
"""The desk still owes work."""

FINAL_CATEGORIES = ("closed", "cancelled")
"""Nothing is expected any more; an answer opens a new ticket."""

AGENT_REPLIED = "agent_replied"
ASSIGNED = "assigned"
REQUESTER_REPLIED = "requester_replied"
APPROVED = "approved"
REJECTED = "rejected"
REMINDED = "reminded"
TRIGGERS = (AGENT_REPLIED, ASSIGNED, REQUESTER_REPLIED, APPROVED, REJECTED, REMINDED)
"""What may move a ticket by itself; it is approved or rejected by all its approvals together."""

ASSIGNEE = "assignee"
REQUESTER = "requester"
PEOPLE = (ASSIGNEE, REQUESTER)
"""Whom a move may be left to."""


@dataclass(frozen=True, slots=True)
class State:
    slug: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Move:
    """One cell of the matrix: who may make it, and what it demands.

    `own_permission` is what a requester needs on an own ticket; empty: not for requesters. Where `roles` or `only` name
    somebody, the caller must hold one of the roles, and be one of the people of the ticket.
    """

    source: str
    to: str
    name: str
    permission: str
    own_permission: str = ""
    roles: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    required_fields: tuple[str, ...] = ()
    comment_required: bool = False
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class AutomaticMove:
    """Happens by itself when `trigger` is set off in one of the states `sources` and the guards let it."""

    trigger: str
    sources: tuple[str, ...]
    to: str
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class TimedMove:
    """Tickets that stay in one of the states `sources` for `after` move to `to`, once the guards let them."""

    sources: tuple[str, ...]
    to: str
    after: timedelta
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Workflow:
    initial: str
    states: Mapping[str, State]
    moves: tuple[Move, ...]
    automatic: tuple[AutomaticMove | TimedMove, ...]

    def category(self, state: str) -> str:
        """What the state means. Raises KeyError for a state that the workflow does not have."""
        return self.states[state].category


@dataclass(frozen=True, slots=True)
class Mover:
    """Who wants to move a ticket: what they may do there, their roles, and what they are to the ticket."""

    may: Callable[[str], bool]
    own: bool = False
    assigned: bool = False
    roles: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A ticket reached `state` at `at`."""

    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ticket stands after all its passages."""

    state: str
    category: str
    resolved_at: datetime | None
    closed_at: datetime | None


def moves_for(workflow: Workflow, state: str, mover: Mover) -> list[Move]:
    """The moves out of `state` for somebody: by permission or, on an own ticket, by the requester's permission."""
    return [move for move in workflow.moves if move.source == state and _may_move(move, mover)]


def find_move(moves: Iterable[Move], to: str) -> Move | None:
    """The move to a state among those given."""
    return next((move for move in moves if move.to == to), None)


def automatic_move(workflow: Workflow, state: str, trigger: str) -> AutomaticMove | None:
    """The move that a trigger sets off in a state, None where it sets off none."""
    for move in workflow.automatic:
        if isinstance(move, AutomaticMove) and move.trigger == trigger and state in move.sources:
            return move
    return None


def timed_move(workflow: Workflow, state: str) -> TimedMove | None:
    """The move that time makes out of a state, None where it makes none."""
    for move in workflow.automatic:
        if isinstance(move, TimedMove) and state in move.sources:
            return move
    return None


def step(workflow: Workflow, standing: Standing, passage: Passage) -> Standing:
    """Where the ticket stands after one more passage.

    Leaving the resolved states for work forgets `resolved_at`; closing keeps it, and sets it where the ticket was
    never resolved; cancelling is an end without a resolution.
    """
    category = workflow.category(passage.state)
    resolved_at, closed_at = standing.resolved_at, None
    if category == "resolved":
        resolved_at = standing.resolved_at if standing.category == "resolved" else passage.at
    elif category == "closed":
        resolved_at, closed_at = standing.resolved_at or passage.at, passage.at
    elif category == "cancelled":
        closed_at = passage.at
    else:
        resolved_at = None
    return Standing(passage.state, category, resolved_at, closed_at)


def replay(workflow: Workflow, passages: Sequence[Passage]) -> Standing:
    """Where a ticket stands after passages in the order of their times, however they were told."""
    standing = Standing(workflow.initial, workflow.category(workflow.initial), None, None)
    for passage in sorted(passages, key=lambda item: item.at):
        standing = step(workflow, standing, passage)
    return standing


def state_at(workflow: Workflow, passages: Sequence[Passage], at: datetime) -> str:
    """The state of a ticket at a moment, changes of that very moment included."""
    return replay(workflow, [passage for passage in passages if passage.at <= at]).state


def _may_move(move: Move, mover: Mover) -> bool:
    permitted = mover.may(move.permission) or (
        mover.own and bool(move.own_permission) and mover.may(move.own_permission)
    )
    of_role = not move.roles or any(role in mover.roles for role in move.roles)
    is_one = {ASSIGNEE: mover.assigned, REQUESTER: mover.own}
    return permitted and of_role and (not move.only or any(is_one[one] for one in move.only))
