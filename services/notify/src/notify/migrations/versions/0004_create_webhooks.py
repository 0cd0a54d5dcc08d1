"""Webhooks: programs that are told of events over HTTP."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0004"
down_revision = "0003"

_WEBHOOKS = """
CREATE TABLE webhooks (
    name text NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    secret bytea NOT NULL,
    previous_secret bytea,
    previous_secret_until timestamptz,
    state text NOT NULL CHECK (state IN ('active', 'paused', 'disabled')),
    state_reason text NOT NULL DEFAULT '',
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    rest_until timestamptz,
    last_success_at timestamptz,
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT webhooks_name UNIQUE (tenant_id, name)
)
"""


def upgrade() -> None:
    op.execute(_WEBHOOKS)
    enable_row_security("webhooks")
    grant_app("webhooks")
    op.execute("ALTER TABLE deliveries ADD COLUMN next_attempt_at timestamptz")
