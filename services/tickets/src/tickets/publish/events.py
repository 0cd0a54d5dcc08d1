"""The events of tickets. All of them carry the whole ticket as it is after the change, texts cut at 64 KiB."""

from collections.abc import Sequence
from uuid import UUID

from google.protobuf.message import Message

from chassis import outbox
from chassis.db import Tx
from deskmesh.tickets.v1 import events_pb2 as pb
from tickets.db.tickets import Attachment, Comment
from tickets.db.views import TicketView
from tickets.domain.changes import Change
from tickets.domain.occasion import Occasion
from tickets.domain.references import Reference
from tickets.domain.workflow import State
from tickets.publish.messages import (
    MAX_TEXT_BYTES,
    actor_message,
    change_message,
    comment_message,
    file_message,
    moment,
    people_messages,
    ticket_message,
)


def created_event(
    view: TicketView, occasion: Occasion, attachments: Sequence[Attachment]
) -> outbox.OutboxValues:
    """TicketCreated, for the one statement that stores it together with the ticket."""
    ticket = view.ticket
    message = pb.TicketCreated(
        ticket=ticket_message(view, cut_bytes=MAX_TEXT_BYTES),
        actor=actor_message(occasion.actor),
        cause=occasion.cause,
        occurred_at=moment(occasion.occurred_at),
        recorded_at=moment(occasion.recorded_at),
        automatic=ticket.automatic,
        attachments=[file_message(attachment) for attachment in attachments],
    )
    return outbox.row_values(message, ticket.tenant_id, ticket.id, ticket.version)


def ticket_updated(tx: Tx, view: TicketView, changes: Sequence[Change], occasion: Occasion) -> None:
    """Fields changed that no other event tells of."""
    _add(
        tx,
        view,
        pb.TicketUpdated(
            ticket=ticket_message(view, cut_bytes=MAX_TEXT_BYTES),
            changed_fields=[change.field for change in changes],
            changes=[change_message(change) for change in changes],
            actor=actor_message(occasion.actor),
            cause=occasion.cause,
            occurred_at=moment(occasion.occurred_at),
            recorded_at=moment(occasion.recorded_at),
        ),
    )


def ticket_assigned(tx: Tx, view: TicketView, changes: Sequence[Change], occasion: Occasion) -> None:
    """Team or assignee changed."""
    _add(
        tx,
        view,
        pb.TicketAssigned(
            ticket=ticket_message(view, cut_bytes=MAX_TEXT_BYTES),
            changed_fields=[change.field for change in changes],
            changes=[change_message(change) for change in changes],
            actor=actor_message(occasion.actor),
            cause=occasion.cause,
            occurred_at=moment(occasion.occurred_at),
            recorded_at=moment(occasion.recorded_at),
        ),
    )


def ticket_state_changed(
    tx: Tx, view: TicketView, changes: Sequence[Change], occasion: Occasion, *, old: str, new: State
) -> None:
    """The ticket moved, at `occurred_at`; an import may tell of a move that others have followed since."""
    _add(
        tx,
        view,
        pb.TicketStateChanged(
            ticket=ticket_message(view, cut_bytes=MAX_TEXT_BYTES),
            old_state=old,
            new_state=new.slug,
            new_state_category=new.category,
            changed_fields=[change.field for change in changes],
            changes=[change_message(change) for change in changes],
            actor=actor_message(occasion.actor),
            cause=occasion.cause,
            occurred_at=moment(occasion.occurred_at),
            recorded_at=moment(occasion.recorded_at),
        ),
    )


def comment_added(
    tx: Tx,
    view: TicketView,
    comment: Comment,
    attachments: Sequence[Attachment],
    occasion: Occasion,
    *,
    mentioned: Sequence[Reference] = (),
) -> None:
    """Somebody wrote on the ticket.

    :param mentioned: people whom it names and who may see it.
    """
    _add(
        tx,
        view,
        pb.CommentAdded(
            ticket=ticket_message(view, cut_bytes=MAX_TEXT_BYTES),
            comment=comment_message(comment, attachments, cut_bytes=MAX_TEXT_BYTES),
            actor=actor_message(occasion.actor),
            cause=occasion.cause,
            occurred_at=moment(occasion.occurred_at),
            recorded_at=moment(occasion.recorded_at),
            automatic=comment.automatic,
            mentioned=people_messages(mentioned),
        ),
    )


def notification_requested(
    tx: Tx, view: TicketView, recipients: Sequence[Reference], body: str, occasion: Occasion
) -> None:
    """People shall be told something of the ticket."""
    _add(
        tx,
        view,
        pb.NotificationRequested(
            ticket=ticket_message(view, cut_bytes=MAX_TEXT_BYTES),
            recipients=people_messages(recipients),
            body=body,
            actor=actor_message(occasion.actor),
            cause=occasion.cause,
            occurred_at=moment(occasion.occurred_at),
            recorded_at=moment(occasion.recorded_at),
        ),
    )


def reminder_due(tx: Tx, view: TicketView, occasion: Occasion) -> None:
    """The moment at which the desk wants to be reminded has come."""
    _add(
        tx,
        view,
        pb.ReminderDue(
            ticket=ticket_message(view, cut_bytes=MAX_TEXT_BYTES),
            actor=actor_message(occasion.actor),
            cause=occasion.cause,
            occurred_at=moment(occasion.occurred_at),
            recorded_at=moment(occasion.recorded_at),
        ),
    )


def message_rejected(tx: Tx, *, inbound_message_id: UUID, reason: str) -> None:
    """A mail became neither ticket nor comment, and never will."""
    outbox.add(
        tx,
        pb.MessageRejected(inbound_message_id=str(inbound_message_id), reason=reason),
        aggregate_id=inbound_message_id,
        version=1,
    )


def setting_changed(
    tx: Tx,
    *,
    kind: str,
    id: UUID,  # noqa: A002 (the word of the domain)
    name: str,
    version: int,
    changes: Sequence[Change],
    occasion: Occasion,
) -> None:
    """A part of the configuration changed; `version` is the row's."""
    outbox.add(
        tx,
        pb.SettingChanged(
            kind=kind,
            id=str(id),
            name=name,
            changes=[change_message(change) for change in changes],
            actor=actor_message(occasion.actor),
            cause=occasion.cause,
            occurred_at=moment(occasion.occurred_at),
        ),
        aggregate_id=id,
        version=version,
    )


def _add(tx: Tx, view: TicketView, message: Message) -> None:
    outbox.add(tx, message, aggregate_id=view.ticket.id, version=view.ticket.version)
