"""Mails of the desk itself to people whom it knows, about nothing that is a ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from chassis import timers
from chassis.db import Tx
from chassis.ids import new_id
from notify.app.announcing import timers_of
from notify.db import deliveries
from notify.db.deliveries import NewDelivery
from notify.db.tables import Person, Role
from notify.domain.audience import Purpose


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a mail goes to; language and time zone may be empty."""

    email: str
    name: str
    language: str
    time_zone: str


MOST_TOLD = 20


async def who_may(tx: Tx, permission: str) -> list[Addressee]:
    """Return the active people with a role that has the permission, the first twenty by address."""
    roles = select(Role.slug).where(Role.tenant_id == tx.tenant_id, Role.permissions.any_() == permission)
    slugs = list(await tx.scalars(roles))
    people = await tx.scalars(
        select(Person)
        .where(Person.tenant_id == tx.tenant_id, Person.active, Person.roles.overlap(slugs))
        .order_by(Person.email)
        .limit(MOST_TOLD)
    )
    return [Addressee(one.email, one.name, one.language, one.time_zone) for one in people.all()]


async def queue_notice(
    tx: Tx,
    *,
    purpose: Purpose,
    event_id: UUID,
    to: Sequence[Addressee],
    subject: str,
    content: Mapping[str, str],
    now: datetime,
) -> None:
    """Queue a mail to each, once for an event however often it comes."""
    desk = await deliveries.desk_of(tx)
    domain = desk.support_address.rpartition("@")[2] or "localhost"
    mails = []
    for one in to:
        delivery_id = new_id()
        mails.append(
            NewDelivery(
                id=delivery_id,
                event_id=event_id,
                ticket_id=None,
                purpose=purpose.value,
                recipient=one.email,
                recipient_name=one.name,
                language=one.language or desk.language,
                time_zone=one.time_zone or desk.time_zone,
                subject=subject,
                message_id=f"{delivery_id}@{domain}",
                state="queued",
                last_error="",
            )
        )
    queued = await deliveries.add_deliveries(tx, mails, {event_id: content})
    await timers.schedule_many(tx, [one for ids in queued.values() for one in timers_of(ids, now)])
