"""Which of the shipped fields a tenant was given."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE shipped_fields (
            tenant_id uuid NOT NULL,
            slug text NOT NULL,
            PRIMARY KEY (tenant_id, slug)
        )
    """)
    enable_row_security("shipped_fields")
    grant_app("shipped_fields")
