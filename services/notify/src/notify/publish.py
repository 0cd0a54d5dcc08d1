"""Events that leave notify."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.struct_pb2 import NULL_VALUE, Value

from chassis import outbox
from chassis.context import current_caller
from chassis.db import Tx
from deskmesh.common.v1 import types_pb2
from deskmesh.notify.v1 import events_pb2, message_pb2, push_service_pb2, webhook_pb2
from notify.db.tables import Delivery, InboundMessage, PushSubscription, Webhook
from notify.domain.parsing import Parsed

Plain = str | list[str] | None


def message_received(
    tx: Tx, *, message: InboundMessage, parsed: Parsed, answered_ticket_ids: Sequence[UUID]
) -> None:
    """Tell that a mail was understood. What was cut and what came with it is within a megabyte by the parser's limits."""
    event = events_pb2.MessageReceived(
        inbound_message_id=str(message.id),
        channel="email",
        mailbox=message.mailbox,
        message_id=message.message_id,
        from_email=parsed.from_email,
        from_name=parsed.from_name,
        subject=parsed.subject,
        body=parsed.body,
        quoted=parsed.quoted,
        references=parsed.references,
        answered_ticket_ids=[str(each) for each in answered_ticket_ids],
        subject_numbers=parsed.subject_numbers,
        automatic=bool(parsed.automatic),
        bounce=parsed.bounce,
        attachments=file_refs(message),
        language=parsed.language,
        cc=parsed.cc,
        html=parsed.html,
    )
    event.received_at.FromDatetime(message.received_at)
    outbox.add(tx, event, aggregate_id=message.id, version=1)


def message_delivered(tx: Tx, *, delivery: Delivery, at: datetime) -> None:
    """Tell that a message went out."""
    event = events_pb2.MessageDelivered(
        delivery_id=str(delivery.id),
        channel=delivery.channel,
        purpose=delivery.purpose,
        ticket_id=str(delivery.ticket_id or ""),
        message_id=delivery.message_id,
    )
    event.delivered_at.FromDatetime(at)
    outbox.add(tx, event, aggregate_id=delivery.id, version=1)


def message_failed(tx: Tx, *, delivery: Delivery, at: datetime) -> None:
    """Tell that a message was given up."""
    event = events_pb2.MessageFailed(
        delivery_id=str(delivery.id),
        channel=delivery.channel,
        purpose=delivery.purpose,
        ticket_id=str(delivery.ticket_id or ""),
        message_id=delivery.message_id,
        reason=delivery.last_error,
    )
    event.failed_at.FromDatetime(at)
    outbox.add(tx, event, aggregate_id=delivery.id, version=1)


def webhook_changed(tx: Tx, *, webhook: Webhook, deleted: bool = False) -> None:
    """Tell what a webhook is now, or that it is gone. Its address may hold secrets and stays here."""
    shown = webhook_message(webhook)
    shown.ClearField("url")
    version = webhook.version + 1 if deleted else webhook.version
    outbox.add(
        tx,
        events_pb2.WebhookChanged(webhook=shown, deleted=deleted),
        aggregate_id=webhook.id,
        version=version,
    )


def setting_changed(
    tx: Tx,
    *,
    kind: str,
    setting_id: UUID,
    name: str,
    version: int,
    changes: Mapping[str, tuple[Plain, Plain]],
) -> None:
    """Tell of a changed setting what was and is, by whom; `version` is the row's."""
    caller = current_caller()
    event = events_pb2.SettingChanged(
        kind=kind,
        id=str(setting_id),
        name=name,
        changes=[
            types_pb2.FieldChange(field=field, old_value=_value(old), new_value=_value(new))
            for field, (old, new) in changes.items()
        ],
        actor=types_pb2.Actor(kind=caller.kind, id=caller.subject),
        cause=caller.cause,
    )
    event.occurred_at.FromDatetime(datetime.now(UTC))
    outbox.add(tx, event, aggregate_id=setting_id, version=version)


def file_refs(message: InboundMessage) -> list[types_pb2.FileRef]:
    """The files of a mail as the contract shows them."""
    return [
        types_pb2.FileRef(
            id=str(item["id"]),
            name=str(item["name"]),
            size_bytes=int(item["size"]),
            content_type=str(item["content_type"]),
            sha256=str(item["sha256"]),
            key=str(item["key"]),
            content_id=str(item["content_id"]),
        )
        for item in message.attachments
    ]


def inbound_message(message: InboundMessage) -> message_pb2.InboundMessage:
    """A mail that came in as the contract shows it."""
    shown = message_pb2.InboundMessage(
        id=str(message.id),
        mailbox=message.mailbox,
        message_id=message.message_id,
        subject=message.subject,
        state=message.state,
        reason=message.reason,
        ticket_id=str(message.ticket_id or ""),
        comment_id=str(message.comment_id or ""),
        attachments=file_refs(message),
        version=message.version,
    )
    sender = types_pb2.PersonRef(email=message.from_email, name=message.from_name)
    getattr(shown, "from").CopyFrom(sender)  # a keyword of Python
    shown.received_at.FromDatetime(message.received_at)
    return shown


def delivery(row: Delivery) -> message_pb2.Delivery:
    """A mail that goes out as the contract shows it."""
    shown = message_pb2.Delivery(
        id=str(row.id),
        channel=row.channel,
        to=row.recipient,
        subject=row.subject,
        message_id=row.message_id,
        state=row.state,
        ticket_id=str(row.ticket_id or ""),
        purpose=row.purpose,
        attempts=row.attempts,
        last_error=row.last_error,
        version=row.version,
    )
    shown.created_at.FromDatetime(row.created_at)
    if row.sent_at is not None:
        shown.sent_at.FromDatetime(row.sent_at)
    return shown


def webhook_message(row: Webhook) -> webhook_pb2.Webhook:
    """A webhook as the contract shows it."""
    shown = webhook_pb2.Webhook(
        id=str(row.id),
        name=row.name,
        url=row.url,
        events=row.events,
        state=row.state,
        state_reason=row.state_reason,
        version=row.version,
    )
    shown.created_at.FromDatetime(row.created_at)
    shown.updated_at.FromDatetime(row.updated_at)
    for name in ("failing_since", "last_success_at", "previous_secret_until"):
        at = getattr(row, name)
        if at is not None:
            getattr(shown, name).FromDatetime(at)
    return shown


def push_subscription(row: PushSubscription) -> push_service_pb2.PushSubscription:
    """A device as its owner sees it."""
    shown = push_service_pb2.PushSubscription(
        id=str(row.id),
        topics=row.topics,
        current=str(row.session_id) == current_caller().session_id,
    )
    shown.created_at.FromDatetime(row.created_at)
    shown.renewed_at.FromDatetime(row.renewed_at)
    return shown


def _value(plain: Plain) -> Value:
    value = Value()
    if isinstance(plain, list):
        value.list_value.extend(plain)
    elif plain is None:
        value.null_value = NULL_VALUE
    else:
        value.string_value = plain
    return value
