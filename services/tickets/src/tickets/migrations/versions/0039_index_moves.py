"""The moves of a tenant's tickets by time, for reports that count them."""

from chassis.migrations import create_index_concurrently

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    create_index_concurrently(
        "ticket_history_moves", "ticket_history", "(tenant_id, occurred_at)", where="field = 'state'"
    )
