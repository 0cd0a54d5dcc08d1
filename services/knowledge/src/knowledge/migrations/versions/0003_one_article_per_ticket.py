"""A ticket has one article at most."""

from chassis.migrations import create_index_concurrently

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_index_concurrently(
        "articles_of_tickets",
        "articles",
        "(tenant_id, source_ticket_id)",
        unique=True,
        where="source_ticket_id IS NOT NULL",
    )
