"""Change enablement: plans, freeze windows, templates."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0016"
down_revision = "0015"

_COMMON = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "change_plans": """
        risk_answers jsonb NOT NULL CHECK (jsonb_typeof(risk_answers) = 'object'),
        risk text NOT NULL CHECK (risk IN ('low', 'medium', 'high')),
        plan text NOT NULL,
        backout_plan text NOT NULL,
        planned_start timestamptz,
        planned_end timestamptz,
        emergency boolean NOT NULL,
        release text NOT NULL,
        standard boolean NOT NULL,
        CHECK ((planned_start IS NULL) = (planned_end IS NULL)),
        CHECK (planned_end > planned_start),
        FOREIGN KEY (tenant_id, id) REFERENCES tickets (tenant_id, id),
    """,
    "change_freezes": """
        name text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
        service_ids text[] NOT NULL,
    """,
    "change_templates": """
        slug text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        plan text NOT NULL,
        backout_plan text NOT NULL,
        queue_id uuid,
        UNIQUE (tenant_id, slug),
        FOREIGN KEY (tenant_id, queue_id) REFERENCES queues (tenant_id, id),
    """,
}

_INDEXES = (
    "CREATE INDEX change_plans_window ON change_plans (tenant_id, planned_start, id) WHERE planned_start IS NOT NULL",
    "CREATE INDEX change_freezes_end ON change_freezes (tenant_id, ends_at)",
)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns} {_COMMON})")
        enable_row_security(table)
        grant_app(table)
    for statement in _INDEXES:
        op.execute(statement)
