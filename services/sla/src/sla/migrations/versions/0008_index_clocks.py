"""Clocks by ticket, by the time they started, and the running ones by their due time."""

from chassis.migrations import create_index_concurrently

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_index_concurrently("clocks_ticket", "clocks", "(tenant_id, ticket_id)")
    create_index_concurrently("clocks_started", "clocks", "(tenant_id, started_at)")
    create_index_concurrently("clocks_running", "clocks", "(tenant_id, due_at, id) WHERE state = 'running'")
