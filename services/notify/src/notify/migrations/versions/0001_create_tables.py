"""Create the tables of notify."""

from alembic import op

from chassis.migrations import create_chassis_tables, definer_function, enable_row_security, grant_app

revision = "0001"
down_revision = None

_ROW = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "tenants": """
        slug text NOT NULL,
        name text NOT NULL,
        languages text[] NOT NULL,
        time_zone text NOT NULL,
        support_address text NOT NULL,
        active boolean NOT NULL,
        backfilled_at timestamptz,
        CHECK (id = tenant_id)
    """,
    "people": """
        email text NOT NULL,
        name text NOT NULL,
        language text NOT NULL,
        time_zone text NOT NULL,
        active boolean NOT NULL,
        team_ids uuid[] NOT NULL,
        roles text[] NOT NULL
    """,
    "roles": """
        slug text NOT NULL,
        permissions text[] NOT NULL
    """,
    "mailboxes": """
        address text NOT NULL,
        active boolean NOT NULL,
        UNIQUE (tenant_id, address)
    """,
    "inbound_messages": """
        mailbox text NOT NULL,
        message_id text NOT NULL,
        body_sha256 bytea NOT NULL,
        return_path text NOT NULL,
        from_email text NOT NULL DEFAULT '',
        from_name text NOT NULL DEFAULT '',
        subject text NOT NULL DEFAULT '',
        state text NOT NULL CHECK (state IN ('received', 'processed', 'automatic', 'quarantined')),
        reason text NOT NULL DEFAULT '',
        ticket_id uuid,
        comment_id uuid,
        attachments jsonb NOT NULL DEFAULT '[]',
        size_bytes bigint NOT NULL,
        received_at timestamptz NOT NULL,
        raw bytea NOT NULL
    """,
    "deliveries": """
        channel text NOT NULL,
        purpose text NOT NULL,
        event_id uuid NOT NULL,
        ticket_id uuid,
        recipient text NOT NULL,
        recipient_name text NOT NULL,
        language text NOT NULL,
        time_zone text NOT NULL,
        subject text NOT NULL,
        message_id text NOT NULL,
        content jsonb NOT NULL,
        state text NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'dead', 'suppressed')),
        attempts integer NOT NULL DEFAULT 0,
        last_error text NOT NULL DEFAULT '',
        sent_at timestamptz,
        UNIQUE (tenant_id, event_id, recipient, purpose)
    """,
    "templates": """
        purpose text NOT NULL,
        language text NOT NULL,
        text text NOT NULL,
        html text NOT NULL DEFAULT '',
        UNIQUE (tenant_id, purpose, language)
    """,
}

_INDEXES = (
    "CREATE INDEX people_email ON people (tenant_id, email)",
    "CREATE INDEX people_teams ON people USING gin (team_ids)",
    "CREATE INDEX mailboxes_address ON mailboxes (address) WHERE active",
    "CREATE INDEX inbound_messages_message_id ON inbound_messages (tenant_id, message_id)",
    "CREATE INDEX inbound_messages_ticket ON inbound_messages (tenant_id, ticket_id) WHERE ticket_id IS NOT NULL",
    "CREATE INDEX inbound_messages_received ON inbound_messages (tenant_id, received_at, id)",
    "CREATE INDEX deliveries_message_id ON deliveries (tenant_id, message_id)",
    "CREATE INDEX deliveries_ticket ON deliveries (tenant_id, ticket_id) WHERE ticket_id IS NOT NULL",
    "CREATE INDEX deliveries_recipient ON deliveries (tenant_id, recipient, created_at)",
    "CREATE INDEX deliveries_created ON deliveries (tenant_id, created_at, id)",
)

# The tenant of a mail is whose mailbox it was sent to; nothing in the mail is believed. Where two tenants claim an
# address, the first keeps it.
_MAILBOX_TENANT = """
CREATE FUNCTION mailbox_tenant(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT tenant_id FROM mailboxes WHERE address = wanted AND active ORDER BY created_at, tenant_id LIMIT 1
$$
"""


def upgrade() -> None:
    create_chassis_tables()
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns}, {_ROW})")
        enable_row_security(table)
        grant_app(table)
    for index in _INDEXES:
        op.execute(index)
    # Mail is compressed already where it is large; uncompressed it can be read piece by piece.
    op.execute("ALTER TABLE inbound_messages ALTER COLUMN raw SET STORAGE EXTERNAL")
    definer_function(_MAILBOX_TENANT, "mailbox_tenant", "text", tables={"mailboxes": "SELECT"})
