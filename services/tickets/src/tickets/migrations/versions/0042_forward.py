"""To whom comments were forwarded."""

from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.execute("ALTER TABLE comments ADD COLUMN forwarded_to text[] NOT NULL DEFAULT '{}'")
