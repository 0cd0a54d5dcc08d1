"""Who is mentioned in the conversation, and drafts that agents share."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0021"
down_revision = "0020"

_MENTIONS = """
CREATE TABLE mentions (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    comment_id uuid NOT NULL,
    person_id uuid NOT NULL,
    read_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, comment_id, person_id),
    FOREIGN KEY (tenant_id, comment_id) REFERENCES comments (tenant_id, id)
)
"""

_DRAFTS = """
CREATE TABLE ticket_drafts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    ticket_id uuid NOT NULL,
    visibility text NOT NULL CHECK (visibility IN ('public', 'internal')),
    body text NOT NULL,
    author_kind text NOT NULL,
    author_id text NOT NULL,
    author_name text NOT NULL,
    author_email text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, ticket_id, visibility),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
)
"""


def upgrade() -> None:
    for table, statement in (("mentions", _MENTIONS), ("ticket_drafts", _DRAFTS)):
        op.execute(statement)
        enable_row_security(table)
        grant_app(table)
    op.execute("CREATE INDEX mentions_of_person ON mentions (tenant_id, person_id, id)")
