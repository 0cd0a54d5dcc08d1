"""Statements that more than one use case needs, or that deserve a name."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Uuid, func, literal, select

from chassis.db import Database, Tx
from notify.db.tables import Delivery, InboundMessage, Mailbox, Tenant
from notify.domain.threads import ThreadPart

SAME_MAIL_DAYS = 30
MAX_THREAD = 5000


async def mailbox_tenant(database: Database, address: str) -> UUID | None:
    """Return whose mailbox a normalised address is, over all tenants; None when it is nobody's."""
    row = await database.fetch_one("SELECT mailbox_tenant($1) AS tenant_id", address)
    found: UUID | None = row["tenant_id"] if row is not None else None
    return found


async def oldest_work(database: Database, kind: str) -> tuple[int, UUID | None]:
    """Count the work of a kind over all tenants, due or not, and give the lowest of its timers' keys, which are UUIDv7.

    Every mail that is not read has a timer; deliveries that are not sent have one for a few of an event's.
    """
    async with database.relay_connection() as raw:
        row = await raw.fetchrow(
            "SELECT coalesce(sum(coalesce(jsonb_array_length(payload -> 'deliveries'), 1)), 0)::int AS count,"
            ' min(key COLLATE "C") AS oldest FROM timers'
            " WHERE kind = $1 AND state <> 'dead'",
            kind,
        )
    assert row is not None
    return row["count"], None if row["oldest"] is None else UUID(row["oldest"])


async def lock(tx: Tx, *names: str) -> None:
    """Take locks of these names within the tenant until the transaction ends, in an order that cannot deadlock."""
    raw = await tx.raw()
    await raw.fetch(
        "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) AS name",
        [f"{tx.tenant_id}/{name}" for name in sorted(set(names))],
    )


async def find_same_mail(
    tx: Tx, *, mailbox: str, message_id: str, body_sha256: bytes, since: datetime
) -> UUID | None:
    """Return the first message with this mailbox, Message-ID and body received since then."""
    return await tx.scalar(
        select(InboundMessage.id)
        .where(
            InboundMessage.tenant_id == tx.tenant_id,
            InboundMessage.message_id == message_id,
            InboundMessage.mailbox == mailbox,
            InboundMessage.body_sha256 == body_sha256,
            InboundMessage.received_at >= since,
        )
        .order_by(InboundMessage.received_at)
        .limit(1)
    )


def same_mail_since(now: datetime) -> datetime:
    """Return from when on a mail with the same identity is the same mail."""
    return now - timedelta(days=SAME_MAIL_DAYS)


async def tickets_of(tx: Tx, message_ids: Sequence[str]) -> list[UUID]:
    """Return the tickets whose mail, in or out, has one of these ids; in the order of the ids, each once."""
    if not message_ids:
        return []
    found: dict[str, UUID] = {}
    for row in (InboundMessage, Delivery):
        statement = select(row.message_id, row.ticket_id).where(
            row.tenant_id == tx.tenant_id, row.message_id.in_(message_ids), row.ticket_id.is_not(None)
        )
        for message_id, ticket_id in await tx.execute(statement):
            if ticket_id is not None:
                found.setdefault(message_id, ticket_id)
    return list(dict.fromkeys(found[message_id] for message_id in message_ids if message_id in found))


async def thread_parts(
    tx: Tx, *, ticket_ids: Collection[UUID], recipients: Collection[str]
) -> list[ThreadPart]:
    """Return the mail of these tickets that came in, and what went out to these people; newest first, to a limit."""
    inbound = select(
        InboundMessage.ticket_id, InboundMessage.id, InboundMessage.message_id, InboundMessage.from_email
    ).where(InboundMessage.tenant_id == tx.tenant_id, InboundMessage.ticket_id.in_(ticket_ids))
    outbound = select(Delivery.ticket_id, Delivery.id, Delivery.message_id, Delivery.recipient).where(
        Delivery.tenant_id == tx.tenant_id,
        Delivery.ticket_id.in_(ticket_ids),
        Delivery.recipient.in_(recipients),
        Delivery.state != "suppressed",
    )
    found: list[ThreadPart] = []
    for statement, came_in in (
        (inbound.order_by(InboundMessage.id.desc()), True),
        (outbound.order_by(Delivery.id.desc()), False),
    ):
        for ticket_id, part_id, message_id, address in await tx.execute(statement.limit(MAX_THREAD)):
            found.append(ThreadPart(str(ticket_id), str(part_id), message_id, address, came_in=came_in))
    return found


async def own_tenant(tx: Tx) -> Tenant | None:
    """Return the copy of the tenant that the transaction is bound to."""
    return await tx.get(Tenant, tx.tenant_id)


async def own_mailboxes(tx: Tx) -> set[str]:
    """Return every address that is or was a mailbox of the tenant."""
    return set(await tx.scalars(select(Mailbox.address).where(Mailbox.tenant_id == tx.tenant_id)))


async def raw_piece(tx: Tx, *, message_id: UUID, offset: int, length: int) -> tuple[bytes, int] | None:
    """Return at most `length` bytes of a raw mail from `offset`, and its whole length; None when there is no such mail."""
    row = (
        await tx.execute(
            select(func.substring(InboundMessage.raw, offset + 1, length), InboundMessage.size_bytes).where(
                InboundMessage.tenant_id == tx.tenant_id, InboundMessage.id == literal(message_id, Uuid)
            )
        )
    ).first()
    return None if row is None else (bytes(row[0]), int(row[1]))
