"""Stored mail is read, and what became of it is noted."""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from chassis.db import Databases, Tx
from chassis.ids import new_id
from chassis.objects import ObjectStore
from notify import publish
from notify.db import queries
from notify.db.tables import InboundMessage
from notify.domain import parsing, parts

_SERVICE = "notify"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail says, and its files as they are kept."""

    parsed: parsing.Parsed | parsing.Unparseable
    files: list[dict[str, str | int]]


async def read_mail(
    databases: Databases, objects: ObjectStore, *, tenant_id: UUID, message_id: UUID
) -> Reading | None:
    """Read a stored mail and keep its files; None when it has been read already.

    Holds no transaction meanwhile. May be done again: the same files are the same objects.
    """
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        row = (
            await tx.execute(
                select(InboundMessage.raw, InboundMessage.return_path, InboundMessage.state).where(
                    InboundMessage.tenant_id == tenant_id, InboundMessage.id == message_id
                )
            )
        ).first()
    if row is None or row.state != "received":
        return None
    parsed = await asyncio.to_thread(parsing.parse, row.raw, return_path=row.return_path)
    if isinstance(parsed, parsing.Unparseable):
        return Reading(parsed, [])
    files = [await _keep(objects, tenant_id, attachment) for attachment in parsed.attachments]
    return Reading(replace(parsed, attachments=()), files)


async def record_reading(tx: Tx, *, message_id: UUID, reading: Reading) -> None:
    """Note what a mail says and tell it, or put it into quarantine with the reason."""
    message = await _locked(tx, message_id)
    if message is None or message.state != "received":
        return
    parsed = reading.parsed
    message.from_email = parsed.from_email
    message.from_name = parsed.from_name
    message.subject = parsed.subject
    message.attachments = reading.files
    if isinstance(parsed, parsing.Unparseable):
        message.state, message.reason = "quarantined", parsed.reason
        return
    if parsed.from_email in await queries.own_mailboxes(tx):
        # Answering ourselves would never end; it is kept to be looked at, and nobody is told.
        message.state, message.reason = "automatic", "sent by this desk"
        return
    if parsed.automatic:
        message.state, message.reason = "automatic", parsed.automatic
    answered = await queries.tickets_of(tx, parsed.references)
    publish.message_received(tx, message=message, parsed=parsed, answered_ticket_ids=answered)


async def note_outcome(tx: Tx, *, message_id: UUID, ticket_id: UUID, comment_id: UUID | None = None) -> None:
    """Note which ticket, and which comment on it, a mail became. An automatic mail stays one."""
    message = await _locked(tx, message_id)
    if message is None:
        return
    message.ticket_id = ticket_id
    message.comment_id = comment_id
    if message.state in {"received", "quarantined"}:
        message.state, message.reason = "processed", ""


async def note_rejection(tx: Tx, *, message_id: UUID, reason: str) -> None:
    """Put a mail that could become neither ticket nor comment into quarantine."""
    message = await _locked(tx, message_id)
    if message is not None and message.ticket_id is None:
        message.state, message.reason = "quarantined", reason


async def _locked(tx: Tx, message_id: UUID) -> InboundMessage | None:
    return await tx.scalar(
        select(InboundMessage)
        .where(InboundMessage.tenant_id == tx.tenant_id, InboundMessage.id == message_id)
        .with_for_update()
    )


async def _keep(objects: ObjectStore, tenant_id: UUID, attachment: parts.Attachment) -> dict[str, str | int]:
    stored = await objects.put(_SERVICE, tenant_id, attachment.content)
    return {
        "id": str(new_id()),
        "name": attachment.name,
        "size": stored.size,
        "content_type": attachment.content_type,
        "sha256": stored.sha256,
        "key": stored.key,
        "content_id": attachment.content_id,
    }
