"""Earlier windings of clocks, whose each is, and what recomputations changed."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE clocks ADD COLUMN cycle integer NOT NULL DEFAULT 0,"
        " ADD COLUMN is_latest boolean NOT NULL DEFAULT true,"
        " ADD COLUMN elapsed_seconds bigint,"
        " ADD COLUMN dimensions jsonb NOT NULL DEFAULT '{}'"
    )
    op.execute("""
        CREATE TABLE clock_recomputations (
            ticket_id uuid NOT NULL,
            clock_id uuid NOT NULL,
            reason text NOT NULL,
            changes jsonb NOT NULL,
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
        )
    """)
    op.execute("CREATE INDEX clock_recomputations_ticket ON clock_recomputations (tenant_id, ticket_id, id)")
    enable_row_security("clock_recomputations")
    grant_app("clock_recomputations", "SELECT, INSERT")
