"""A ticket has several windings of a clock; their ids keep each from being there twice."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("ALTER TABLE clocks DROP CONSTRAINT clocks_tenant_id_ticket_id_kind_name_key")
