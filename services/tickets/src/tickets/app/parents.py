"""Parents and children: what a ticket may stand under, what waits for what, and children that follow."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput, NotFound, WrongState
from tickets.app.access import may_on, number_seen, readable_ticket
from tickets.app.configuration import Configuration
from tickets.app.moving import legal_moves, move_ticket, mover_of, rules_of
from tickets.db.links import lock_tickets
from tickets.db.structure import line_above, open_children, tickets_below
from tickets.db.tickets import Ticket
from tickets.domain.occasion import Occasion
from tickets.domain.structure import CASCADED, depth_problem, held_by_children, moves_towards
from tickets.domain.workflow import moves_for

MAX_CASCADED = 200
"""Tickets that follow their parent by one move."""


async def parent_named(
    tx: Tx, configuration: Configuration, reference: str, *, child: Ticket | None = None
) -> UUID:
    """The id of the parent that a new ticket, or `child`, shall have.

    Raises InvalidInput where there is none, where it is the child or stands below it, or where it gets too deep.
    """
    try:
        parent = await readable_ticket(tx, configuration, reference)
    except NotFound:
        raise InvalidInput([FieldError("parent_id", "there is no such ticket")]) from None
    line = await line_above(tx, parent.id)
    below = 0
    if child is not None:
        if child.id in line:
            raise InvalidInput([FieldError("parent_id", "must not be the ticket itself or one below it")])
        below = max((level for _, level in await tickets_below(tx, child.id)), default=0)
    if problem := depth_problem(len(line), below):
        raise InvalidInput([FieldError("parent_id", problem)])
    return parent.id


async def require_children_done(tx: Tx, configuration: Configuration, ticket: Ticket, to: str) -> None:
    """Raises WrongState, with the moves that are left, where the ticket's children hold it back from `to`."""
    moves = await legal_moves(tx, configuration, ticket)
    problem, *others = await children_hold_back(tx, configuration, ticket, [to, *(move.to for move in moves)])
    if problem is not None:
        left = [move.to for move, other in zip(moves, others, strict=True) if other is None]
        raise WrongState("OPEN_CHILDREN", problem, left)


async def children_hold_back(
    tx: Tx, configuration: Configuration, ticket: Ticket, states: Sequence[str]
) -> list[str | None]:
    """For each of the states, why the ticket's open children hold it back from it, None where they do not."""
    rules = await rules_of(tx, configuration, ticket)
    children = [await number_seen(tx, configuration, child) for child in await open_children(tx, ticket.id)]
    return [held_by_children(rules.category(to), children) for to in states]


async def move_children(
    tx: Tx, *, configuration: Configuration, ticket: Ticket, to: str, occasion: Occasion
) -> None:
    """Moves what stands below a ticket where the ticket shall go, the deepest first, by moves that the caller may make.

    Raises InvalidInput for a state that children do not follow to, WrongState where one of them cannot.
    """
    category = (await rules_of(tx, configuration, ticket)).category(to)
    if category not in CASCADED:
        raise InvalidInput([FieldError("cascade", f"children do not follow to {to}")])
    below = [id_ for id_, _ in await tickets_below(tx, ticket.id)]
    locked = await lock_tickets(tx, below)
    following = [locked[id_] for id_ in below if locked[id_].state_category in CASCADED[category]]
    if len(following) > MAX_CASCADED:
        raise WrongState(
            "TOO_MANY_CHILDREN",
            f"At most {MAX_CASCADED} tickets follow by one move; move some of them first.",
        )
    by_parent = replace(occasion, rule=f"cascade:{ticket.number}")
    for child in following:
        await _follow(tx, configuration, child, to=to, category=category, occasion=by_parent)


async def _follow(
    tx: Tx, configuration: Configuration, child: Ticket, *, to: str, category: str, occasion: Occasion
) -> None:
    rules = await rules_of(tx, configuration, child)
    mover = mover_of(configuration, child)
    moves = [move for state in rules.states for move in moves_for(rules, state, mover) if not move.guards]
    states = moves_towards(moves, rules.states, child.state, to, category)
    if not states:
        seen = (
            child.number if may_on(child, configuration, "tickets.read") else "a ticket that you do not see"
        )
        raise WrongState("CHILD_CANNOT_FOLLOW", f"You cannot move {seen} to {to} along with its parent.")
    for state in states:
        await move_ticket(tx, configuration=configuration, ticket=child, to=state, occasion=occasion)
