"""What people and programs prove themselves with, and the sessions that come of it. Secrets are kept as hashes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from gateway.db.rows import Row


class Password(TenantRow, Row):
    """A person's password, hashed by argon2id. `id` is the person's."""

    __tablename__ = "passwords"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["users.tenant_id", "users.id"]),)

    hash: Mapped[str]


class PasswordReset(TenantRow, Row):
    """The last mail by which a person may give themselves another password. `id` is the person's."""

    __tablename__ = "password_resets"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["users.tenant_id", "users.id"]),)

    # The link names it; an older link does not.
    reset_id: Mapped[UUID]
    # Where it was sent to.
    email: Mapped[str]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Session(TenantRow, Row):
    """One sign-in of a person, kept alive by refresh tokens until it ends or is revoked."""

    __tablename__ = "sessions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "provider_id"], ["identity_providers.tenant_id", "identity_providers.id"]
        ),
    )

    user_id: Mapped[UUID]
    user_agent: Mapped[str]
    ip: Mapped[str]
    last_used_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    # Where the person signed in; null: here, by a password.
    provider_id: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    # "signed_out", "token_reused", "password_changed", "deactivated", "second_factor_reset", "passwords_off",
    # "signed_out_at_provider".
    revoked_reason: Mapped[str | None]


class RefreshToken(TenantRow, Row):
    """A refresh token of a session, by its SHA-256. It may be used once."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "session_id"], ["sessions.tenant_id", "sessions.id"]),
    )

    session_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PersonalAccessToken(TenantRow, Row):
    """A long-lived token that a person made for a program, by its SHA-256."""

    __tablename__ = "personal_access_tokens"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),)

    user_id: Mapped[UUID]
    name: Mapped[str]
    token_hash: Mapped[bytes]
    # The scopes it is limited to; null: everything its owner may.
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    # Null: until it is revoked.
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ServiceAccount(TenantRow, Row):
    """A program with an identity of its own, signed in by client credentials."""

    __tablename__ = "service_accounts"

    name: Mapped[str]
    client_id: Mapped[str]
    # SHA-256 of a random secret.
    secret_hash: Mapped[bytes]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    active: Mapped[bool] = mapped_column(default=True)


class SignInFailures(TenantRow, Row):
    """Wrong passwords for one name from one address, counted in a window that starts with the first."""

    __tablename__ = "sign_in_failures"

    # SHA-256 of name and address.
    key: Mapped[bytes]
    failures: Mapped[int]
    window_started_at: Mapped[datetime]


class NotBefore(TenantRow, Row):
    """Access tokens of a subject or session that were issued before this time are refused.

    Neither subject nor session: all of the tenant's.
    """

    __tablename__ = "not_before"

    subject: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    not_before: Mapped[datetime]
