"""A copy of the fields that conditions may name, and the types of those that a policy names."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0014"
down_revision = "0013"

_FIELD_TABLES = """
CREATE TABLE field_tables (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    fields jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id)
)
"""


def upgrade() -> None:
    op.execute("ALTER TABLE policies ADD COLUMN field_types jsonb NOT NULL DEFAULT '{}'")
    op.execute(_FIELD_TABLES)
    enable_row_security("field_tables")
    grant_app("field_tables", "SELECT, INSERT, UPDATE")
