"""Layouts of forms and pages of tickets, with all their versions."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0029"
down_revision = "0028"

_COMMON = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "layouts": """
        process_id uuid NOT NULL,
        type text NOT NULL,
        audience text NOT NULL CHECK (audience IN ('agent', 'requester')),
        purpose text NOT NULL CHECK (purpose IN ('create', 'view')),
        sections jsonb NOT NULL,
        removed boolean NOT NULL,
        FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    """,
    "layout_versions": """
        layout_id uuid NOT NULL,
        revision bigint NOT NULL,
        sections jsonb NOT NULL,
        changed_by jsonb NOT NULL,
        UNIQUE (tenant_id, layout_id, revision),
        FOREIGN KEY (tenant_id, layout_id) REFERENCES layouts (tenant_id, id),
    """,
}


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns} {_COMMON})")
        enable_row_security(table)
    grant_app("layouts", "SELECT, INSERT, UPDATE")
    grant_app("layout_versions", "SELECT, INSERT")
    op.execute(
        "CREATE UNIQUE INDEX layouts_of ON layouts (tenant_id, process_id, type, audience, purpose)"
        " WHERE NOT removed"
    )
