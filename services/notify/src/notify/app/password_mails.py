"""The mail to whoever has forgotten their password."""

from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from notify.app import linking
from notify.app.notices import Addressee, queue_notice
from notify.domain.audience import Purpose

_SUBJECTS = {"en": "A new password", "pl": "Nowe hasło", "ru": "Новый пароль"}


async def mail_password_link(
    tx: Tx,
    *,
    event_id: UUID,
    person_id: str,
    to: Addressee,
    reset_id: str,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Queue the mail; the link is made when it is written. After its time there is nothing to send."""
    if expires_at <= now:
        return
    language = to.language.partition("-")[0].lower()
    await queue_notice(
        tx,
        purpose=Purpose.PASSWORD_RESET,
        event_id=event_id,
        to=[to],
        subject=_SUBJECTS.get(language, _SUBJECTS["en"]),
        content=linking.password_content(person_id, reset_id, until=expires_at),
        now=now,
    )
