"""Messages that callers send, as plain values."""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.errors import FieldError, InvalidInput
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import ticket_service_pb2 as pb
from tickets.app.assigning import PARTS, Assignment
from tickets.app.attaching import StoredFile
from tickets.app.commenting import PUBLIC, NewComment
from tickets.app.creating import NewTicket
from tickets.app.editing import Edits
from tickets.app.forwarding import Forward
from tickets.app.opening import Opening
from tickets.app.transitioning import WantedMove
from tickets.domain.writing import TEXT

Dated = (
    pb.CreateTicketRequest
    | pb.UpdateTicketRequest
    | pb.AssignTicketRequest
    | pb.TransitionTicketRequest
    | pb.CreateCommentRequest
)


def opening_of(request: pb.CreateTicketRequest) -> Opening:
    """What a new ticket says."""
    return Opening(
        NewTicket(
            title=request.title,
            description=request.description,
            description_format=request.description_format,
            type=request.type,
            process=request.process,
            queue=request.queue,
            impact=request.impact,
            urgency=request.urgency,
            priority=request.priority,
            category=request.category,
            tags=list(request.tags),
            fields=values_of(request.fields),
            channel=request.channel,
            ci_ids=list(request.ci_ids),
            service_id=request.service_id,
            language=request.language,
        ),
        requester=request.requester,
        parent=request.parent_id,
        organization=request.organization,
        occurred_at=moment_of(request),
    )


def edits_of(request: pb.UpdateTicketRequest) -> Edits:
    """New values of a ticket's fields. Raises InvalidInput where the mask names none."""
    patch = request.patch
    return Edits(
        names=names_of(request.update_mask),
        title=patch.title,
        description=patch.description,
        description_format=patch.description_format,
        type=patch.type,
        impact=patch.impact,
        urgency=patch.urgency,
        priority=patch.priority,
        queue=patch.queue,
        category=patch.category,
        tags=list(patch.tags),
        fields=values_of(patch.fields),
        requester=patch.requester,
        organization=patch.organization,
        ci_ids=list(patch.ci_ids),
        service_id=patch.service_id,
        parent_id=patch.parent_id,
        remind_at=time_in(patch, "remind_at"),
        expected_version=request.expected_version or None,
        occurred_at=moment_of(request),
    )


def assignment_of(request: pb.AssignTicketRequest) -> Assignment:
    """Who shall work a ticket; without a mask both parts are set. Raises InvalidInput for other names in it."""
    names = frozenset(request.update_mask.paths) or PARTS
    if names - PARTS:
        raise InvalidInput([FieldError("update_mask", f"may name {' and '.join(sorted(PARTS))}")])
    return Assignment(
        names=names,
        team=request.team,
        assignee=request.assignee,
        expected_version=request.expected_version or None,
        occurred_at=moment_of(request),
    )


def move_of(request: pb.TransitionTicketRequest) -> WantedMove:
    """Where a ticket shall go."""
    return WantedMove(
        to=request.to,
        comment=request.comment,
        fields=values_of(request.fields),
        cascade=request.cascade,
        expected_version=request.expected_version or None,
        occurred_at=moment_of(request),
    )


def comment_of(request: pb.CreateCommentRequest) -> NewComment:
    """What is said."""
    return NewComment(
        body=request.body,
        visibility=request.visibility or PUBLIC,
        format=request.format or TEXT,
        channel=request.channel or "api",
        attachment_ids=list(request.attachment_ids),
    )


def forward_of(request: pb.ForwardTicketRequest) -> Forward:
    """What goes to whom."""
    return Forward(
        to=list(request.to),
        body=request.body,
        comment_ids=list(request.comment_ids),
        description=request.description,
        attachment_ids=list(request.attachment_ids),
    )


def file_of(file: common.FileRef) -> StoredFile:
    """A file in the object storage."""
    return StoredFile(
        name=file.name,
        size_bytes=file.size_bytes,
        content_type=file.content_type,
        sha256=file.sha256,
        key=file.key,
        content_id=file.content_id,
    )


def names_of(mask: FieldMask) -> frozenset[str]:
    """The fields that a mask names. Raises InvalidInput where it names none: nothing would happen."""
    if not mask.paths:
        raise InvalidInput([FieldError("update_mask", "must name at least one field")])
    return frozenset(mask.paths)


def known_names(mask: FieldMask, known: AbstractSet[str]) -> frozenset[str]:
    """The fields that a mask names. Raises InvalidInput for a name that cannot be changed, or for none."""
    names = names_of(mask)
    if wrong := sorted(names - known):
        raise InvalidInput([FieldError(name, "cannot be changed") for name in wrong])
    return names


def changes_of(patch: Message, mask: FieldMask) -> dict[str, object]:
    """New values by the names that the mask has. Raises InvalidInput for a name that cannot be changed, or for none."""
    return {name: getattr(patch, name) for name in known_names(mask, set(patch.DESCRIPTOR.fields_by_name))}


def values_of(struct: Struct) -> dict[str, object]:
    """Custom values; whole numbers come as int."""
    return {name: _plain(value) for name, value in struct.fields.items()}


def moment_of(request: Dated) -> datetime | None:
    """When it happened, as `time_in`."""
    return time_in(request, "occurred_at")


def time_in(message: Message, name: str) -> datetime | None:
    """A time of a message, aware; None where it says none. Raises InvalidInput where it is no time."""
    if not message.HasField(name):
        return None
    stamp = getattr(message, name)
    assert isinstance(stamp, Timestamp)
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidInput([FieldError(name, "is no time between the years 1 and 9999")]) from None


def _plain(value: Value) -> object:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "list_value":
            return [_plain(one) for one in value.list_value.values]
        case "struct_value":
            return values_of(value.struct_value)
        case _:
            return None
