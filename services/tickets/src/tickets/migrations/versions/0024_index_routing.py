"""The people who are in a team at all: those who may be given a ticket."""

from chassis.migrations import create_index_concurrently

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    create_index_concurrently("people_in_teams", "people", "(tenant_id, id)", where="team_ids <> '{}'")
