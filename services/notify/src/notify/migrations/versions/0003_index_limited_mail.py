"""What was sent to an address for a purpose, without what was held back."""

from chassis.migrations import create_index_concurrently

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_index_concurrently(
        "deliveries_sent",
        "deliveries",
        "(tenant_id, recipient, purpose, created_at)",
        where="state <> 'suppressed'",
    )
