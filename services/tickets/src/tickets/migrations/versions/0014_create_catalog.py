"""The service catalogue: items, what was ordered, and the tasks that come of it."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0014"
down_revision = "0013"

_COMMON = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "catalog_items": """
        slug text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
        name text NOT NULL,
        category text NOT NULL,
        description text NOT NULL,
        active boolean NOT NULL,
        type text NOT NULL,
        queue_id uuid,
        form jsonb NOT NULL CHECK (jsonb_typeof(form) = 'array'),
        price jsonb NOT NULL CHECK (jsonb_typeof(price) = 'object'),
        entitlement jsonb NOT NULL CHECK (jsonb_typeof(entitlement) = 'object'),
        approval jsonb NOT NULL CHECK (jsonb_typeof(approval) = 'array'),
        own_allowed boolean NOT NULL,
        tasks jsonb NOT NULL CHECK (jsonb_typeof(tasks) = 'array'),
        UNIQUE (tenant_id, slug),
        FOREIGN KEY (tenant_id, queue_id) REFERENCES queues (tenant_id, id),
    """,
    "catalog_requests": """
        item_id uuid NOT NULL,
        quantity int NOT NULL CHECK (quantity > 0),
        price jsonb NOT NULL CHECK (jsonb_typeof(price) = 'object'),
        state text NOT NULL CHECK (state IN ('approval', 'fulfilment', 'done', 'refused')),
        FOREIGN KEY (tenant_id, id) REFERENCES tickets (tenant_id, id),
        FOREIGN KEY (tenant_id, item_id) REFERENCES catalog_items (tenant_id, id),
    """,
    "catalog_tasks": """
        request_id uuid NOT NULL,
        position int NOT NULL,
        key text NOT NULL,
        title text NOT NULL,
        description text NOT NULL,
        type text NOT NULL,
        queue text NOT NULL,
        depends_on text[] NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'open', 'done')),
        ticket_id uuid,
        UNIQUE (tenant_id, request_id, key),
        FOREIGN KEY (tenant_id, request_id) REFERENCES catalog_requests (tenant_id, id),
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
    """,
}

_INDEXES = (
    "CREATE INDEX catalog_requests_item ON catalog_requests (tenant_id, item_id)",
    "CREATE INDEX catalog_tasks_ticket ON catalog_tasks (tenant_id, ticket_id) WHERE ticket_id IS NOT NULL",
)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns} {_COMMON})")
        enable_row_security(table)
        grant_app(table)
    for statement in _INDEXES:
        op.execute(statement)
