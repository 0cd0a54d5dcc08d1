"""Ratings, and when they are asked for."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0022"
down_revision = "0021"

_COMMON = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "ticket_ratings": """
        score smallint CHECK (score BETWEEN 1 AND 5),
        nps smallint CHECK (nps BETWEEN 0 AND 10),
        comment text NOT NULL,
        low boolean NOT NULL,
        asked_at timestamptz,
        rated_at timestamptz,
        open_until timestamptz NOT NULL,
        CHECK ((score IS NULL) = (rated_at IS NULL)),
        FOREIGN KEY (tenant_id, id) REFERENCES tickets (tenant_id, id),
    """,
    "rating_settings": """
        ask_on text NOT NULL CHECK (ask_on IN ('closed', 'resolved', 'never')),
        scale text NOT NULL CHECK (scale IN ('five', 'two')),
        nps boolean NOT NULL,
        low_mark smallint NOT NULL CHECK (low_mark BETWEEN 0 AND 4),
        on_low text NOT NULL CHECK (on_low IN ('nothing', 'alert', 'reopen')),
        window_days smallint NOT NULL CHECK (window_days BETWEEN 1 AND 90),
    """,
}


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns} {_COMMON})")
        enable_row_security(table)
        grant_app(table)
    op.execute(
        "CREATE INDEX ticket_ratings_rated ON ticket_ratings (tenant_id, rated_at, id) WHERE rated_at IS NOT NULL"
    )
