"""Tenants whose people sign in at providers alone, and at which provider a session began."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE sign_in_policies ADD COLUMN providers_only boolean NOT NULL DEFAULT false,"
        " ADD COLUMN break_glass uuid[] NOT NULL DEFAULT '{}'"
    )
    op.execute(
        "ALTER TABLE sessions ADD COLUMN provider_id uuid,"
        " ADD FOREIGN KEY (tenant_id, provider_id) REFERENCES identity_providers (tenant_id, id)"
        " ON DELETE SET NULL (provider_id)"
    )
    op.execute("ALTER TABLE sessions DROP CONSTRAINT sessions_revoked_reason_check")
    op.execute(
        "ALTER TABLE sessions ADD CONSTRAINT sessions_revoked_reason_check CHECK (revoked_reason IN"
        " ('signed_out', 'token_reused', 'password_changed', 'deactivated', 'second_factor_reset',"
        " 'passwords_off'))"
    )
