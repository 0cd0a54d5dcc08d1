"""The tickets of an organisation, for those of its people who may see what the others have asked for."""

from chassis.migrations import create_index_concurrently

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    create_index_concurrently(
        "tickets_organization", "tickets", "(tenant_id, organization_id)", where="organization_id IS NOT NULL"
    )
