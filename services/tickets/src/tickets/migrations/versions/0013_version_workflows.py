"""Workflows that are saved again and again, and removed: the versions that tickets live by stay."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE workflows ADD COLUMN revision bigint NOT NULL DEFAULT 1 CHECK (revision > 0)")
    op.execute("ALTER TABLE workflows ADD COLUMN removed boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE workflows DROP CONSTRAINT workflows_tenant_id_process_id_type_id_key")
    op.execute(
        "CREATE UNIQUE INDEX workflows_one_per_place ON workflows (tenant_id, process_id, type_id) WHERE NOT removed"
    )
