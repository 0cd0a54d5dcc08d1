"""How the addresses of holiday feeds are doing."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE calendars ADD COLUMN sources jsonb NOT NULL DEFAULT '{}'")
