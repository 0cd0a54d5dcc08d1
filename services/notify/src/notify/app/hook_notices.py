"""Tells administrators of a webhook that was switched off."""

from datetime import datetime

from sqlalchemy import select

from chassis import timers
from chassis.db import Tx
from chassis.ids import new_id
from notify.app.announcing import timers_of
from notify.db import deliveries
from notify.db.deliveries import NewDelivery
from notify.db.tables import Person, Role, Webhook
from notify.domain.audience import Purpose

ADMINISTRATION = "notify.configure"
MOST_TOLD = 20


async def tell_administrators(tx: Tx, *, webhook: Webhook, now: datetime) -> None:
    """Queue a mail to each who may set webhooks up, the first twenty by address."""
    roles = select(Role.slug).where(Role.tenant_id == tx.tenant_id, Role.permissions.any_() == ADMINISTRATION)
    slugs = list(await tx.scalars(roles))
    people = await tx.scalars(
        select(Person)
        .where(Person.tenant_id == tx.tenant_id, Person.active, Person.roles.overlap(slugs))
        .order_by(Person.email)
        .limit(MOST_TOLD)
    )
    desk, event_id = await deliveries.desk_of(tx), new_id()
    domain = desk.support_address.rpartition("@")[2] or "localhost"
    mails = []
    for person in people.all():
        delivery_id = new_id()
        mails.append(
            NewDelivery(
                id=delivery_id,
                event_id=event_id,
                ticket_id=None,
                purpose=Purpose.WEBHOOK_DISABLED.value,
                recipient=person.email,
                recipient_name=person.name,
                language=person.language or desk.language,
                time_zone=person.time_zone or desk.time_zone,
                subject=f"Webhook {webhook.name}",
                message_id=f"{delivery_id}@{domain}",
                state="queued",
                last_error="",
            )
        )
    content = {"webhook.name": webhook.name, "webhook.reason": webhook.state_reason}
    queued = await deliveries.add_deliveries(tx, mails, {event_id: content})
    await timers.schedule_many(tx, [one for ids in queued.values() for one in timers_of(ids, now)])
