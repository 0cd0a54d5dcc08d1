"""The tickets that wait for somebody, and the people who are in a team at all."""

from chassis.migrations import create_index_concurrently

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    create_index_concurrently(
        "tickets_unassigned",
        "tickets",
        "(tenant_id, queue_id, created_at, id)",
        where="assignee_id IS NULL AND state_category IN ('new', 'active')",
    )
    create_index_concurrently("people_in_teams", "people", "(tenant_id, id)", where="team_ids <> '{}'")
