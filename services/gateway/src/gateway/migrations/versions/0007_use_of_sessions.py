"""When a session was last used, for the list that its owner sees."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # The running release inserts sessions without it.
    op.execute("ALTER TABLE sessions ADD COLUMN last_used_at timestamptz NOT NULL DEFAULT now()")
