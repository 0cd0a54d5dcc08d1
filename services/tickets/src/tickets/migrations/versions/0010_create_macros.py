"""Macros: canned replies with what else is done to the ticket."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0010"
down_revision = "0009"

_MACROS = """
    CREATE TABLE macros (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        owner_id uuid NOT NULL,
        everybody boolean NOT NULL,
        team_ids uuid[] NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        actions jsonb NOT NULL CHECK (jsonb_typeof(actions) = 'array'),
        PRIMARY KEY (tenant_id, id)
    )
"""


def upgrade() -> None:
    op.execute(_MACROS)
    op.execute("CREATE INDEX macros_name ON macros (tenant_id, name, id)")
    enable_row_security("macros")
    grant_app("macros")
