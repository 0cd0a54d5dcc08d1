"""Whom people report to, for escalations."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE people ADD COLUMN manager_id uuid")
