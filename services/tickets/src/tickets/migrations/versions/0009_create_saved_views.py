"""Saved views of tickets."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0009"
down_revision = "0008"

_SAVED_VIEWS = """
    CREATE TABLE saved_views (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        owner_id uuid NOT NULL,
        everybody boolean NOT NULL,
        team_ids uuid[] NOT NULL,
        name text NOT NULL,
        filter text NOT NULL,
        query text NOT NULL,
        columns text[] NOT NULL,
        order_by text NOT NULL,
        PRIMARY KEY (tenant_id, id)
    )
"""


def upgrade() -> None:
    op.execute(_SAVED_VIEWS)
    op.execute("CREATE INDEX saved_views_name ON saved_views (tenant_id, name, id)")
    enable_row_security("saved_views")
    grant_app("saved_views")
