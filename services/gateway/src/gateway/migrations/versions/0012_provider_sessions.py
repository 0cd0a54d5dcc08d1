"""What a provider knows a session by, so that signing out goes both ways."""

from alembic import op

from chassis.migrations import definer_function, enable_row_security, grant_app

revision = "0012"
down_revision = "0011"

_ROW = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "provider_sessions": f"""
        {_ROW},
        provider_id uuid NOT NULL,
        subject text NOT NULL,
        sid text NOT NULL,
        sealed_id_token bytea NOT NULL,
        FOREIGN KEY (tenant_id, id) REFERENCES sessions (tenant_id, id) ON DELETE CASCADE,
        FOREIGN KEY (tenant_id, provider_id) REFERENCES identity_providers (tenant_id, id) ON DELETE CASCADE
    """,
    "heard_logouts": f"""
        {_ROW},
        provider_id uuid NOT NULL,
        token_id_hash bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        UNIQUE (tenant_id, provider_id, token_id_hash),
        FOREIGN KEY (tenant_id, provider_id) REFERENCES identity_providers (tenant_id, id) ON DELETE CASCADE
    """,
}

_INDEXES = (
    "CREATE INDEX ON provider_sessions (tenant_id, provider_id, subject)",
    "CREATE INDEX ON provider_sessions (tenant_id, provider_id, sid)",
    "CREATE INDEX ON heard_logouts (expires_at)",
)

_FORGET_EXPIRED = """
CREATE OR REPLACE FUNCTION forget_expired_credentials() RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    DELETE FROM sign_in_failures WHERE window_started_at < now() - interval '1 hour';
    DELETE FROM sign_in_challenges WHERE expires_at < now();
    DELETE FROM provider_sign_ins WHERE expires_at < now();
    DELETE FROM heard_logouts WHERE expires_at < now();
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
    definer_function(
        _FORGET_EXPIRED,
        "forget_expired_credentials",
        "",
        tables={"heard_logouts": "SELECT, DELETE"},
    )
    op.execute("ALTER TABLE sessions DROP CONSTRAINT sessions_revoked_reason_check")
    op.execute(
        "ALTER TABLE sessions ADD CONSTRAINT sessions_revoked_reason_check CHECK (revoked_reason IN"
        " ('signed_out', 'token_reused', 'password_changed', 'deactivated', 'second_factor_reset',"
        " 'passwords_off', 'signed_out_at_provider'))"
    )
