"""How steps and approvals end. Below the workflow's moves, which withdraw the approvals of a ticket that ends."""

from dataclasses import dataclass

from sqlalchemy import select

from chassis import timers
from chassis.db import Tx
from tickets.app.configuration import Configuration
from tickets.app.recording import record_change
from tickets.db.approval_views import ApprovalView, view_approval
from tickets.db.approvals import Approval, ApprovalStep
from tickets.db.tickets import Ticket
from tickets.domain.approvals import OPEN
from tickets.domain.catalog import FULFIL
from tickets.domain.changes import Change
from tickets.domain.occasion import Occasion
from tickets.publish import approval_events
from tickets.publish.approval_events import ApprovalNews

REMINDER, EXPIRY = "approval_reminder", "approval_expiry"
"""Kinds of timers; their key is the step's id."""


@dataclass(frozen=True, slots=True)
class Matter:
    """An approval that changes: its ticket is locked."""

    configuration: Configuration
    ticket: Ticket
    view: ApprovalView
    occasion: Occasion


async def withdraw_approvals(
    tx: Tx, configuration: Configuration, ticket: Ticket, occasion: Occasion
) -> None:
    """Ends all approvals of the locked ticket that are still open."""
    pending = await tx.scalars(
        select(Approval)
        .where(Approval.ticket_id == ticket.id, Approval.state == "pending")
        .order_by(Approval.id)
    )
    for approval in pending.all():
        view = await view_approval(tx, approval, ticket)
        await end_approval(tx, Matter(configuration, ticket, view, occasion), "withdrawn")


async def end_approval(tx: Tx, matter: Matter, state: str) -> None:
    """Ends an approval with all that is open in it. Publishes ApprovalCompleted."""
    view = matter.view
    view.approval.state, view.approval.decided_at = state, matter.occasion.recorded_at
    for step in view.steps:
        await close_step(tx, matter, step, step.state if step.state not in OPEN else "withdrawn")
    told = await tell_of_approval(tx, matter, "approval_completed")
    approval_events.approval_completed(tx, told)
    await timers.schedule(tx, kind=FULFIL, key=str(matter.ticket.id), due_at=matter.occasion.recorded_at)


async def close_step(tx: Tx, matter: Matter, step: ApprovalStep, state: str) -> None:
    """Ends a step: what is not decided in it need not be any more, its timers are taken away."""
    step.state, step.decided_at = state, step.decided_at or matter.occasion.recorded_at
    for vote in matter.view.votes.get(step.id, []):
        if vote.state in OPEN:
            vote.state = "withdrawn"
    for kind in (REMINDER, EXPIRY):
        await timers.cancel(tx, kind=kind, key=str(step.id))


async def tell_of_approval(tx: Tx, matter: Matter, action: str, **said: str) -> ApprovalNews:
    """Writes the history of something that happened to an approval, and gives what is to be told of it."""
    approval = matter.view.approval
    value = {"id": str(approval.id), "name": approval.name, "state": approval.state, **said}
    told = await record_change(
        tx,
        configuration=matter.configuration,
        ticket=matter.ticket,
        occasion=matter.occasion,
        action=action,
        changes=[Change("approval", None, value)],
    )
    await tx.flush()
    return ApprovalNews(told, matter.view, matter.occasion)
