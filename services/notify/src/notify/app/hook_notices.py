"""Tells administrators of a webhook that was switched off."""

from datetime import datetime

from sqlalchemy import select

from chassis.db import Tx
from chassis.ids import new_id
from notify.app.notices import Addressee, queue_notice
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
    await queue_notice(
        tx,
        purpose=Purpose.WEBHOOK_DISABLED,
        event_id=new_id(),
        to=[Addressee(one.email, one.name, one.language, one.time_zone) for one in people.all()],
        subject=f"Webhook {webhook.name}",
        content={"webhook.name": webhook.name, "webhook.reason": webhook.state_reason},
        now=now,
    )
