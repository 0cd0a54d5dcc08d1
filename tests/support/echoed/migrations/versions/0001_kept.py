"""The chassis's tables and one table of what was kept."""

from alembic import op

from chassis.migrations import create_chassis_tables, enable_row_security, grant_app

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables()
    op.execute("""
        CREATE TABLE kept (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            text text NOT NULL,
            PRIMARY KEY (tenant_id, id)
        )
    """)
    enable_row_security("kept")
    grant_app("kept")
