"""Tells administrators of a webhook that was switched off."""

from datetime import datetime

from chassis.db import Tx
from chassis.ids import new_id
from notify.app.notices import queue_notice, who_may
from notify.db.tables import Webhook
from notify.domain.audience import Purpose

ADMINISTRATION = "notify.configure"


async def tell_administrators(tx: Tx, *, webhook: Webhook, now: datetime) -> None:
    """Queue a mail to each who may set webhooks up, the first twenty by address."""
    await queue_notice(
        tx,
        purpose=Purpose.WEBHOOK_DISABLED,
        event_id=new_id(),
        to=await who_may(tx, ADMINISTRATION),
        subject=f"Webhook {webhook.name}",
        content={"webhook.name": webhook.name, "webhook.reason": webhook.state_reason},
        now=now,
    )
