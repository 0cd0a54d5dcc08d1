"""Links between tickets."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0007"
down_revision = "0006"

_LINKS = """
CREATE TABLE ticket_links (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL,
    source_id uuid NOT NULL,
    target_id uuid NOT NULL CHECK (target_id <> source_id),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, source_id, target_id, kind),
    FOREIGN KEY (tenant_id, source_id) REFERENCES tickets (tenant_id, id),
    FOREIGN KEY (tenant_id, target_id) REFERENCES tickets (tenant_id, id)
)
"""


def upgrade() -> None:
    op.execute(_LINKS)
    enable_row_security("ticket_links")
    grant_app("ticket_links")
    op.execute("CREATE INDEX ticket_links_target ON ticket_links (tenant_id, target_id)")
