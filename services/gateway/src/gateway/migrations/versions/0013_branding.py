"""How the desk looks to the people of a tenant."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE brandings (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            version bigint NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            accent text NOT NULL,
            logo bytea,
            logo_type text NOT NULL,
            logo_sha256 text NOT NULL,
            PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, id) REFERENCES tenants (tenant_id, id)
        )
    """)
    enable_row_security("brandings")
    grant_app("brandings")
