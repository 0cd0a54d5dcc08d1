"""What tickets are worked by: processes, queues, types, workflows, priorities, custom fields, numbers."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0003"
down_revision = "0002"

_COMMON = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "processes": """
        slug text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        is_default boolean NOT NULL,
        UNIQUE (tenant_id, slug),
    """,
    "queues": """
        slug text NOT NULL,
        name text NOT NULL,
        process_id uuid NOT NULL,
        team_id uuid,
        is_default boolean NOT NULL,
        confidential boolean NOT NULL,
        UNIQUE (tenant_id, slug),
        FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    """,
    "ticket_types": """
        slug text NOT NULL,
        name text NOT NULL,
        prefix text NOT NULL CHECK (prefix ~ '^[A-Z]{2,6}$'),
        is_default boolean NOT NULL,
        UNIQUE (tenant_id, slug),
        UNIQUE (tenant_id, prefix),
    """,
    "workflows": """
        process_id uuid NOT NULL,
        type_id uuid NOT NULL,
        name text NOT NULL,
        UNIQUE (tenant_id, process_id, type_id),
        FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
        FOREIGN KEY (tenant_id, type_id) REFERENCES ticket_types (tenant_id, id),
    """,
    "workflow_versions": """
        workflow_id uuid NOT NULL,
        revision bigint NOT NULL CHECK (revision > 0),
        definition jsonb NOT NULL,
        UNIQUE (tenant_id, workflow_id, revision),
        FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id),
    """,
    "priority_matrix": """
        impact text NOT NULL,
        urgency text NOT NULL,
        priority text NOT NULL,
        UNIQUE (tenant_id, impact, urgency),
    """,
    "field_definitions": """
        slug text NOT NULL CHECK (slug ~ '^[a-z][a-z0-9_]{0,62}$'),
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('text', 'number', 'date', 'choice', 'choices', 'checkbox', 'person')),
        choices text[] NOT NULL,
        UNIQUE (tenant_id, slug),
    """,
}

_UNIQUE_DEFAULTS = (
    "CREATE UNIQUE INDEX processes_one_default ON processes (tenant_id) WHERE is_default",
    "CREATE UNIQUE INDEX ticket_types_one_default ON ticket_types (tenant_id) WHERE is_default",
    "CREATE UNIQUE INDEX queues_one_default ON queues (tenant_id, process_id) WHERE is_default",
)

_NUMBER_BLOCKS = """
    CREATE TABLE number_blocks (
        tenant_id uuid NOT NULL,
        prefix text NOT NULL,
        next_number bigint NOT NULL CHECK (next_number > 0),
        PRIMARY KEY (tenant_id, prefix)
    )
"""


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns} {_COMMON})")
    op.execute(_NUMBER_BLOCKS)
    for statement in _UNIQUE_DEFAULTS:
        op.execute(statement)
    for table in (*_TABLES, "number_blocks"):
        enable_row_security(table)
        grant_app(table)
