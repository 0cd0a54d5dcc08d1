"""What is to be delivered to a webhook, and when."""

from chassis.migrations import create_index_concurrently

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_index_concurrently(
        "deliveries_to_webhooks",
        "deliveries",
        "(tenant_id, recipient, next_attempt_at)",
        where="channel = 'webhook' AND state IN ('queued', 'failed')",
    )
