"""Password resets: for each person the last that was asked for."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0009"
down_revision = "0008"

_RESETS = """
CREATE TABLE password_resets (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    reset_id uuid NOT NULL,
    email text NOT NULL,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, id) REFERENCES users (tenant_id, id)
)
"""


def upgrade() -> None:
    op.execute(_RESETS)
    enable_row_security("password_resets")
    grant_app("password_resets")
