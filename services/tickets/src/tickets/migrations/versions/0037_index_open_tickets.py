"""The open tickets of a tenant, of all queues together, by what is due first and by what came first."""

from chassis.migrations import create_index_concurrently

revision = "0037"
down_revision = "0036"

_OPEN = "state_category IN ('new', 'active', 'waiting')"


def upgrade() -> None:
    for name, column in (("tickets_open_due", "due_at"), ("tickets_open_created", "created_at")):
        create_index_concurrently(name, "tickets", f"(tenant_id, {column}, id)", where=_OPEN)
