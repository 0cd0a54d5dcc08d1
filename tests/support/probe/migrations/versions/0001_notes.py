"""The chassis's tables and one table of tenants' notes."""

from alembic import op

from chassis.migrations import (
    create_chassis_tables,
    definer_function,
    enable_row_security,
    grant_app,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables()
    op.execute("""
        CREATE TABLE notes (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            version bigint NOT NULL,
            text text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (tenant_id, id),
            UNIQUE (tenant_id, text)
        )
    """)
    enable_row_security("notes")
    grant_app("notes")
    definer_function(
        """
        CREATE FUNCTION tenant_of_note(sought text) RETURNS uuid
        LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = public, pg_temp
        AS $$ SELECT tenant_id FROM notes WHERE text = sought $$
        """,
        "tenant_of_note",
        "text",
        tables={"notes": "SELECT"},
    )
