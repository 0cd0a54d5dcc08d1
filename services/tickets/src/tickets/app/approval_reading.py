"""Reading approvals, and finding the one that is to change."""

from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import Forbidden, NotFound
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from tickets.app.access import absent_people, find_ticket, is_approver, may_read
from tickets.app.configuration import Configuration
from tickets.db.approval_views import ApprovalView, view_approval, view_approvals
from tickets.db.approvals import Approval, ApprovalVote
from tickets.db.tickets import Ticket


async def get_approval(
    tx: Tx, *, configuration: Configuration, ticket: str, approval_id: str
) -> tuple[Ticket, ApprovalView]:
    """An approval for who sees its ticket, or is asked. Raises NotFound."""
    found = await approvable_ticket(tx, configuration, ticket)
    return found, await view_approval(tx, await _approval_of(tx, found, approval_id), found)


async def list_approvals(
    tx: Tx, *, configuration: Configuration, ticket: str, page: Page
) -> tuple[list[ApprovalView], str]:
    """A page of the approvals of a ticket, oldest first, and the token of the next page. Raises NotFound."""
    found = await approvable_ticket(tx, configuration, ticket)
    keyset = Keyset([(Approval.id, False)], str(found.id))
    statement = keyset.select(select(Approval).where(Approval.ticket_id == found.id), page)
    rows, token = keyset.cut((await tx.scalars(statement)).all(), page)
    return await view_approvals(tx, [(row, found.number, found.title) for row in rows]), token


async def list_my_approvals(tx: Tx, *, page: Page) -> tuple[list[ApprovalView], str]:
    """A page of the approvals in which the caller has to decide, for themselves or for who is away, oldest first."""
    caller_id = deciding_person()
    open_votes = select(ApprovalVote.approval_id).where(
        ApprovalVote.state == "pending",
        (ApprovalVote.person_id == caller_id) | ApprovalVote.person_id.in_(absent_people(caller_id)),
    )
    keyset = Keyset([(Approval.id, False)], f"mine {caller_id}")
    statement = (
        select(Approval, Ticket.number, Ticket.title)
        .join(Ticket, (Ticket.tenant_id == Approval.tenant_id) & (Ticket.id == Approval.ticket_id))
        .where(Approval.id.in_(open_votes), Approval.state == "pending")
    )
    rows = (await tx.execute(keyset.select(statement, page))).all()
    found, token = keyset.cut(rows, page, lambda row: [row.Approval.id])
    return await view_approvals(tx, [(row.Approval, row.number, row.title) for row in found]), token


async def approval_states(tx: Tx, ticket_id: UUID) -> list[str]:
    """The states of the ticket's approvals, oldest first; see `domain.approvals.ticket_standing`."""
    statement = select(Approval.state).where(Approval.ticket_id == ticket_id).order_by(Approval.id)
    return list(await tx.scalars(statement))


async def approvable_ticket(
    tx: Tx, configuration: Configuration, reference: str, *, for_update: bool = False
) -> Ticket:
    """The ticket for who sees it or is asked to decide on it. Raises NotFound."""
    ticket = await find_ticket(tx, reference, for_update=for_update)
    if ticket is None or not (await is_approver(tx, ticket) or await may_read(tx, ticket, configuration)):
        raise NotFound("ticket")
    return ticket


async def locked_approval(
    tx: Tx, configuration: Configuration, ticket: str, approval_id: str
) -> tuple[Ticket, ApprovalView]:
    """The approval with its ticket locked: whoever changes either waits for the other."""
    found = await approvable_ticket(tx, configuration, ticket, for_update=True)
    return found, await view_approval(tx, await _approval_of(tx, found, approval_id), found)


async def _approval_of(tx: Tx, ticket: Ticket, approval_id: str) -> Approval:
    approval = await tx.get(Approval, UUID(approval_id)) if is_id(approval_id) else None
    if approval is None or approval.ticket_id != ticket.id:
        raise NotFound("approval")
    return approval


def deciding_person() -> UUID:
    """The caller's id. Raises Forbidden for a program or a service."""
    caller = current_caller()
    if caller.kind != "user" or caller.user_id is None:
        raise Forbidden("Only people decide.")
    return caller.user_id
