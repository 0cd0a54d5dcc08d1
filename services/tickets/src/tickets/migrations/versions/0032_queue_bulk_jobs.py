"""Jobs that wait for others of the same person."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute("ALTER TABLE bulk_jobs DROP CONSTRAINT bulk_jobs_state_check")
    op.execute(
        "ALTER TABLE bulk_jobs ADD CONSTRAINT bulk_jobs_state_check "
        "CHECK (state IN ('queued', 'running', 'done', 'cancelled')) NOT VALID"
    )
    op.execute("ALTER TABLE bulk_jobs VALIDATE CONSTRAINT bulk_jobs_state_check")
    op.execute("DROP INDEX bulk_jobs_running")
