"""What people can do, when, and how much of it."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # The running release inserts people without it.
    op.execute(
        "ALTER TABLE users ADD COLUMN work_profile jsonb NOT NULL DEFAULT '{}'"
        " CHECK (jsonb_typeof(work_profile) = 'object')"
    )
