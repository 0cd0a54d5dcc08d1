"""Focus mode: agents who see and get only a few tickets of their own."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0019"
down_revision = "0018"

_FOCUS_MODES = """
    CREATE TABLE focus_modes (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        enabled boolean NOT NULL,
        max_open integer NOT NULL CHECK (max_open BETWEEN 1 AND 50),
        PRIMARY KEY (tenant_id, id)
    )
"""


def upgrade() -> None:
    op.execute(_FOCUS_MODES)
    enable_row_security("focus_modes")
    grant_app("focus_modes")
