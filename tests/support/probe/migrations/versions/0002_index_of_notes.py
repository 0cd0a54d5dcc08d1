"""An index that is built while others write."""

from chassis.migrations import create_index_concurrently

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_index_concurrently("notes_by_time", "notes", "(tenant_id, created_at)")
