"""Rows as the messages that callers and subscribers get."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import ticket_pb2 as pb
from tickets.db.configuration import Process, Queue, TicketType
from tickets.db.tickets import Attachment, Comment, HistoryEntry
from tickets.db.views import Clock, TicketView
from tickets.domain.changes import Change
from tickets.domain.references import Actor, Reference
from tickets.domain.texts import cut_utf8
from tickets.domain.workflow import Move
from tickets.domain.writing import TEXT

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

MAX_TEXT_BYTES = 64 * 1024
"""Of a text in an event or a change."""


def ticket_message(view: TicketView, *, cut_bytes: int | None = None) -> pb.Ticket:
    """The ticket as it is told; `cut_bytes` bounds the description, in bytes of UTF-8."""
    ticket = view.ticket
    return pb.Ticket(
        id=str(ticket.id),
        number=ticket.number,
        type=ticket.type,
        title=ticket.title,
        description=ticket.description if cut_bytes is None else cut_utf8(ticket.description, cut_bytes),
        state=ticket.state,
        state_category=ticket.state_category,
        priority=ticket.priority,
        impact=ticket.impact,
        urgency=ticket.urgency,
        process=row_message(view.process),
        queue=row_message(view.queue),
        team=reference_message(view.team),
        assignee=person_message(view.assignee),
        requester=person_message(view.requester),
        organization=reference_message(view.organization),
        watchers=people_messages(view.watchers),
        tags=ticket.tags,
        category=ticket.category,
        fields=struct_message(ticket.fields),
        channel=ticket.channel,
        ci_ids=ticket.ci_ids,
        service_id=ticket.service_id,
        parent_id=str(ticket.parent_id or ""),
        merged_into=reference_message(view.merged_into),
        language=ticket.language,
        sla=[clock_message(clock) for clock in view.clocks],
        version=ticket.version,
        source_message_id=ticket.source_message_id,
        confidential=view.queue.confidential,
        queue_team_id=str(view.queue.team_id or ""),
        description_format=ticket.description_format or TEXT,
        created_at=moment(ticket.created_at),
        updated_at=moment(ticket.updated_at),
        resolved_at=moment(ticket.resolved_at),
        closed_at=moment(ticket.closed_at),
        first_responded_at=moment(ticket.first_responded_at),
        due_at=moment(ticket.due_at),
        minutes_spent=ticket.minutes_spent or 0,
        minutes_billable=ticket.minutes_billable or 0,
        remind_at=moment(ticket.remind_at),
    )


def clock_message(clock: Clock) -> pb.TicketClock:
    """A clock of a ticket."""
    return pb.TicketClock(
        id=str(clock.id),
        name=clock.name,
        state=clock.state,
        started_at=moment(clock.started_at),
        due_at=moment(clock.due_at),
        paused_at=moment(clock.paused_at),
        stopped_at=moment(clock.stopped_at),
        breached=clock.breached,
        policy=clock.policy,
        target=clock.target,
        kind=clock.kind,
    )


def comment_message(
    comment: Comment,
    attachments: Sequence[Attachment],
    *,
    origin: Reference | None = None,
    cut_bytes: int | None = None,
) -> pb.Comment:
    """A comment with its files; `cut_bytes` bounds body and quoted text, each, in bytes of UTF-8.

    HTML that is over the bound is left out: half of it would say something else.

    :param origin: the other ticket that it was said on.
    """
    html = comment.body_html or ""
    return pb.Comment(
        id=str(comment.id),
        ticket_id=str(comment.ticket_id),
        body=comment.body if cut_bytes is None else cut_utf8(comment.body, cut_bytes),
        visibility=comment.visibility,
        author=common.Actor(
            kind=comment.author_kind,
            id=comment.author_id,
            name=comment.author_name,
            email=comment.author_email,
        ),
        channel=comment.channel,
        attachments=[file_message(attachment) for attachment in attachments],
        created_at=moment(comment.created_at),
        recorded_at=moment(comment.recorded_at),
        from_requester=comment.from_requester,
        quoted=comment.quoted if cut_bytes is None else cut_utf8(comment.quoted, cut_bytes),
        source_message_id=comment.source_message_id,
        version=comment.version,
        format=comment.format,
        forwarded_to=comment.forwarded_to,
        body_html=html if cut_bytes is None or len(html.encode()) <= cut_bytes else "",
        origin=reference_message(origin),
    )


def attachment_message(attachment: Attachment) -> pb.Attachment:
    """A file of a ticket and who put it there."""
    return pb.Attachment(
        file=file_message(attachment),
        ticket_id=str(attachment.ticket_id),
        comment_id=str(attachment.comment_id or ""),
        uploaded_by=common.Actor(
            kind=attachment.uploader_kind,
            id=attachment.uploader_id,
            name=attachment.uploader_name,
            email=attachment.uploader_email,
        ),
        created_at=moment(attachment.created_at),
    )


def file_message(attachment: Attachment) -> common.FileRef:
    """Where the bytes of an attachment are."""
    return common.FileRef(
        id=str(attachment.id),
        name=attachment.name,
        size_bytes=attachment.size_bytes,
        content_type=attachment.content_type,
        sha256=attachment.sha256,
        key=attachment.object_key,
        content_id=attachment.content_id,
    )


def history_message(entry: HistoryEntry) -> pb.HistoryEntry:
    """One entry of the history; `change` is absent where the action is not about one field."""
    message = pb.HistoryEntry(
        id=str(entry.id),
        ticket_id=str(entry.ticket_id),
        action=entry.action,
        actor=common.Actor(
            kind=entry.actor_kind, id=entry.actor_id, name=entry.actor_name, email=entry.actor_email
        ),
        cause=entry.cause,
        rule=entry.rule,
        occurred_at=moment(entry.occurred_at),
        recorded_at=moment(entry.recorded_at),
        ticket_version=entry.ticket_version,
    )
    if entry.field:
        message.change.CopyFrom(change_message(Change(entry.field, entry.old_value, entry.new_value)))
    return message


def process_message(process: Process) -> pb.Process:
    """A business process."""
    return pb.Process(
        id=str(process.id),
        slug=process.slug,
        name=process.name,
        description=process.description,
        version=process.version,
        is_default=process.is_default,
        active=process.active,
    )


def queue_message(queue: Queue, process: Process, team: Reference | None) -> pb.Queue:
    """A queue with its process and team."""
    return pb.Queue(
        id=str(queue.id),
        slug=queue.slug,
        name=queue.name,
        process=row_message(process),
        team=reference_message(team),
        is_default=queue.is_default,
        confidential=queue.confidential,
        version=queue.version,
        active=queue.active,
    )


def type_message(ticket_type: TicketType) -> pb.TicketType:
    """A type of tickets."""
    return pb.TicketType(
        id=str(ticket_type.id),
        slug=ticket_type.slug,
        name=ticket_type.name,
        prefix=ticket_type.prefix,
        version=ticket_type.version,
        is_default=ticket_type.is_default,
        active=ticket_type.active,
    )


def transition_message(move: Move, held_back: Sequence[str] = ()) -> pb.Transition:
    """A legal move, with what holds it back as things stand."""
    return pb.Transition(
        to=move.to,
        name=move.name,
        required_fields=move.required_fields,
        comment_required=move.comment_required,
        held_back=held_back,
    )


def actor_message(actor: Actor) -> common.Actor:
    """Who did something."""
    return common.Actor(kind=actor.kind, id=actor.id, name=actor.name, email=actor.email)


def change_message(change: Change) -> common.FieldChange:
    """One changed field, texts cut at 64 KiB."""
    return common.FieldChange(
        field=change.field, old_value=value_message(change.old), new_value=value_message(change.new)
    )


def row_message(row: Process | Queue) -> common.Ref:
    """A reference to a row of the configuration."""
    return common.Ref(id=str(row.id), key=row.slug, name=row.name)


def reference_message(reference: Reference | None) -> common.Ref | None:
    """A reference, absent where there is none."""
    if reference is None:
        return None
    return common.Ref(id=str(reference.id), key=reference.key, name=reference.name)


def reference_messages(references: Sequence[Reference]) -> list[common.Ref]:
    """References."""
    return [common.Ref(id=str(one.id), key=one.key, name=one.name) for one in references]


def person_message(reference: Reference | None) -> common.PersonRef | None:
    """A reference to a person, absent where there is none."""
    if reference is None:
        return None
    return common.PersonRef(id=str(reference.id), email=reference.key, name=reference.name)


def people_messages(references: Sequence[Reference]) -> list[common.PersonRef]:
    """References to people."""
    return [
        common.PersonRef(id=str(reference.id), email=reference.key, name=reference.name)
        for reference in references
    ]


def struct_message(values: dict[str, object]) -> Struct | None:
    """Custom values, absent where there are none."""
    if not values:
        return None
    message = Struct()
    message.update(values)  # type: ignore[arg-type]  # any value of JSON is taken
    return message


def value_message(value: object) -> Value:
    """A value of JSON, a text cut at 64 KiB."""
    message = Value()
    match value:
        case None:
            message.null_value = 0  # type: ignore[assignment]  # the only value of NullValue
        case bool():
            message.bool_value = value
        case int() | float():
            message.number_value = value
        case str():
            message.string_value = cut_utf8(value, MAX_TEXT_BYTES)
        case dict():
            message.struct_value.update(value)
        case list():
            message.list_value.extend(value)
        case _:
            raise TypeError(f"no value of JSON: {type(value).__name__}")
    return message


def moment(at: datetime | None) -> Timestamp | None:
    """An aware time, absent where there is none; made at a fifth of what the library's own way costs."""
    if at is None:
        return None
    since = at - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1_000)
