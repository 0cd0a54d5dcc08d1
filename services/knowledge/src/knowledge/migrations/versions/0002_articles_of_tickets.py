"""The ticket that an article was written from."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # Null in what the running release writes.
    op.execute("ALTER TABLE articles ADD COLUMN source_ticket_id uuid")
