"""Copies of sla's calendars, and recurrences that heed the days they are closed on."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE calendars (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            name text NOT NULL,
            time_zone text NOT NULL,
            closed_weekdays int[] NOT NULL,
            exceptions date[] NOT NULL,
            deleted boolean NOT NULL,
            PRIMARY KEY (tenant_id, id)
        )
    """)
    enable_row_security("calendars")
    grant_app("calendars")
    # Defaults for what the running release writes.
    op.execute("""
        ALTER TABLE recurrences
            ADD COLUMN calendar_id uuid,
            ADD COLUMN on_closed text NOT NULL DEFAULT 'make'
                CHECK (on_closed IN ('make', 'skip', 'next_open', 'previous_open'))
    """)
