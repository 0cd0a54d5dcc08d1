"""Merged tickets, and comments that were split off."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0012"
down_revision = "0011"

_MERGES = """
CREATE TABLE ticket_merges (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    source_id uuid NOT NULL,
    target_id uuid NOT NULL CHECK (target_id <> source_id),
    old_state text NOT NULL,
    added_watchers text[] NOT NULL,
    undone_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, target_id) REFERENCES tickets (tenant_id, id)
)
"""


def upgrade() -> None:
    op.execute(_MERGES)
    enable_row_security("ticket_merges")
    grant_app("ticket_merges")
    op.execute(
        "CREATE UNIQUE INDEX ticket_merges_source ON ticket_merges (tenant_id, source_id) WHERE undone_at IS NULL"
    )
    op.execute("CREATE INDEX ticket_merges_target ON ticket_merges (tenant_id, target_id)")
    # Null in what the running release writes.
    op.execute("ALTER TABLE tickets ADD COLUMN merged_into_id uuid")
    op.execute("ALTER TABLE comments ADD COLUMN origin_ticket_id uuid")
    op.execute("ALTER TABLE ticket_messages ADD COLUMN comment_id uuid")
