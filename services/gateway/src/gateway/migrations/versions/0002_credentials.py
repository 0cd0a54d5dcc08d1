"""Passwords, sessions, tokens, service accounts, and what refuses them."""

from alembic import op

from chassis.migrations import definer_function, enable_row_security, grant_app

revision = "0002"
down_revision = "0001"

_ROW = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "passwords": f"""
        {_ROW},
        hash text NOT NULL,
        FOREIGN KEY (tenant_id, id) REFERENCES users (tenant_id, id)
    """,
    "sessions": f"""
        {_ROW},
        user_id uuid NOT NULL,
        user_agent text NOT NULL,
        ip text NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revoked_reason text CHECK (
            revoked_reason IN ('signed_out', 'token_reused', 'password_changed', 'deactivated')
        ),
        FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
    """,
    "refresh_tokens": f"""
        {_ROW},
        session_id uuid NOT NULL,
        token_hash bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        UNIQUE (tenant_id, token_hash),
        FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id) ON DELETE CASCADE
    """,
    "personal_access_tokens": f"""
        {_ROW},
        user_id uuid NOT NULL,
        name text NOT NULL,
        token_hash bytea NOT NULL,
        scopes text[],
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz,
        UNIQUE (tenant_id, token_hash),
        FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
    """,
    "service_accounts": f"""
        {_ROW},
        name text NOT NULL,
        client_id text NOT NULL,
        secret_hash bytea NOT NULL,
        scopes text[] NOT NULL,
        active boolean NOT NULL DEFAULT true,
        UNIQUE (tenant_id, client_id)
    """,
    "sign_in_failures": f"""
        {_ROW},
        key bytea NOT NULL,
        failures integer NOT NULL,
        window_started_at timestamptz NOT NULL,
        UNIQUE (tenant_id, key)
    """,
    "not_before": f"""
        {_ROW},
        subject uuid,
        session_id uuid,
        not_before timestamptz NOT NULL
    """,
}

# Those without the tenant serve the definer's look-ups by a secret whose tenant is not known yet.
_INDEXES = (
    "CREATE INDEX ON sessions (tenant_id, user_id) WHERE revoked_at IS NULL",
    "CREATE INDEX ON sessions (tenant_id, expires_at)",
    "CREATE INDEX ON refresh_tokens (tenant_id, session_id)",
    "CREATE INDEX ON refresh_tokens (token_hash)",
    "CREATE INDEX ON personal_access_tokens (tenant_id, user_id)",
    "CREATE INDEX ON personal_access_tokens (token_hash)",
    "CREATE INDEX ON service_accounts (client_id)",
    "CREATE INDEX ON sign_in_failures (window_started_at)",
    "CREATE INDEX ON not_before (not_before)",
)


def _by_secret(name: str, table: str, column: str, type_: str) -> None:
    sql = f"""
        CREATE FUNCTION {name}(secret {type_}) RETURNS TABLE (tenant_id uuid, id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = public, pg_temp
        AS $$ SELECT t.tenant_id, t.id FROM {table} t WHERE t.{column} = secret $$
    """  # noqa: S608 (the names stand above)
    definer_function(sql, name, type_, tables={table: "SELECT"})


_RECENT_NOT_BEFORE = """
CREATE FUNCTION recent_not_before(seconds integer)
RETURNS TABLE (tenant_id uuid, subject uuid, session_id uuid, not_before timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT n.tenant_id, n.subject, n.session_id, max(n.not_before)
    FROM not_before n
    WHERE n.not_before > now() - make_interval(secs => seconds)
    GROUP BY n.tenant_id, n.subject, n.session_id
$$
"""

# Failures are counted for tenants that do not exist, too; so the work over all tenants can't reach them all.
_FORGET_EXPIRED = """
CREATE FUNCTION forget_expired_credentials() RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    DELETE FROM sign_in_failures WHERE window_started_at < now() - interval '1 hour';
    DELETE FROM not_before WHERE not_before < now() - interval '1 hour';
    DELETE FROM sessions WHERE expires_at < now() - interval '30 days'
        OR revoked_at < now() - interval '30 days';
    DELETE FROM refresh_tokens WHERE expires_at < now() - interval '30 days';
$$
"""


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        enable_row_security(table)
        grant_app(table)
    for statement in _INDEXES:
        op.execute(statement)
    _by_secret("refresh_token_by_hash", "refresh_tokens", "token_hash", "bytea")
    _by_secret("personal_access_token_by_hash", "personal_access_tokens", "token_hash", "bytea")
    _by_secret("service_account_by_client_id", "service_accounts", "client_id", "text")
    definer_function(_RECENT_NOT_BEFORE, "recent_not_before", "integer", tables={"not_before": "SELECT"})
    definer_function(
        _FORGET_EXPIRED,
        "forget_expired_credentials",
        "",
        tables={
            "sign_in_failures": "SELECT, DELETE",
            "not_before": "SELECT, DELETE",
            "sessions": "SELECT, DELETE",
            "refresh_tokens": "SELECT, DELETE",
        },
    )
