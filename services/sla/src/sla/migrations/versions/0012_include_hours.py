"""Hours that agreements include, the work that uses them, and what was told of it."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0012"
down_revision = "0011"

_COMMON = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "time_entries": """
        ticket_id uuid NOT NULL,
        minutes integer NOT NULL,
        started_at timestamptz NOT NULL,
        billable boolean NOT NULL,
        removed boolean NOT NULL,
        organization text[] NOT NULL,
        service_id text[] NOT NULL,
        ci_ids text[] NOT NULL,
    """,
    "hours_told": """
        agreement_id uuid NOT NULL,
        period_start date NOT NULL,
        warning text NOT NULL,
        UNIQUE (tenant_id, agreement_id, period_start, warning),
    """,
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE agreements ADD COLUMN included_hours text NOT NULL DEFAULT '',"
        " ADD COLUMN hours_period text NOT NULL DEFAULT 'month'"
        " CHECK (hours_period IN ('month', 'quarter', 'year', 'term')),"
        " ADD COLUMN hours_warnings text[] NOT NULL DEFAULT '{}'"
    )
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns} {_COMMON})")
        enable_row_security(table)
    grant_app("time_entries", "SELECT, INSERT, UPDATE")
    grant_app("hours_told", "SELECT, INSERT")
    op.execute("CREATE INDEX time_entries_started ON time_entries (tenant_id, started_at)")
