"""How far the nightly check of the clocks has come."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("""
    CREATE TABLE clock_checks (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        last_id uuid,
        tickets bigint NOT NULL,
        different bigint NOT NULL,
        finished_at timestamptz,
        PRIMARY KEY (tenant_id, id)
    )
    """)
    enable_row_security("clock_checks")
    grant_app("clock_checks", "SELECT, INSERT, UPDATE")
