"""Candidates of problems that were dismissed."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0030"
down_revision = "0029"

_DISMISSALS = """
CREATE TABLE candidate_dismissals (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    key text NOT NULL,
    reason text NOT NULL,
    dismissed_by jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key)
)
"""


def upgrade() -> None:
    op.execute(_DISMISSALS)
    enable_row_security("candidate_dismissals")
    grant_app("candidate_dismissals")
