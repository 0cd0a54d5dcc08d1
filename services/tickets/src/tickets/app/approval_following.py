"""What follows for a ticket when one of its approvals ends."""

from chassis.db import Tx
from tickets.app.approval_ending import Matter, end_approval
from tickets.app.approval_reading import approval_states
from tickets.app.moving import move_by_itself
from tickets.domain.approvals import ticket_standing
from tickets.domain.workflow import APPROVED, REJECTED


async def finish_approval(tx: Tx, matter: Matter, state: str) -> None:
    """Ends an approval, and makes the move that the workflow ties to how the ticket's approvals stand now."""
    await end_approval(tx, matter, state)
    await tx.flush()
    standing = ticket_standing(await approval_states(tx, matter.ticket.id))
    if standing in (APPROVED, REJECTED):
        await move_by_itself(
            tx,
            configuration=matter.configuration,
            ticket=matter.ticket,
            trigger=standing,
            occasion=matter.occasion,
        )
