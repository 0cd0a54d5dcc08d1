"""Second factors of people, the second step of a sign-in and what a tenant demands of it."""

from alembic import op

from chassis.migrations import definer_function, enable_row_security, grant_app

revision = "0006"
down_revision = "0005"

_ROW = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "second_factors": f"""
        {_ROW},
        sealed_secret bytea NOT NULL,
        confirmed_at timestamptz,
        last_step bigint,
        FOREIGN KEY (tenant_id, id) REFERENCES users (tenant_id, id)
    """,
    "recovery_codes": f"""
        {_ROW},
        user_id uuid NOT NULL,
        code_hash bytea NOT NULL,
        UNIQUE (tenant_id, user_id, code_hash),
        FOREIGN KEY (tenant_id, user_id) REFERENCES second_factors (tenant_id, id) ON DELETE CASCADE
    """,
    "sign_in_challenges": f"""
        {_ROW},
        user_id uuid NOT NULL,
        token_hash bytea NOT NULL,
        sets_up boolean NOT NULL,
        expires_at timestamptz NOT NULL,
        UNIQUE (tenant_id, token_hash),
        FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
    """,
    "sign_in_policies": f"""
        {_ROW},
        second_factor_roles text[] NOT NULL,
        FOREIGN KEY (tenant_id, id) REFERENCES tenants (tenant_id, id)
    """,
}

_INDEXES = (
    "CREATE INDEX ON sign_in_challenges (token_hash)",
    "CREATE INDEX ON sign_in_challenges (tenant_id, user_id)",
    "CREATE INDEX ON sign_in_challenges (expires_at)",
)

_CHALLENGE_BY_HASH = """
CREATE FUNCTION sign_in_challenge_by_hash(secret bytea) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$ SELECT c.tenant_id, c.id FROM sign_in_challenges c WHERE c.token_hash = secret $$
"""

_FORGET_EXPIRED = """
CREATE OR REPLACE FUNCTION forget_expired_credentials() RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    DELETE FROM sign_in_failures WHERE window_started_at < now() - interval '1 hour';
    DELETE FROM sign_in_challenges WHERE expires_at < now();
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
        _CHALLENGE_BY_HASH,
        "sign_in_challenge_by_hash",
        "bytea",
        tables={"sign_in_challenges": "SELECT"},
    )
    definer_function(
        _FORGET_EXPIRED,
        "forget_expired_credentials",
        "",
        tables={"sign_in_challenges": "SELECT, DELETE"},
    )
    op.execute("ALTER TABLE sessions DROP CONSTRAINT sessions_revoked_reason_check")
    op.execute(
        "ALTER TABLE sessions ADD CONSTRAINT sessions_revoked_reason_check CHECK (revoked_reason IN"
        " ('signed_out', 'token_reused', 'password_changed', 'deactivated', 'second_factor_reset'))"
    )
