"""What holds moves back, as things stand with a ticket."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from chassis.db import Tx
from tickets.app.approval_reading import approval_states
from tickets.app.conditions import holds
from tickets.app.configuration import Configuration
from tickets.app.facts import ticket_values
from tickets.app.recording import view_ticket
from tickets.db.tickets import Ticket
from tickets.domain.approvals import ticket_standing
from tickets.domain.guards import APPROVED, NO_OPEN_CHILDREN, Guard, GuardFacts, held_back
from tickets.domain.workflow import OPEN_CATEGORIES


async def what_holds_back(
    tx: Tx,
    configuration: Configuration,
    ticket: Ticket,
    moves: Sequence[Sequence[Guard]],
    fields: Mapping[str, object] | None = None,
) -> list[list[str]]:
    """For the guards of each move, why they do not let the ticket pass; only what they ask is looked up.

    :param fields: custom values that the ticket is about to have, in place of its own.
    """
    guards = [guard for one in moves for guard in one]
    kinds = {guard.kind for guard in guards}
    facts = GuardFacts(
        open_children=await _open_children(tx, ticket) if NO_OPEN_CHILDREN in kinds else 0,
        approval=ticket_standing(await approval_states(tx, ticket.id)) if APPROVED in kinds else "none",
        holds=await _holding(tx, configuration, ticket, {guard.filter for guard in guards} - {""}, fields),
    )
    return [held_back(one, facts) for one in moves]


async def _open_children(tx: Tx, ticket: Ticket) -> int:
    below = select(func.count()).where(
        Ticket.parent_id == ticket.id, Ticket.state_category.in_(OPEN_CATEGORIES)
    )
    return await tx.scalar(below) or 0


async def _holding(
    tx: Tx,
    configuration: Configuration,
    ticket: Ticket,
    texts: set[str],
    fields: Mapping[str, object] | None,
) -> dict[str, bool]:
    if not texts:
        return {}
    values = ticket_values(await view_ticket(tx, configuration, ticket), fields)
    return {text: holds(configuration, text, values) for text in texts}
