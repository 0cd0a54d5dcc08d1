"""Agreements: with whom, on what, for how long."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE agreements (
            name text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('sla', 'ola', 'uc')),
            parties text[] NOT NULL,
            services text[] NOT NULL,
            products text[] NOT NULL,
            valid_from date NOT NULL,
            valid_until date,
            note text NOT NULL,
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            version bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (tenant_id, id),
            UNIQUE (tenant_id, name),
            CHECK (valid_until >= valid_from)
        )
    """)
    enable_row_security("agreements")
    grant_app("agreements")
