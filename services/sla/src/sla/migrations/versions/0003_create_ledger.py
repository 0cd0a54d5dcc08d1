"""The ledger of ticket events, and the clocks reckoned from it."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0003"
down_revision = "0002"

_COMMON = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "tickets": """
        number text NOT NULL,
        process text NOT NULL,
        queue text NOT NULL,
        reader_ids text[] NOT NULL,
        summary jsonb NOT NULL,
        is_open boolean NOT NULL,
        clock_version bigint NOT NULL,
    """,
    "ticket_events": """
        ticket_id uuid NOT NULL,
        name text NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        facts jsonb NOT NULL,
        comment text NOT NULL CHECK (comment IN ('', 'response', 'question')),
    """,
    "clocks": """
        ticket_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('sla', 'ola', 'uc')),
        name text NOT NULL,
        state text NOT NULL CHECK (state IN ('running', 'paused', 'stopped')),
        priority text NOT NULL,
        target_seconds bigint NOT NULL CHECK (target_seconds > 0),
        started_at timestamptz NOT NULL,
        due_at timestamptz,
        paused_at timestamptz,
        stopped_at timestamptz,
        breached_at timestamptz,
        policy_id uuid NOT NULL,
        policy_name text NOT NULL,
        policy_version bigint NOT NULL,
        calendar_id uuid NOT NULL,
        calendar_version bigint NOT NULL,
        warned text[] NOT NULL,
        warning_at timestamptz,
        UNIQUE (tenant_id, ticket_id, kind, name),
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    """,
}


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns} {_COMMON})")
        enable_row_security(table)
    grant_app("tickets", "SELECT, INSERT, UPDATE")
    grant_app("ticket_events", "SELECT, INSERT")
    grant_app("clocks")
    op.execute("CREATE INDEX tickets_number ON tickets (tenant_id, number)")
    op.execute("CREATE INDEX tickets_open ON tickets (tenant_id, id) WHERE is_open")
    op.execute("CREATE INDEX ticket_events_ticket ON ticket_events (tenant_id, ticket_id)")
