"""What tickets ask of people whom nobody could get, so that they are not read again at each run of a queue."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    # No foreign key, and so no lock on the ticket: see tickets.db.routing.RoutingNote.
    op.execute("""
        CREATE TABLE routing_notes (
            tenant_id uuid NOT NULL,
            ticket_id uuid NOT NULL,
            queue_id uuid NOT NULL,
            ticket_version bigint NOT NULL,
            queue_version text NOT NULL,
            asked text NOT NULL,
            noted_at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, ticket_id)
        )
    """)
    op.execute("CREATE INDEX ix_routing_notes_queue ON routing_notes (tenant_id, queue_id, noted_at)")
    enable_row_security("routing_notes")
    grant_app("routing_notes")
