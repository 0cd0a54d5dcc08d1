"""Processes, queues and types that take no new tickets: nothing that a ticket names is ever removed."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for table in ("processes", "queues", "ticket_types"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN active boolean NOT NULL DEFAULT true")
