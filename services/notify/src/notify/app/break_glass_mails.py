"""The alarm to administrators when somebody signs in by a password that holds in an emergency alone."""

from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from notify.app.notices import queue_notice, who_may
from notify.domain.audience import Purpose

ADMINISTRATION = "tenant.configure"


async def mail_break_glass_alarm(
    tx: Tx, *, event_id: UUID, name: str, email: str, address: str, used_at: datetime, now: datetime
) -> None:
    """Queue a mail to each who may set the tenant up, the first twenty by address: who it was, whence and when."""
    await queue_notice(
        tx,
        purpose=Purpose.BREAK_GLASS_USED,
        event_id=event_id,
        to=await who_may(tx, ADMINISTRATION),
        subject=f"Break-glass: {email}",
        content={
            "person.name": name,
            "person.email": email,
            "sign_in.address": address,
            "sign_in.time": f"{used_at:%Y-%m-%d %H:%M} UTC",
        },
        now=now,
    )
