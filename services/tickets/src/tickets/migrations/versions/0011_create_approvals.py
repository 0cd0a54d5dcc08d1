"""Approvals of tickets, and who stands in for whom; managers on the copy of the people."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0011"
down_revision = "0010"

_COMMON = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "approvals": """
        ticket_id uuid NOT NULL,
        name text NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'expired', 'withdrawn')),
        own_allowed boolean NOT NULL,
        asker_kind text NOT NULL CHECK (asker_kind IN ('user', 'service_account', 'system')),
        asker_id text NOT NULL,
        asker_name text NOT NULL,
        asker_email text NOT NULL,
        decided_at timestamptz,
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    """,
    "approval_steps": """
        approval_id uuid NOT NULL,
        position int NOT NULL,
        stage int NOT NULL CHECK (stage > 0),
        name text NOT NULL,
        mode text NOT NULL CHECK (mode IN ('all', 'any', 'quorum')),
        needed int NOT NULL CHECK (needed > 0),
        state text NOT NULL
            CHECK (state IN ('waiting', 'pending', 'approved', 'rejected', 'expired', 'withdrawn')),
        remind_after_seconds bigint NOT NULL CHECK (remind_after_seconds >= 0),
        expires_after_seconds bigint NOT NULL CHECK (expires_after_seconds >= 0),
        opened_at timestamptz,
        due_at timestamptz,
        decided_at timestamptz,
        UNIQUE (tenant_id, approval_id, position),
        FOREIGN KEY (tenant_id, approval_id) REFERENCES approvals (tenant_id, id),
    """,
    "approval_votes": """
        step_id uuid NOT NULL,
        approval_id uuid NOT NULL,
        ticket_id uuid NOT NULL,
        person_id uuid NOT NULL,
        via text NOT NULL CHECK (via IN ('person', 'manager', 'team')),
        team_id uuid,
        state text NOT NULL CHECK (state IN ('waiting', 'pending', 'approved', 'rejected', 'withdrawn')),
        delegated_by_id uuid,
        decided_by_id uuid,
        comment text NOT NULL,
        decided_at timestamptz,
        UNIQUE (tenant_id, step_id, person_id),
        FOREIGN KEY (tenant_id, step_id) REFERENCES approval_steps (tenant_id, id),
    """,
    "approval_substitutes": """
        substitute_id uuid NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    """,
}

_INDEXES = (
    "CREATE INDEX approvals_ticket ON approvals (tenant_id, ticket_id, id)",
    "CREATE INDEX approval_votes_approval ON approval_votes (tenant_id, approval_id)",
    "CREATE INDEX approval_votes_ticket ON approval_votes (tenant_id, ticket_id, person_id)",
    "CREATE INDEX approval_votes_open ON approval_votes (tenant_id, person_id) WHERE state = 'pending'",
    "CREATE INDEX approval_substitutes_substitute ON approval_substitutes (tenant_id, substitute_id)",
)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns} {_COMMON})")
        enable_row_security(table)
        grant_app(table)
    for statement in _INDEXES:
        op.execute(statement)
    op.execute("ALTER TABLE people ADD COLUMN manager_id uuid")
