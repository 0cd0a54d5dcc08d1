"""Who may see and work which tickets."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, true, union_all
from sqlalchemy.orm import undefer

from chassis.context import EVERYWHERE, Caller, current_caller
from chassis.db import Tx, check_version
from chassis.errors import Forbidden, NotFound, WrongState
from chassis.ids import is_id
from tickets.app.configuration import Configuration
from tickets.db.approvals import ApprovalSubstitute, ApprovalVote
from tickets.db.configuration import Process, Queue
from tickets.db.tickets import Ticket, TicketWatcher
from tickets.domain.numbers import parse_number

READ = "tickets.read"
READ_OWN = "tickets.read_own"
READ_ORGANIZATION = "tickets.read_organization"


def may(permission: str, process: Process, queue: Queue) -> bool:
    """Whether the caller holds the permission for tickets of the queue.

    In a confidential queue a permission that holds everywhere is not enough: the caller holds it for this process or
    queue, or is in the team that works it. The desk itself, by its rules, works every queue.
    """
    caller = current_caller()
    if not caller.may(permission, process.slug, queue.slug):
        return False
    return not queue.confidential or _is_trusted(caller, permission, process, queue)


def may_on(ticket: Ticket, configuration: Configuration, permission: str) -> bool:
    """Whether the caller holds the permission for this ticket's queue."""
    queue = configuration.queues[ticket.queue_id]
    return may(permission, configuration.processes[ticket.process_id], queue)


def require_on(ticket: Ticket, configuration: Configuration, permission: str) -> None:
    """Raises Forbidden unless `may_on`."""
    if not may_on(ticket, configuration, permission):
        raise Forbidden(f"This needs the permission {permission} for the ticket's queue.")


def is_requester(ticket: Ticket) -> bool:
    """Whether the caller asked for the ticket."""
    person_id = current_caller().user_id
    return person_id is not None and ticket.requester_id == person_id


async def is_own(tx: Tx, ticket: Ticket) -> bool:
    """Whether the caller is the requester or a watcher of the ticket."""
    person_id = current_caller().user_id
    if person_id is None:
        return False
    return is_requester(ticket) or await is_watcher(tx, ticket, person_id)


async def is_watcher(tx: Tx, ticket: Ticket, person_id: UUID) -> bool:
    """Whether the person watches the ticket."""
    watching = select(TicketWatcher.person_id).where(
        TicketWatcher.ticket_id == ticket.id, TicketWatcher.person_id == person_id
    )
    return await tx.scalar(watching) is not None


def absent_people(person_id: UUID) -> Select[UUID]:
    """The people for whom the person decides now, because they are away."""
    return select(ApprovalSubstitute.id).where(
        ApprovalSubstitute.substitute_id == person_id,
        ApprovalSubstitute.starts_at <= func.now(),
        ApprovalSubstitute.ends_at > func.now(),
    )


async def is_approver(tx: Tx, ticket: Ticket) -> bool:
    """Whether the caller is or was asked to decide on the ticket, also in place of somebody who is away."""
    person_id = current_caller().user_id
    if person_id is None:
        return False
    asked = select(ApprovalVote.id).where(
        ApprovalVote.ticket_id == ticket.id,
        ApprovalVote.state != "waiting",
        (ApprovalVote.person_id == person_id)
        | (ApprovalVote.decided_by_id == person_id)
        | ApprovalVote.person_id.in_(absent_people(person_id)),
    )
    return await tx.scalar(asked.limit(1)) is not None


async def readable_ticket(
    tx: Tx,
    configuration: Configuration,
    reference: str,
    *,
    for_update: bool = False,
    expected_version: int | None = None,
) -> Ticket:
    """The ticket by id or number, locked where it is to be changed.

    Raises NotFound where there is none or the caller may not see it, Stale where its version is another than expected,
    WrongState where it is to be changed and is merged into another one.
    """
    ticket = await find_ticket(tx, reference, for_update=for_update)
    if ticket is None or not await may_read(tx, ticket, configuration):
        raise NotFound("ticket")
    if for_update and ticket.merged_into_id is not None:
        target = await tx.get(Ticket, ticket.merged_into_id)
        assert target is not None  # tickets are never removed
        number = await number_seen(tx, configuration, target)
        raise WrongState("TICKET_MERGED", f"{ticket.number} was merged into {number}; go on there.")
    check_version(ticket, expected_version)
    return ticket


async def find_ticket(tx: Tx, reference: str, *, for_update: bool = False) -> Ticket | None:
    """The ticket by id or number, whoever asks."""
    statement = select(Ticket).options(undefer(Ticket.description_html))
    number = parse_number(reference)
    if is_id(reference):
        statement = statement.where(Ticket.id == UUID(reference))
    elif number is not None:
        statement = statement.where(Ticket.number == reference.strip().upper())
    else:
        return None
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return await tx.scalar(statement)


