"""Who is who: tenants, people, teams, organisations, roles, and the tables of the chassis."""

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

# A slug and a support address name one tenant among all. An exclusion says so across tenants; only the operator,
# who makes tenants, ever meets it.
_TABLES = {
    "tenants": f"""
        {_ROW},
        slug text COLLATE "C" NOT NULL,
        name text NOT NULL,
        languages text[] NOT NULL CHECK (cardinality(languages) > 0),
        time_zone text NOT NULL,
        country text NOT NULL,
        support_address text NOT NULL,
        active boolean NOT NULL DEFAULT true,
        CONSTRAINT ck_tenants_own_id CHECK (id = tenant_id),
        CONSTRAINT ex_tenants_slug EXCLUDE (slug WITH =),
        CONSTRAINT ex_tenants_support_address EXCLUDE (support_address WITH =) WHERE (support_address <> '')
    """,
    "users": f"""
        {_ROW},
        email text NOT NULL,
        name text NOT NULL,
        language text NOT NULL,
        time_zone text NOT NULL,
        phone text NOT NULL DEFAULT '',
        active boolean NOT NULL DEFAULT true,
        UNIQUE (tenant_id, email)
    """,
    "teams": f"""
        {_ROW},
        slug text NOT NULL,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        UNIQUE (tenant_id, slug)
    """,
    "team_members": """
        tenant_id uuid NOT NULL,
        team_id uuid NOT NULL,
        user_id uuid NOT NULL,
        PRIMARY KEY (tenant_id, team_id, user_id),
        FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id),
        FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
    """,
    "organizations": f"""
        {_ROW},
        slug text NOT NULL,
        name text NOT NULL,
        UNIQUE (tenant_id, slug)
    """,
    "organization_domains": """
        tenant_id uuid NOT NULL,
        domain text NOT NULL CHECK (domain = lower(domain)),
        organization_id uuid NOT NULL,
        PRIMARY KEY (tenant_id, domain),
        FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id)
    """,
    "organization_members": """
        tenant_id uuid NOT NULL,
        organization_id uuid NOT NULL,
        user_id uuid NOT NULL,
        PRIMARY KEY (tenant_id, organization_id, user_id),
        FOREIGN KEY (tenant_id, organization_id) REFERENCES organizations (tenant_id, id),
        FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
    """,
    "roles": f"""
        {_ROW},
        slug text NOT NULL,
        name text NOT NULL,
        permissions text[] NOT NULL,
        UNIQUE (tenant_id, slug)
    """,
    "role_grants": f"""
        {_ROW},
        user_id uuid NOT NULL,
        role_id uuid NOT NULL,
        process text NOT NULL DEFAULT '',
        queue text NOT NULL DEFAULT '',
        CHECK (process <> '' OR queue = ''),
        UNIQUE (tenant_id, user_id, role_id, process, queue),
        FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
        FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id)
    """,
}

_INDEXES = (
    "CREATE INDEX ON team_members (tenant_id, user_id)",
    "CREATE INDEX ON organization_domains (tenant_id, organization_id)",
    "CREATE INDEX ON organization_members (tenant_id, user_id)",
    "CREATE INDEX ON role_grants (tenant_id, role_id)",
    "CREATE INDEX ON users (tenant_id, name, id)",
)

_TENANT_BY_SLUG = """
CREATE FUNCTION tenant_by_slug(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$ SELECT tenant_id FROM tenants WHERE slug = wanted $$
"""

_ALL_TENANTS = """
CREATE FUNCTION all_tenants() RETURNS SETOF tenants
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$ SELECT * FROM tenants WHERE active $$
"""


def upgrade() -> None:
    create_chassis_tables()
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        enable_row_security(table)
        grant_app(table)
    for statement in _INDEXES:
        op.execute(statement)
    definer_function(_TENANT_BY_SLUG, "tenant_by_slug", "text", tables={"tenants": "SELECT"})
    definer_function(_ALL_TENANTS, "all_tenants", "", tables={"tenants": "SELECT"})
