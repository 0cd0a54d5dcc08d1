"""Calendars and policies with their versions, and the copy of tenants."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0002"
down_revision = "0001"

_COMMON = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "tenants": """
        time_zone text NOT NULL,
        country text NOT NULL,
        CHECK (id = tenant_id),
    """,
    "rule_books": """
        stamp uuid NOT NULL,
        seeded_at timestamptz,
        CHECK (id = tenant_id),
    """,
    "calendars": """
        name text NOT NULL,
        time_zone text NOT NULL,
        hours jsonb NOT NULL,
        holidays jsonb NOT NULL,
        holiday_country text NOT NULL,
        UNIQUE (tenant_id, name),
    """,
    "policies": """
        name text NOT NULL,
        position integer NOT NULL,
        condition text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('sla', 'ola', 'uc')),
        calendar_id uuid NOT NULL,
        targets jsonb NOT NULL,
        pause_states text[] NOT NULL,
        warnings text[] NOT NULL,
        active boolean NOT NULL,
        FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars (tenant_id, id),
    """,
}

# What was in force stays known after the calendar or policy is gone: no foreign key, and nothing is ever changed.
_VERSIONS = {
    "calendar_versions": """
        calendar_id uuid NOT NULL,
        in_force_since timestamptz NOT NULL,
        document jsonb NOT NULL,
        UNIQUE (tenant_id, calendar_id, version),
    """,
    "policy_versions": """
        policy_id uuid NOT NULL,
        in_force_since timestamptz NOT NULL,
        document jsonb,
        UNIQUE (tenant_id, policy_id, version),
    """,
}


def upgrade() -> None:
    for table, columns in (_TABLES | _VERSIONS).items():
        op.execute(f"CREATE TABLE {table} ({columns} {_COMMON})")
        enable_row_security(table)
        grant_app(table, "SELECT, INSERT" if table in _VERSIONS else "SELECT, INSERT, UPDATE, DELETE")
    op.execute("CREATE INDEX policies_calendar ON policies (tenant_id, calendar_id)")
    op.execute("CREATE INDEX policies_order ON policies (tenant_id, position, id)")
