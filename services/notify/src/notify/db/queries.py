"""Statements that more than one use case needs, or that deserve a name."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, func, literal, or_, select, text

from chassis.db import Database, Tx
from notify.db.tables import Delivery, InboundMessage, Mailbox, Person, Role, Tenant
from notify.domain.threads import ThreadPart

SAME_MAIL_DAYS = 30
MAX_THREAD = 5000


async def mailbox_tenant(database: Database, address: str) -> UUID | None:
    """Return whose mailbox a normalised address is, over all tenants; None when it is nobody's."""
    row = await database.fetch_one("SELECT mailbox_tenant($1) AS tenant_id", address)
    found: UUID | None = row["tenant_id"] if row is not None else None
    return found


async def oldest_work(database: Database, kind: str) -> tuple[int, UUID | None]:
    """Count the timers of a kind over all tenants, due or not, and give the lowest of their keys, which are UUIDv7.

    Every delivery that is not sent, and every mail that is not read, has one.
    """
    async with database.relay_connection() as raw:
        row = await raw.fetchrow(
            'SELECT count(*) AS count, min(key COLLATE "C") AS oldest FROM timers'
            " WHERE kind = $1 AND state <> 'dead'",
            kind,
        )
    assert row is not None
    return row["count"], None if row["oldest"] is None else UUID(row["oldest"])


async def lock(tx: Tx, *names: str) -> None:
    """Take locks of these names within the tenant until the transaction ends, in an order that cannot deadlock."""
    for name in sorted(set(names)):
        await tx.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"{tx.tenant_id}/{name}"},
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


async def people(
    tx: Tx, *, ids: Collection[UUID], team_ids: Collection[UUID], handles: Collection[str]
) -> Sequence[Person]:
    """Return the people with these ids, the active members of these teams, and the bearers of these handles.

    A handle is an address or its part before the at, lower case.
    """
    chosen: list[ColumnElement[bool]] = [Person.id.in_(ids)] if ids else []
    if team_ids:
        chosen.append(Person.team_ids.overlap(list(team_ids)) & Person.active)
    if handles:
        chosen.append(Person.email.in_(handles) | func.split_part(Person.email, "@", 1).in_(handles))
    if not chosen:
        return []
    return (await tx.scalars(select(Person).where(Person.tenant_id == tx.tenant_id, or_(*chosen)))).all()


async def roles_with(tx: Tx, permission: str) -> set[str]:
    """Return the slugs of the tenant's roles that hold a permission."""
    statement = select(Role.slug).where(
        Role.tenant_id == tx.tenant_id, literal(permission) == any_(Role.permissions)
    )
    return set(await tx.scalars(statement))


async def sent_since(
    tx: Tx, *, recipients: Iterable[str], purposes: Iterable[str], since: datetime
) -> dict[str, dict[str, int]]:
    """Count, per address and title of the ticket, the deliveries of these purposes made since then and not suppressed."""
    title = Delivery.content["ticket.title"].astext
    statement = (
        select(Delivery.recipient, title, func.count())
        .where(
            Delivery.tenant_id == tx.tenant_id,
            Delivery.recipient.in_(list(recipients)),
            Delivery.purpose.in_(list(purposes)),
            Delivery.created_at >= since,
            Delivery.state != "suppressed",
        )
        .group_by(Delivery.recipient, title)
    )
    found: dict[str, dict[str, int]] = {}
    for recipient, of_title, count in await tx.execute(statement):
        found.setdefault(recipient, {})[of_title] = count
    return found


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
