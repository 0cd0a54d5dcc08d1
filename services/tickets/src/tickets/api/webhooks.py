"""What notify tells of webhooks, which rules and macros name."""

from uuid import UUID

from chassis.db import Tx
from chassis.events import Handler, Received
from chassis.events.handlers import AnyHandler
from deskmesh.notify.v1 import events_pb2
from tickets.app.webhooks import KnownWebhook, forget_webhook, keep_webhook


async def on_webhook_changed(tx: Tx, received: list[Received[events_pb2.WebhookChanged]]) -> None:
    """Keeps the webhooks."""
    for event in received:
        webhook = event.message.webhook
        if event.message.deleted:
            await forget_webhook(tx, UUID(webhook.id))
        else:
            await keep_webhook(tx, KnownWebhook(UUID(webhook.id), webhook.name, webhook.version))


def handler() -> AnyHandler:
    """The handler of WebhookChanged."""
    return Handler(events_pb2.WebhookChanged, on_webhook_changed)
