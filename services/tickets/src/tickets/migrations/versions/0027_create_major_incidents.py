"""Major incidents: what everybody has to know of, and whom it is told."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0027"
down_revision = "0026"

_MAJOR_INCIDENTS = """
CREATE TABLE major_incidents (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    title text NOT NULL,
    message text NOT NULL,
    audience text NOT NULL CHECK (audience IN ('everybody', 'agents')),
    organization_ids uuid[] NOT NULL,
    declared_kind text NOT NULL,
    declared_id text NOT NULL,
    declared_name text NOT NULL,
    declared_email text NOT NULL,
    declared_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, id) REFERENCES tickets (tenant_id, id)
)
"""


def upgrade() -> None:
    op.execute(_MAJOR_INCIDENTS)
    enable_row_security("major_incidents")
    grant_app("major_incidents")
    op.execute(
        "CREATE INDEX major_incidents_open ON major_incidents (tenant_id, declared_at) WHERE ended_at IS NULL"
    )
