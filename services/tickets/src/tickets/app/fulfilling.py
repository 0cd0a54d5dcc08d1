"""What follows an order: its end where it is turned down, its tasks one after the other, its resolution."""

from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx
from tickets.app.actors import occasion_of
from tickets.app.approval_reading import approval_states
from tickets.app.commenting import NewComment, add_comment
from tickets.app.configuration import Configuration
from tickets.app.creating import NewTicket
from tickets.app.making import make_ticket
from tickets.app.moving import move_ticket, rules_of
from tickets.app.opening import Desk
from tickets.db.approvals import Approval, ApprovalVote
from tickets.db.catalog import CatalogRequest, CatalogTask
from tickets.db.tickets import Ticket
from tickets.domain.approvals import ticket_standing
from tickets.domain.catalog import DONE_CATEGORIES, ready_tasks
from tickets.domain.catalog_texts import refusal_text

RULE = "catalog"


async def carry_on(tx: Tx, *, configuration: Configuration, desk: Desk, ticket_id: UUID) -> None:
    """Does what is due for a request of the catalogue; nothing for any other ticket. Safe to repeat."""
    request = await tx.get(CatalogRequest, ticket_id)
    if request is None:
        return
    ticket = await tx.scalar(
        select(Ticket)
        .where(Ticket.id == ticket_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    await tx.session.refresh(request)
    if ticket is None or ticket.state_category in DONE_CATEGORIES:
        return
    if request.state == "approval":
        standing = ticket_standing(await approval_states(tx, ticket_id))
        if standing == "rejected":
            await _refuse(tx, configuration, desk, ticket, request)
        elif standing == "approved":
            request.state = "fulfilment"
            await tx.flush()
    if request.state == "fulfilment":
        await begin_fulfilment(tx, configuration=configuration, desk=desk, ticket=ticket)


async def begin_fulfilment(tx: Tx, *, configuration: Configuration, desk: Desk, ticket: Ticket) -> None:
    """Makes the tickets of the tasks that nothing holds back; with the last one done, the request is resolved."""
    tasks = list(
        await tx.scalars(
            select(CatalogTask)
            .where(CatalogTask.request_id == ticket.id)
            .order_by(CatalogTask.position)
            .with_for_update()
        )
    )
    if not tasks:
        return
    ended = await tx.scalars(
        select(Ticket.id).where(
            Ticket.id.in_([task.ticket_id for task in tasks if task.ticket_id is not None]),
            Ticket.state_category.in_(DONE_CATEGORIES),
        )
    )
    done = set(ended)
    for task in tasks:
        if task.ticket_id in done:
            task.state = "done"
    by_key = {task.key: task for task in tasks}
    ready = ready_tasks(
        {task.key: task.depends_on for task in tasks}, {task.key: task.state for task in tasks}
    )
    for key in ready:
        await _make(tx, configuration, desk, ticket, by_key[key])
    if all(task.state == "done" for task in tasks):
        request = await tx.get(CatalogRequest, ticket.id)
        assert request is not None  # its tasks are there
        request.state = "done"
        await _move_to(tx, configuration, ticket, "resolved")
    await tx.flush()


async def _make(tx: Tx, configuration: Configuration, desk: Desk, ticket: Ticket, task: CatalogTask) -> None:
    """Makes the ticket of a task below the request: for the desk, so that the requester is not told of each."""
    queue = configuration.find_queue(task.queue) if task.queue else None
    new = NewTicket(
        title=task.title,
        description=task.description or ticket.title,
        type=task.type,
        queue=str(queue.id if queue else ticket.queue_id),
        priority=ticket.priority,
        channel="catalog",
        parent_id=ticket.id,
        automatic=True,
    )
    made = await make_ticket(
        tx, configuration=configuration, desk=desk, new=new, occasion=occasion_of(rule=RULE)
    )
    task.ticket_id, task.state = made.id, "open"


async def _refuse(
    tx: Tx, configuration: Configuration, desk: Desk, ticket: Ticket, request: CatalogRequest
) -> None:
    """Tells the requester the reason, and cancels."""
    request.state = "refused"
    latest = await tx.scalar(
        select(Approval)
        .where(Approval.ticket_id == ticket.id, Approval.state != "withdrawn")
        .order_by(Approval.id.desc())
        .limit(1)
    )
    assert latest is not None  # it was rejected
    said = await tx.scalars(
        select(ApprovalVote.comment)
        .where(ApprovalVote.approval_id == latest.id, ApprovalVote.state == "rejected")
        .order_by(ApprovalVote.decided_at)
    )
    reasons = [comment for comment in said if comment.strip()]
    await add_comment(
        tx,
        configuration=configuration,
        vocabulary=desk.vocabulary,
        ticket=ticket,
        new=NewComment(refusal_text(ticket.language, latest.state, reasons)),
        occasion=occasion_of(rule=RULE),
        from_requester=False,
        moves=False,
    )
    await _move_to(tx, configuration, ticket, "cancelled")


async def _move_to(tx: Tx, configuration: Configuration, ticket: Ticket, category: str) -> None:
    """Moves the ticket to the first state of a category, where its workflow has one."""
    rules = await rules_of(tx, configuration, ticket)
    to = next((state.slug for state in rules.states.values() if state.category == category), None)
    if to is not None:
        await move_ticket(
            tx, configuration=configuration, ticket=ticket, to=to, occasion=occasion_of(rule=RULE)
        )
