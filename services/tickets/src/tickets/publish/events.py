"""The events of tickets. All of them carry the whole ticket as it is after the change, texts cut at 64 KiB."""

from collections.abc import Sequence
from uuid import UUID

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
    reference_message,
)
from tickets.publish.telling import changed, circumstances, tell


def created_event(
    view: TicketView, occasion: Occasion, attachments: Sequence[Attachment]
) -> outbox.OutboxValues:
    """TicketCreated, for the one statement that stores it together with the ticket."""
    ticket = view.ticket
    message = pb.TicketCreated(
        **circumstances(view, occasion),
        automatic=ticket.automatic,
        attachments=[file_message(attachment) for attachment in attachments],
    )
    return outbox.row_values(message, ticket.tenant_id, ticket.id, ticket.version)


def ticket_updated(tx: Tx, view: TicketView, changes: Sequence[Change], occasion: Occasion) -> None:
    """Fields changed that no other event tells of."""
    tell(tx, view, pb.TicketUpdated, occasion, **changed(changes))


def ticket_assigned(tx: Tx, view: TicketView, changes: Sequence[Change], occasion: Occasion) -> None:
    """Team or assignee changed."""
    tell(tx, view, pb.TicketAssigned, occasion, **changed(changes))


def ticket_state_changed(
    tx: Tx, view: TicketView, changes: Sequence[Change], occasion: Occasion, *, old: str, new: State
) -> None:
    """The ticket moved, at `occurred_at`; an import may tell of a move that others have followed since."""
    tell(
        tx,
        view,
        pb.TicketStateChanged,
        occasion,
        **changed(changes),
        old_state=old,
        new_state=new.slug,
        new_state_category=new.category,
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
    tell(
        tx,
        view,
        pb.CommentAdded,
        occasion,
        comment=comment_message(comment, attachments, cut_bytes=MAX_TEXT_BYTES),
        automatic=comment.automatic,
        mentioned=people_messages(mentioned),
    )


def notification_requested(
    tx: Tx, view: TicketView, recipients: Sequence[Reference], body: str, occasion: Occasion
) -> None:
    """People shall be told something of the ticket."""
    tell(tx, view, pb.NotificationRequested, occasion, recipients=people_messages(recipients), body=body)


def webhook_requested(tx: Tx, view: TicketView, webhook: Reference, body: str, occasion: Occasion) -> None:
    """A webhook shall be called about the ticket."""
    tell(tx, view, pb.WebhookRequested, occasion, webhook=reference_message(webhook), body=body)


def reminder_due(tx: Tx, view: TicketView, occasion: Occasion) -> None:
    """The moment at which the desk wants to be reminded has come."""
    tell(tx, view, pb.ReminderDue, occasion)


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
