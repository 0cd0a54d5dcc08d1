"""Whom people report to."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE users ADD COLUMN manager_id uuid")
    op.execute(
        "ALTER TABLE users ADD CONSTRAINT fk_users_manager"
        " FOREIGN KEY (tenant_id, manager_id) REFERENCES users (tenant_id, id)"
    )
