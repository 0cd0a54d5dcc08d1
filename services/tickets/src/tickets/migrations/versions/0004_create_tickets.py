"""Tickets and what belongs to one."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0004"
down_revision = "0003"

_OPEN = "state_category IN ('new', 'active', 'waiting')"

_TABLES = {
    # No foreign key to rows that all creations of a tenant share: its check would lock them.
    "tickets": """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        number text NOT NULL,
        sequence bigint NOT NULL,
        type text NOT NULL,
        title text NOT NULL,
        description text NOT NULL,
        state text NOT NULL,
        state_category text NOT NULL
            CHECK (state_category IN ('new', 'active', 'waiting', 'resolved', 'closed', 'cancelled')),
        priority text NOT NULL CHECK (priority IN ('critical', 'high', 'medium', 'low')),
        priority_by_hand boolean NOT NULL,
        impact text NOT NULL CHECK (impact IN ('high', 'medium', 'low')),
        urgency text NOT NULL CHECK (urgency IN ('high', 'medium', 'low')),
        process_id uuid NOT NULL,
        queue_id uuid NOT NULL,
        workflow_version_id uuid NOT NULL,
        team_id uuid,
        assignee_id uuid,
        requester_id uuid,
        organization_id uuid,
        tags text[] NOT NULL,
        category text NOT NULL,
        fields jsonb NOT NULL CHECK (jsonb_typeof(fields) = 'object'),
        channel text NOT NULL,
        ci_ids text[] NOT NULL,
        service_id text NOT NULL,
        parent_id uuid,
        language text NOT NULL,
        automatic boolean NOT NULL,
        source_message_id text NOT NULL,
        resolved_at timestamptz,
        closed_at timestamptz,
        first_responded_at timestamptz,
        due_at timestamptz,
        breached boolean NOT NULL,
        PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, number),
        FOREIGN KEY (tenant_id, parent_id) REFERENCES tickets (tenant_id, id)
    """,
    "comments": """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        ticket_id uuid NOT NULL,
        body text NOT NULL,
        visibility text NOT NULL CHECK (visibility IN ('public', 'internal')),
        author_kind text NOT NULL CHECK (author_kind IN ('user', 'service_account', 'system')),
        author_id text NOT NULL,
        author_name text NOT NULL,
        author_email text NOT NULL,
        from_requester boolean NOT NULL,
        channel text NOT NULL,
        quoted text NOT NULL,
        automatic boolean NOT NULL,
        source_message_id text NOT NULL,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
    """,
    "attachments": """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        ticket_id uuid NOT NULL,
        comment_id uuid,
        name text NOT NULL,
        size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
        content_type text NOT NULL,
        sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        object_key text NOT NULL,
        content_id text NOT NULL,
        public boolean NOT NULL,
        uploader_kind text NOT NULL CHECK (uploader_kind IN ('user', 'service_account', 'system')),
        uploader_id text NOT NULL,
        uploader_name text NOT NULL,
        uploader_email text NOT NULL,
        PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
        FOREIGN KEY (tenant_id, comment_id) REFERENCES comments (tenant_id, id)
    """,
    "ticket_history": """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        ticket_id uuid NOT NULL,
        ticket_version bigint NOT NULL,
        action text NOT NULL,
        field text NOT NULL,
        old_value jsonb,
        new_value jsonb,
        public boolean NOT NULL,
        actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'service_account', 'system')),
        actor_id text NOT NULL,
        actor_name text NOT NULL,
        actor_email text NOT NULL,
        cause text NOT NULL,
        rule text NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
    """,
    "ticket_watchers": """
        tenant_id uuid NOT NULL,
        ticket_id uuid NOT NULL,
        person_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, ticket_id, person_id),
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
    """,
    "ticket_messages": """
        tenant_id uuid NOT NULL,
        message_id text NOT NULL,
        ticket_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, message_id, ticket_id),
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
    """,
    "ticket_clocks": """
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        ticket_id uuid NOT NULL,
        name text NOT NULL,
        state text NOT NULL CHECK (state IN ('running', 'paused', 'stopped', 'removed')),
        kind text NOT NULL,
        policy text NOT NULL,
        target text NOT NULL,
        breached boolean NOT NULL,
        started_at timestamptz,
        due_at timestamptz,
        paused_at timestamptz,
        stopped_at timestamptz,
        version bigint NOT NULL,
        PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
    """,
}

_INDEXES = (
    f"CREATE INDEX tickets_open_queue ON tickets (tenant_id, queue_id, due_at, id) WHERE {_OPEN}",
    f"CREATE INDEX tickets_open_assignee ON tickets (tenant_id, assignee_id, due_at, id) WHERE {_OPEN}",
    "CREATE INDEX tickets_created ON tickets (tenant_id, created_at, id)",
    "CREATE INDEX tickets_updated ON tickets (tenant_id, updated_at, id)",
    "CREATE INDEX tickets_requester ON tickets (tenant_id, requester_id, created_at, id)",
    "CREATE INDEX tickets_parent ON tickets (tenant_id, parent_id) WHERE parent_id IS NOT NULL",
    "CREATE INDEX comments_ticket ON comments (tenant_id, ticket_id, created_at, id)",
    "CREATE INDEX attachments_ticket ON attachments (tenant_id, ticket_id, id)",
    "CREATE INDEX attachments_comment ON attachments (tenant_id, comment_id) WHERE comment_id IS NOT NULL",
    "CREATE INDEX ticket_history_ticket ON ticket_history (tenant_id, ticket_id, occurred_at, id)",
    "CREATE INDEX ticket_watchers_person ON ticket_watchers (tenant_id, person_id, ticket_id)",
    "CREATE INDEX ticket_messages_ticket ON ticket_messages (tenant_id, ticket_id)",
    "CREATE INDEX ticket_clocks_ticket ON ticket_clocks (tenant_id, ticket_id)",
)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        enable_row_security(table)
        grant_app(table)
    for statement in _INDEXES:
        op.execute(statement)
