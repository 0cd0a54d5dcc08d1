"""The audit log; the app role may add to it and nothing else."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0003"
down_revision = "0002"

_ROW = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""


def upgrade() -> None:
    op.execute(
        f"""
        CREATE TABLE audit_entries (
            {_ROW},
            sequence bigint NOT NULL,
            event_id uuid NOT NULL,
            service text NOT NULL,
            kind text NOT NULL,
            target_id text NOT NULL,
            target_name text NOT NULL,
            changes text NOT NULL,
            actor_kind text NOT NULL,
            actor_id text NOT NULL,
            cause text NOT NULL,
            occurred_at timestamptz NOT NULL,
            recorded_at timestamptz NOT NULL,
            previous_hash bytea NOT NULL,
            hash bytea NOT NULL,
            UNIQUE (tenant_id, sequence),
            UNIQUE (tenant_id, event_id)
        )
        """
    )
    enable_row_security("audit_entries")
    grant_app("audit_entries", "SELECT, INSERT")
    op.execute(
        f"""
        CREATE TABLE audit_heads (
            {_ROW},
            sequence bigint NOT NULL,
            hash bytea NOT NULL,
            CONSTRAINT ck_audit_heads_own_id CHECK (id = tenant_id)
        )
        """
    )
    enable_row_security("audit_heads")
    grant_app("audit_heads", "SELECT, INSERT, UPDATE")
