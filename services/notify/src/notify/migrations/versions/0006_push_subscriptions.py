"""Push subscriptions: devices that are told what mails tell."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0006"
down_revision = "0005"

_SUBSCRIPTIONS = """
CREATE TABLE push_subscriptions (
    person_id uuid NOT NULL,
    session_id uuid NOT NULL,
    endpoint text NOT NULL,
    p256dh bytea NOT NULL,
    auth bytea NOT NULL,
    topics text[] NOT NULL,
    renewed_at timestamptz NOT NULL,
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT push_subscriptions_endpoint UNIQUE (tenant_id, endpoint)
)
"""


def upgrade() -> None:
    op.execute(_SUBSCRIPTIONS)
    op.execute("CREATE INDEX push_subscriptions_of_person ON push_subscriptions (tenant_id, person_id)")
    op.execute("CREATE INDEX push_subscriptions_of_session ON push_subscriptions (tenant_id, session_id)")
    enable_row_security("push_subscriptions")
    grant_app("push_subscriptions")
