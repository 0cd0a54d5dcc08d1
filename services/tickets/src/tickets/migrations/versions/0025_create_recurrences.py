"""Tickets that are made by themselves, and what became of each time."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0025"
down_revision = "0024"

_RECURRENCES = """
    CREATE TABLE recurrences (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        name text NOT NULL,
        rrule text NOT NULL,
        time_zone text NOT NULL,
        starts_at timestamptz NOT NULL,
        catch_up text NOT NULL CHECK (catch_up IN ('skip', 'last', 'all')),
        template jsonb NOT NULL CHECK (jsonb_typeof(template) = 'object'),
        state text NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
        next_at timestamptz,
        PRIMARY KEY (tenant_id, id),
        CHECK ((state = 'active') = (next_at IS NOT NULL))
    )
"""

# One row for a time of a recurrence: whoever comes second makes no second ticket.
_OCCURRENCES = """
    CREATE TABLE recurrence_occurrences (
        tenant_id uuid NOT NULL,
        recurrence_id uuid NOT NULL,
        occurs_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('made', 'skipped', 'failed')),
        ticket_id uuid,
        reason text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, recurrence_id, occurs_at),
        FOREIGN KEY (tenant_id, recurrence_id) REFERENCES recurrences (tenant_id, id),
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
    )
"""


def upgrade() -> None:
    for table, statement in (("recurrences", _RECURRENCES), ("recurrence_occurrences", _OCCURRENCES)):
        op.execute(statement)
        enable_row_security(table)
        grant_app(table)
