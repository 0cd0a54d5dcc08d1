"""Escalation chains of policies, and how far each clock is in its own."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("ALTER TABLE policies ADD COLUMN escalations jsonb NOT NULL DEFAULT '[]'")
    op.execute(
        "ALTER TABLE clocks ADD COLUMN escalated text[] NOT NULL DEFAULT '{}',"
        " ADD COLUMN escalation_at timestamptz"
    )
