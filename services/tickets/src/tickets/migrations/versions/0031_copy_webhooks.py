"""Copies of notify's webhooks, which rules and macros name."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE webhooks (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            name text NOT NULL,
            PRIMARY KEY (tenant_id, id)
        )
    """)
    enable_row_security("webhooks")
    grant_app("webhooks")
