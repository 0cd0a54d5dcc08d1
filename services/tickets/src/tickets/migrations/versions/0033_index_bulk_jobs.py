"""The jobs that have not ended, by whose they are."""

from chassis.migrations import create_index_concurrently

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    create_index_concurrently(
        "bulk_jobs_unended", "bulk_jobs", "(tenant_id, owner_id)", where="state IN ('queued', 'running')"
    )
