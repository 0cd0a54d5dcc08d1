"""Read-only copies of who is who.

Keys and addresses are not unique here: the copies of two rows that swap theirs may arrive in either order.
"""

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
        slug text NOT NULL,
        name text NOT NULL,
        languages text[] NOT NULL,
        time_zone text NOT NULL,
        active boolean NOT NULL,
        backfilled_at timestamptz,
        CHECK (id = tenant_id),
    """,
    "people": """
        email text NOT NULL,
        name text NOT NULL,
        language text NOT NULL,
        time_zone text NOT NULL,
        active boolean NOT NULL,
        team_ids uuid[] NOT NULL,
        organization_ids uuid[] NOT NULL,
        grants jsonb NOT NULL,
    """,
    "teams": """
        slug text NOT NULL,
        name text NOT NULL,
    """,
    "organizations": """
        slug text NOT NULL,
        name text NOT NULL,
        domains text[] NOT NULL,
    """,
    "roles": """
        slug text NOT NULL,
        permissions text[] NOT NULL,
    """,
}


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns} {_COMMON})")
        enable_row_security(table)
        grant_app(table)
    op.execute("CREATE INDEX people_email ON people (tenant_id, email)")
    op.execute("CREATE INDEX teams_slug ON teams (tenant_id, slug)")
    op.execute("CREATE INDEX organizations_slug ON organizations (tenant_id, slug)")
