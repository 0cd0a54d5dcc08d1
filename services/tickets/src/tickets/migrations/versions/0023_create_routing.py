"""Giving tickets to people: how queues do it, what came of it, whose turn it was, and what people can do."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0023"
down_revision = "0022"

_ROW = """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
"""

_TABLES = {
    "queue_routings": f"""{_ROW}
        strategies text[] NOT NULL,
        require text[] NOT NULL,
        skills jsonb NOT NULL CHECK (jsonb_typeof(skills) = 'array'),
        max_open integer NOT NULL CHECK (max_open BETWEEN 0 AND 500),
        waiting_counts boolean NOT NULL,
        PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, id) REFERENCES queues (tenant_id, id)
    """,
    "ticket_routings": """
        tenant_id uuid NOT NULL,
        ticket_id uuid NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('assigned', 'nobody', 'held')),
        decided_at timestamptz NOT NULL,
        queue_id uuid NOT NULL,
        team_id uuid,
        assignee_id uuid,
        skills jsonb NOT NULL CHECK (jsonb_typeof(skills) = 'object'),
        language text NOT NULL,
        candidates jsonb NOT NULL CHECK (jsonb_typeof(candidates) = 'array'),
        considered integer NOT NULL,
        PRIMARY KEY (tenant_id, ticket_id),
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
    """,
    "agent_turns": """
        tenant_id uuid NOT NULL,
        person_id uuid NOT NULL,
        routed_at timestamptz,
        PRIMARY KEY (tenant_id, person_id)
    """,
}


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        enable_row_security(table)
        grant_app(table)
    # The running release copies people without it.
    op.execute(
        "ALTER TABLE people ADD COLUMN work_profile jsonb NOT NULL DEFAULT '{}'"
        " CHECK (jsonb_typeof(work_profile) = 'object')"
    )
