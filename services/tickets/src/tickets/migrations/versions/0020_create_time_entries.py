"""Time spent on tickets, and the timers that run."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0020"
down_revision = "0019"

_COMMON = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
"""

_TABLES = {
    "time_entries": """
        ticket_id uuid NOT NULL,
        person_id uuid NOT NULL,
        organization_id uuid,
        minutes integer NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
        started_at timestamptz NOT NULL,
        note text NOT NULL,
        billable boolean NOT NULL,
        activity text NOT NULL,
    """,
    "work_timers": """
        ticket_id uuid NOT NULL,
        started_at timestamptz NOT NULL,
        note text NOT NULL,
        billable boolean NOT NULL,
        activity text NOT NULL,
    """,
}

_INDEXES = (
    "CREATE INDEX time_entries_ticket ON time_entries (tenant_id, ticket_id, started_at, id)",
    "CREATE INDEX time_entries_day ON time_entries (tenant_id, started_at, id)",
    "CREATE INDEX time_entries_person ON time_entries (tenant_id, person_id, started_at, id)",
    "CREATE INDEX time_entries_organization ON time_entries (tenant_id, organization_id, started_at, id)",
)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns} {_COMMON})")
        enable_row_security(table)
        grant_app(table)
    for statement in _INDEXES:
        op.execute(statement)
    # Null in what the running release writes.
    op.execute("ALTER TABLE tickets ADD COLUMN minutes_spent bigint, ADD COLUMN minutes_billable bigint")
