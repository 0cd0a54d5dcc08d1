"""How many tickets the nightly check of the clocks could not reckon."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("ALTER TABLE clock_checks ADD COLUMN failing bigint NOT NULL DEFAULT 0")
