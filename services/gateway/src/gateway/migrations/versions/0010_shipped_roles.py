"""Which version of a role the desk itself wrote."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # Roles of earlier releases were shipped as their first version; each change since has made another.
    op.execute("ALTER TABLE roles ADD COLUMN shipped_version bigint NOT NULL DEFAULT 1")
