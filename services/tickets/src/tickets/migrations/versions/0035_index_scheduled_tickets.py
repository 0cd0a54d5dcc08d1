"""The scheduled tickets of somebody, the next one first."""

from chassis.migrations import create_index_concurrently

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    create_index_concurrently(
        "scheduled_tickets",
        "recurrences",
        "(tenant_id, owner_id, starts_at, id)",
        where="owner_id IS NOT NULL",
    )
