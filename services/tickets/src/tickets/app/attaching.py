"""Files on tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput, NotFound, TooLarge
from chassis.ids import is_id, new_id
from chassis.objects import ObjectStore
from tickets.app.access import may_on, readable_ticket
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.commenting import PUBLIC, require_comment, speaks_as_requester
from tickets.app.configuration import Configuration
from tickets.app.merging import tickets_shown_on
from tickets.app.recording import record_change
from tickets.db.tickets import Attachment, Ticket
from tickets.domain.changes import Change
from tickets.domain.file_types import HEAD_BYTES, FilePolicy
from tickets.domain.occasion import Occasion
from tickets.domain.texts import one_line
from tickets.publish import events

SERVICE = "tickets"
"""The prefix of the object storage."""

MAX_BYTES = 25 * 1024 * 1024
MAX_NAME = 255


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the object storage, under anybody's prefix; `sha256` is lower-case hexadecimal."""

    name: str
    size_bytes: int
    content_type: str
    sha256: str
    key: str
    content_id: str = ""


async def refusal_of(objects: ObjectStore, tenant_id: UUID, policy: FilePolicy, file: StoredFile) -> str:
    """Why the tenant does not take a file of this kind; empty where it does. Raises InvalidInput, Unavailable."""
    if f"/{tenant_id}/" not in file.key:
        raise _no_object()
    try:
        head = await objects.head(file.key, HEAD_BYTES)
    except NotFound:
        raise _no_object() from None
    return policy.refusal(file.name, file.content_type, head)


async def copy_file(
    objects: ObjectStore, tenant_id: UUID, policy: FilePolicy, file: StoredFile
) -> StoredFile:
    """Copies the bytes to this service's prefix, before any transaction, and gives the file as it is there.

    Raises InvalidInput for a file that is not in the storage, not as described or of a kind that the tenant does not
    take, TooLarge, Unavailable.
    """
    problems = Problems()
    problems.text("file.name", file.name, limit=10_000, required=True)
    problems.text("file.content_type", file.content_type, limit=MAX_NAME)
    if file.size_bytes < 0:
        problems.add("file.size_bytes", "must not be negative")
    if not file.key.endswith(f"/{file.sha256}"):
        problems.add("file.sha256", "must be the end of the key")
    problems.raise_any()
    if file.size_bytes > MAX_BYTES:
        raise TooLarge(f"A file may have at most {MAX_BYTES} bytes.")
    if refusal := await refusal_of(objects, tenant_id, policy, file):
        raise InvalidInput([FieldError("file", refusal)])
    try:
        key = await objects.copy(file.key, SERVICE, tenant_id)
    except NotFound:
        raise _no_object() from None
    return StoredFile(
        name=one_line(file.name, MAX_NAME),
        size_bytes=file.size_bytes,
        content_type=one_line(file.content_type, MAX_NAME) or "application/octet-stream",
        sha256=file.sha256,
        key=key,
        content_id=one_line(file.content_id, MAX_NAME),
    )


def _no_object() -> InvalidInput:
    return InvalidInput([FieldError("file.key", "there is no such object")])


async def attach_file(tx: Tx, *, configuration: Configuration, ticket: str, file: StoredFile) -> Attachment:
    """Puts a copied file on the ticket. Publishes TicketUpdated.

    What an agent uploads stays with the agents until a public comment takes it along. Raises NotFound, Forbidden,
    WrongState.
    """
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    require_comment(found, configuration, PUBLIC)
    occasion = occasion_of()
    public = speaks_as_requester(found, configuration)
    attachment = new_attachment(found.tenant_id, found.id, file, occasion, public=public)
    tx.add(attachment)
    change = Change("attachments", None, {"id": str(attachment.id), "name": attachment.name})
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=found,
        occasion=occasion,
        action="attached",
        changes=[change],
        public=public,
    )
    events.ticket_updated(tx, view, [change], occasion)
    return attachment


def new_attachment(
    tenant_id: UUID,
    ticket_id: UUID,
    file: StoredFile,
    occasion: Occasion,
    *,
    public: bool,
    comment_id: UUID | None = None,
) -> Attachment:
    """The row of a copied file."""
    actor = occasion.actor
    return Attachment(
        tenant_id=tenant_id,
        id=new_id(),
        ticket_id=ticket_id,
        comment_id=comment_id,
        name=file.name,
        size_bytes=file.size_bytes,
        content_type=file.content_type,
        sha256=file.sha256,
        object_key=file.key,
        content_id=file.content_id,
        public=public,
        uploader_kind=actor.kind,
        uploader_id=actor.id,
        uploader_name=actor.name,
        uploader_email=actor.email,
        created_at=occasion.recorded_at,
    )


async def get_attachment(
    tx: Tx, *, configuration: Configuration, ticket: str, attachment_id: str
) -> Attachment:
    """A file of the ticket, or of one merged into it, that the caller may see. Raises NotFound."""
    found = await readable_ticket(tx, configuration, ticket)
    if not is_id(attachment_id):
        raise NotFound("attachment")
    attachment = await tx.get(Attachment, UUID(attachment_id))
    shown = {one.id: one for one in await tickets_shown_on(tx, configuration, found)}
    on = shown.get(attachment.ticket_id) if attachment else None
    if attachment is None or on is None or not sees(attachment, agent=sees_internal(on, configuration)):
        raise NotFound("attachment")
    return attachment


def sees_internal(ticket: Ticket, configuration: Configuration) -> bool:
    """Whether the caller sees what is internal on the ticket."""
    return may_on(ticket, configuration, "tickets.read")


def sees(attachment: Attachment, *, agent: bool) -> bool:
    """Whether the caller sees the file: agents all, others public ones and their own."""
    return agent or attachment.public or attachment.uploader_id == current_caller().subject


async def attachments_of(tx: Tx, comment_ids: Sequence[UUID]) -> dict[UUID, list[Attachment]]:
    """The files of comments, by comment."""
    found: dict[UUID, list[Attachment]] = {}
    if not comment_ids:
        return found
    rows = await tx.scalars(
        select(Attachment).where(Attachment.comment_id.in_(comment_ids)).order_by(Attachment.id)
    )
    for row in rows:
        assert row.comment_id is not None
        found.setdefault(row.comment_id, []).append(row)
    return found
