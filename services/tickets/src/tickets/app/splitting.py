"""Making a new ticket of some comments of another one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select, update

from chassis.context import current_caller
from chassis.db import Database, Tx
from chassis.errors import FieldError, InvalidInput
from chassis.ids import is_id
from tickets.app.access import readable_ticket, require_on
from tickets.app.actors import occasion_at
from tickets.app.configuration import Configuration
from tickets.app.creating import UPDATE, Composed, check_new, compose_ticket, place_ticket, require_create
from tickets.app.directory import names_caller
from tickets.app.linking import connect
from tickets.app.opening import Desk, Opening, store_within, with_references
from tickets.app.people import make_known, require_naming
from tickets.app.recording import record_change
from tickets.app.wording import index_again
from tickets.db.tickets import Attachment, Comment, Ticket, TicketMessage
from tickets.db.views import TicketView
from tickets.domain.changes import Change
from tickets.domain.links import kind_of
from tickets.domain.occasion import Occasion
from tickets.publish import events

MAX_COMMENTS = 100


@dataclass(frozen=True, slots=True)
class Split:
    """The comments of `ticket` to be moved, and the ticket that they are moved to."""

    ticket: str
    comment_ids: Sequence[str]
    opening: Opening


@dataclass(frozen=True, slots=True)
class PlannedSplit:
    """A split whose new ticket is ready to be stored."""

    ticket: str
    comment_ids: Sequence[UUID]
    composed: Composed
    occasion: Occasion


async def plan_split(
    database: Database, *, desk: Desk, configuration: Configuration, split: Split
) -> PlannedSplit:
    """Composes the new ticket, before the transaction of the split; what it does not say is as on the old one.

    Raises as opening a ticket does.
    """
    ids = list(dict.fromkeys(split.comment_ids))
    if not 1 <= len(ids) <= MAX_COMMENTS or not all(is_id(one) for one in ids):
        raise InvalidInput([FieldError("comment_ids", f"must be 1 to {MAX_COMMENTS} ids of comments")])
    opening = split.opening
    require_naming(opening.requester)
    async with database.transaction(current_caller().tenant_id) as tx:
        source = await readable_ticket(tx, configuration, split.ticket)
        require_on(source, configuration, UPDATE)
    occasion = occasion_at(opening.occurred_at, created_at=source.created_at)
    said = opening.new
    said = replace(
        said,
        type=said.type or source.type,
        queue=said.queue or ("" if said.process else str(source.queue_id)),
        impact=said.impact or source.impact,
        urgency=said.urgency or source.urgency,
        channel=said.channel or source.channel,
        language=said.language or source.language,
    )
    placing = place_ticket(configuration, said)
    require_create(placing)
    new = check_new(configuration, said, placing)
    if not opening.requester and source.requester_id:
        opening = replace(opening, requester=str(source.requester_id))
    elif not names_caller(opening.requester):
        await make_known(database, desk.ensure_requester, opening.requester, "requester")
    composed = compose_ticket(
        configuration=configuration,
        vocabulary=desk.vocabulary,
        new=await with_references(database, desk, configuration, opening, new),
        placing=placing,
        sequence=await desk.numbers.take(current_caller().tenant_id, placing.kind.prefix),
        occasion=occasion,
    )
    return PlannedSplit(split.ticket, [UUID(one) for one in ids], composed, occasion)


async def split_ticket(
    tx: Tx, *, desk: Desk, configuration: Configuration, planned: PlannedSplit
) -> TicketView:
    """Stores the new ticket, moves the comments with their files to it, and links both. Gives the new ticket.

    Publishes TicketCreated, and TicketUpdated of both. Raises NotFound, Forbidden, InvalidInput for comments that are
    not the ticket's own, WrongState.
    """
    source = await readable_ticket(tx, configuration, planned.ticket, for_update=True)
    require_on(source, configuration, UPDATE)
    own = await tx.scalars(
        select(Comment.id).where(Comment.ticket_id == source.id, Comment.id.in_(planned.comment_ids))
    )
    if set(own) != set(planned.comment_ids):
        raise InvalidInput([FieldError("comment_ids", "each must be a comment of the ticket itself")])
    await store_within(tx, desk, planned.composed)
    new = await tx.get(Ticket, planned.composed.view.ticket.id)
    assert new is not None  # just stored
    await _move_comments(tx, planned.comment_ids, source, new)
    for ticket in (source, new):
        await index_again(tx, ticket=ticket, configuration=configuration, vocabulary=desk.vocabulary)
    for ticket, field, other in ((source, "split_to", new), (new, "split_from", source)):
        told: dict[str, object] = {"id": str(other.id), "key": other.number, "name": other.title}
        told["comments"] = [str(one) for one in planned.comment_ids]
        change = Change(field, None, told)
        view = await record_change(
            tx,
            configuration=configuration,
            ticket=ticket,
            occasion=planned.occasion,
            action="split",
            changes=[change],
            public=False,
        )
        events.ticket_updated(tx, view, [change], planned.occasion)
    first, second = sorted((source, new), key=lambda one: one.id)
    related, _ = kind_of("relates")
    await connect(
        tx,
        configuration=configuration,
        kind=related,
        source=first,
        target=second,
        occasion=planned.occasion,
    )
    return replace(view, ticket=new)


async def _move_comments(tx: Tx, comment_ids: Sequence[UUID], source: Ticket, new: Ticket) -> None:
    """With their files, and the mails by which answers find them."""
    await tx.execute(
        update(Comment)
        .where(Comment.id.in_(comment_ids))
        .values(ticket_id=new.id, origin_ticket_id=source.id, version=Comment.version + 1)
    )
    await tx.execute(
        update(Attachment).where(Attachment.comment_id.in_(comment_ids)).values(ticket_id=new.id)
    )
    await tx.execute(
        update(TicketMessage).where(TicketMessage.comment_id.in_(comment_ids)).values(ticket_id=new.id)
    )
