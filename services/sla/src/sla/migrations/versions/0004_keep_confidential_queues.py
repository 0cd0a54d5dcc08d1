"""Whether a ticket's queue is confidential, and whose it is, for the rights of readers."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE tickets ADD COLUMN is_confidential boolean NOT NULL DEFAULT false,"
        " ADD COLUMN queue_team_id text NOT NULL DEFAULT ''"
    )
