"""When the desk is reminded of a ticket."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    # Null in what the running release writes.
    op.execute("ALTER TABLE tickets ADD COLUMN remind_at timestamptz")
