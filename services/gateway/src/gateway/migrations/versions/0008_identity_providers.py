"""OpenID providers of tenants, whom they know people as, and sign-ins that are there just now."""

from alembic import op

from chassis.migrations import definer_function, enable_row_security, grant_app

revision = "0008"
down_revision = "0007"

_ROW = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
"""

_TABLES = {
    "identity_providers": f"""
        {_ROW},
        slug text NOT NULL,
        name text NOT NULL,
        issuer text NOT NULL,
        client_id text NOT NULL,
        sealed_secret bytea NOT NULL,
        scopes text[] NOT NULL,
        email_claim text NOT NULL,
        name_claim text NOT NULL,
        groups_claim text NOT NULL,
        domains text[] NOT NULL,
        creates_people boolean NOT NULL,
        role_mapping jsonb NOT NULL CHECK (jsonb_typeof(role_mapping) = 'object'),
        active boolean NOT NULL,
        UNIQUE (tenant_id, slug)
    """,
    "external_identities": f"""
        {_ROW},
        provider_id uuid NOT NULL,
        subject text NOT NULL,
        user_id uuid NOT NULL,
        UNIQUE (tenant_id, provider_id, subject),
        FOREIGN KEY (tenant_id, provider_id) REFERENCES identity_providers (tenant_id, id) ON DELETE CASCADE,
        FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
    """,
    "provider_sign_ins": f"""
        {_ROW},
        provider_id uuid NOT NULL,
        state_hash bytea NOT NULL,
        browser_hash bytea NOT NULL,
        nonce text NOT NULL,
        code_verifier text NOT NULL,
        back_to text NOT NULL,
        expires_at timestamptz NOT NULL,
        UNIQUE (tenant_id, state_hash),
        FOREIGN KEY (tenant_id, provider_id) REFERENCES identity_providers (tenant_id, id) ON DELETE CASCADE
    """,
}

_INDEXES = (
    "CREATE INDEX ON external_identities (tenant_id, user_id)",
    "CREATE INDEX ON provider_sign_ins (tenant_id, provider_id)",
    "CREATE INDEX ON provider_sign_ins (expires_at)",
)

_FORGET_EXPIRED = """
CREATE OR REPLACE FUNCTION forget_expired_credentials() RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    DELETE FROM sign_in_failures WHERE window_started_at < now() - interval '1 hour';
    DELETE FROM sign_in_challenges WHERE expires_at < now();
    DELETE FROM provider_sign_ins WHERE expires_at < now();
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
        tables={"provider_sign_ins": "SELECT, DELETE"},
    )
