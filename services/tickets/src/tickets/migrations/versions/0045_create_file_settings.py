"""Which kinds of files are taken."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0045"
down_revision = "0044"

_TABLE = """
    CREATE TABLE file_settings (
        taken text NOT NULL CHECK (taken IN ('all_but', 'only')),
        extensions text[] NOT NULL,
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, id)
    )
"""


def upgrade() -> None:
    op.execute(_TABLE)
    enable_row_security("file_settings")
    grant_app("file_settings")
