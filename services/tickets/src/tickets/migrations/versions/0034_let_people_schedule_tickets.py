"""Whose scheduled ticket a recurrence is; null for those of administrators."""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    # Null in what the running release writes.
    op.execute("ALTER TABLE recurrences ADD COLUMN owner_id uuid")
