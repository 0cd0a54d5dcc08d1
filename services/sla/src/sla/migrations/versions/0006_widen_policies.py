"""Own clocks, pauses by condition, windings anew and counting from a change of policies."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE policies ADD COLUMN pause_when text NOT NULL DEFAULT '',"
        " ADD COLUMN restart_on text[] NOT NULL DEFAULT '{}',"
        " ADD COLUMN recompute text NOT NULL DEFAULT 'creation' CHECK (recompute IN ('creation', 'change')),"
        " ADD COLUMN clocks jsonb NOT NULL DEFAULT '[]'"
    )
