"""Work on many tickets, as jobs."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0017"
down_revision = "0016"

_TABLES = {
    "bulk_jobs": """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        state text NOT NULL CHECK (state IN ('running', 'done', 'cancelled')),
        owner_id text NOT NULL,
        caller jsonb NOT NULL,
        request bytea NOT NULL,
        finished_at timestamptz,
        PRIMARY KEY (tenant_id, id)
    """,
    "bulk_items": """
        tenant_id uuid NOT NULL,
        job_id uuid NOT NULL,
        position integer NOT NULL,
        ticket text NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'ok', 'failed', 'skipped')),
        problem bytea,
        PRIMARY KEY (tenant_id, job_id, position),
        FOREIGN KEY (tenant_id, job_id) REFERENCES bulk_jobs (tenant_id, id)
    """,
}


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        enable_row_security(table)
        grant_app(table)
    op.execute("CREATE INDEX bulk_jobs_running ON bulk_jobs (tenant_id, owner_id) WHERE state = 'running'")
