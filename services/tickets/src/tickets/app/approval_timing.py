"""What time does to an approval: reminders, and the end of what was open for too long."""

from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx, get_for_update
from tickets.app.actors import occasion_of
from tickets.app.approval_ending import Matter
from tickets.app.approval_following import finish_approval
from tickets.app.approving import ask, schedule_step
from tickets.app.configuration import Configuration
from tickets.db.approval_views import ApprovalView, view_approval
from tickets.db.approvals import Approval, ApprovalStep
from tickets.db.tickets import Ticket


async def remind(tx: Tx, *, configuration: Configuration, step_id: UUID) -> None:
    """Asks those once more who have not decided in a step that is still open, and sets the next reminder."""
    pending = await _pending_step(tx, step_id)
    if pending is None:
        return
    ticket, view, step = pending
    votes = [vote for vote in view.votes[step.id] if vote.state == "pending"]
    occasion = occasion_of()
    await ask(tx, Matter(configuration, ticket, view, occasion), votes, reminder=True)
    await schedule_step(tx, step, occasion.recorded_at, expiry=False)


async def expire(tx: Tx, *, configuration: Configuration, step_id: UUID) -> None:
    """Ends the approval of a step that was open for too long."""
    pending = await _pending_step(tx, step_id)
    if pending is None:
        return
    ticket, view, step = pending
    occasion = occasion_of()
    step.state, step.decided_at = "expired", occasion.recorded_at
    await finish_approval(tx, Matter(configuration, ticket, view, occasion), "expired")


async def _pending_step(tx: Tx, step_id: UUID) -> tuple[Ticket, ApprovalView, ApprovalStep] | None:
    """The step with its approval, its ticket locked; None where it is no longer open."""
    found = await tx.execute(
        select(Approval.id, Approval.ticket_id)
        .join(
            ApprovalStep,
            (ApprovalStep.tenant_id == Approval.tenant_id) & (ApprovalStep.approval_id == Approval.id),
        )
        .where(ApprovalStep.id == step_id)
    )
    row = found.first()
    if row is None:
        return None
    ticket = await get_for_update(tx, Ticket, row.ticket_id)
    approval = await tx.get(Approval, row.id)
    assert approval is not None  # approvals are never removed
    view = await view_approval(tx, approval, ticket)
    step = next(step for step in view.steps if step.id == step_id)
    return (ticket, view, step) if step.state == "pending" else None