async def may_read(tx: Tx, ticket: Ticket, configuration: Configuration) -> bool:
    """Whether the caller sees the ticket: by permission for its queue, as requester or watcher, or to decide on it.

    And what others of an own organisation have asked for, where a role allows that.
    """
    if may_on(ticket, configuration, READ) and not _is_out_of_focus(ticket, configuration):
        return True
    if not current_caller().may_somewhere(READ_OWN):
        return False
    if _is_of_organization(ticket, configuration):
        return True
    return await is_own(tx, ticket) or await is_approver(tx, ticket)


async def number_seen(tx: Tx, configuration: Configuration, ticket: Ticket) -> str:
    """The ticket's number, or "…" where the caller does not see it."""
    return ticket.number if await may_read(tx, ticket, configuration) else "…"


@dataclass(frozen=True, slots=True)
class Part:
    """Tickets that the caller sees, and whether what is internal on them stays hidden."""

    condition: ColumnElement[bool]
    only_public: bool


def readable_parts(configuration: Configuration) -> list[Part]:
    """The tickets that the caller sees: by permission with all that is on them, own ones with what is public."""
    caller = current_caller()
    by_permission = _by_permission(caller, configuration)
    if by_permission is not None and caller.user_id in configuration.focused:
        by_permission = and_(by_permission, Ticket.assignee_id == caller.user_id)
    parts = [] if by_permission is None else [Part(by_permission, only_public=False)]
    person_id = caller.user_id
    if person_id is not None and caller.may_somewhere(READ_OWN) and not _is_everything(by_permission):
        parts.append(Part(_own_tickets(person_id, configuration), only_public=True))
    return parts


def _own_tickets(person_id: UUID, configuration: Configuration) -> ColumnElement[bool]:
    """The condition of the tickets that the caller asked for or watches, or somebody of an own organisation asked for."""
    found = [
        select(Ticket.id).where(Ticket.requester_id == person_id),
        select(TicketWatcher.ticket_id).where(TicketWatcher.person_id == person_id),
    ]
    organizations, queues = _of_organizations(configuration)
    if organizations and queues:
        of_organizations = Ticket.organization_id.in_(organizations) & Ticket.queue_id.in_(queues)
        found.append(select(Ticket.id).where(of_organizations))
    return Ticket.id.in_(union_all(*found))


def _of_organizations(configuration: Configuration) -> tuple[list[UUID], list[UUID]]:
    """The caller's organisations, and the queues in which a role lets the caller see their tickets.

    What is in a confidential queue stays between whoever asked and the desk.
    """
    caller = current_caller()
    if not caller.organization_ids or not caller.may_somewhere(READ_ORGANIZATION):
        return [], []
    processes = configuration.processes
    return [UUID(one) for one in sorted(caller.organization_ids)], [
        queue.id
        for queue in configuration.queues.values()
        if not queue.confidential
        and caller.may(READ_ORGANIZATION, processes[queue.process_id].slug, queue.slug)
    ]


def _is_of_organization(ticket: Ticket, configuration: Configuration) -> bool:
    organizations, queues = _of_organizations(configuration)
    return ticket.organization_id in organizations and ticket.queue_id in queues


def _by_permission(caller: Caller, configuration: Configuration) -> ColumnElement[bool] | None:
    scopes = caller.scopes_of(READ)
    if scopes is None:
        return None
    queues = configuration.queues.values()
    if scopes is EVERYWHERE:
        hidden = [
            queue.id
            for queue in queues
            if queue.confidential
            and not _is_trusted(caller, READ, configuration.processes[queue.process_id], queue)
        ]
        return Ticket.queue_id.not_in(hidden) if hidden else true()
    seen = [queue.id for queue in queues if may(READ, configuration.processes[queue.process_id], queue)]
    return Ticket.queue_id.in_(seen)


def _is_out_of_focus(ticket: Ticket, configuration: Configuration) -> bool:
    """Whether focus mode hides the ticket: somebody else's, or nobody's yet."""
    person_id = current_caller().user_id
    return person_id in configuration.focused and ticket.assignee_id != person_id


def _is_everything(condition: ColumnElement[bool] | None) -> bool:
    return condition is not None and condition.compare(true())


def _is_trusted(caller: Caller, permission: str, process: Process, queue: Queue) -> bool:
    narrow = {f"{permission}:{process.slug}", f"{permission}:{process.slug}/{queue.slug}"}
    return caller.kind == "system" or bool(narrow & caller.scopes) or str(queue.team_id) in caller.team_ids
