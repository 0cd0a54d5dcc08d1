"""Rules, what they wait for, and what they did.

The app role may read what was published: a rule is tried on the events of the past days before it is switched on.
"""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0015"
down_revision = "0014"

_TABLES = {
    "rules": """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        name text NOT NULL,
        description text NOT NULL,
        events text[] NOT NULL,
        after text NOT NULL,
        condition text NOT NULL,
        actions jsonb NOT NULL CHECK (jsonb_typeof(actions) = 'array'),
        position integer NOT NULL,
        stop boolean NOT NULL,
        active boolean NOT NULL,
        stopped_at timestamptz,
        stopped_reason text NOT NULL,
        PRIMARY KEY (tenant_id, id),
        CHECK ((after = '') = (cardinality(events) > 0))
    """,
    "rule_waits": """
        tenant_id uuid NOT NULL,
        rule_id uuid NOT NULL,
        ticket_id uuid NOT NULL,
        due_at timestamptz NOT NULL,
        fired_at timestamptz,
        PRIMARY KEY (tenant_id, rule_id, ticket_id),
        FOREIGN KEY (tenant_id, rule_id) REFERENCES rules (tenant_id, id) ON DELETE CASCADE,
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
    """,
    "rule_executions": """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        rule_id uuid NOT NULL,
        ticket_id uuid NOT NULL,
        ticket_number text NOT NULL,
        trigger text NOT NULL,
        cause text NOT NULL,
        chain uuid[] NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('done', 'failed', 'stopped')),
        changes jsonb NOT NULL,
        error text NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, rule_id) REFERENCES rules (tenant_id, id) ON DELETE CASCADE,
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
    """,
}

_INDEXES = (
    "CREATE INDEX rules_position ON rules (tenant_id, position, id)",
    "CREATE INDEX rule_waits_ticket ON rule_waits (tenant_id, ticket_id)",
    "CREATE INDEX rule_executions_rule ON rule_executions (tenant_id, rule_id, id)",
    "CREATE INDEX rule_executions_ticket ON rule_executions (tenant_id, ticket_id, rule_id, created_at)",
)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        enable_row_security(table)
        grant_app(table)
    for statement in _INDEXES:
        op.execute(statement)
    grant_app("outbox", "SELECT")
