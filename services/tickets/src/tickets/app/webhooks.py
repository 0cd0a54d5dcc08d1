"""The copies of notify's webhooks, and asking for one to be called about a ticket."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, or_, select

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.ids import is_id
from tickets.app.access import readable_ticket, require_on
from tickets.app.actors import occasion_of
from tickets.app.commenting import COMMENT_INTERNAL
from tickets.app.configuration import Configuration
from tickets.app.directory import keep_copy
from tickets.app.recording import record_change
from tickets.db.directory import Webhook
from tickets.db.views import TicketView
from tickets.domain.changes import Change
from tickets.domain.references import Reference
from tickets.publish import events


@dataclass(frozen=True, slots=True)
class KnownWebhook:
    """A webhook as notify tells of one."""

    id: UUID
    name: str
    version: int


async def keep_webhook(tx: Tx, webhook: KnownWebhook) -> None:
    """Keeps the copy, unless a newer one is there."""
    await keep_copy(tx, Webhook, webhook.id, webhook.version, {"name": webhook.name})


async def forget_webhook(tx: Tx, webhook_id: UUID) -> None:
    """Removes the copy; rules that name it fail from now on, and say so."""
    await tx.execute(delete(Webhook).where(Webhook.tenant_id == tx.tenant_id, Webhook.id == webhook_id))


async def find_webhook(tx: Tx, key: str) -> Webhook | None:
    """The webhook of an id or name, or None."""
    wanted = [Webhook.name == key, *([Webhook.id == UUID(key)] if is_id(key) else [])]
    return await tx.scalar(select(Webhook).where(Webhook.tenant_id == tx.tenant_id, or_(*wanted)).limit(1))


async def call_out(
    tx: Tx, *, configuration: Configuration, view: TicketView, webhook: str, body: str
) -> None:
    """Has notify call a webhook about the ticket after the commit: WebhookRequested. Raises Forbidden, InvalidInput."""
    require_on(view.ticket, configuration, COMMENT_INTERNAL)
    found = await find_webhook(tx, webhook)
    if found is None:
        raise InvalidInput([FieldError("webhook", "there is no such webhook")])
    ticket = await readable_ticket(tx, configuration, str(view.ticket.id), for_update=True)
    occasion = occasion_of()
    called = Reference(found.id, "", found.name)
    told = await record_change(
        tx,
        configuration=configuration,
        ticket=ticket,
        occasion=occasion,
        action="webhook_called",
        changes=[Change("webhook", None, {"id": str(found.id), "name": found.name, "body": body})],
        public=False,
    )
    events.webhook_requested(tx, told, called, body, occasion)
