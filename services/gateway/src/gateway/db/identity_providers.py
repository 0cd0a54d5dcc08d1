"""OpenID providers of a tenant, whom they know people as, and sign-ins that are there just now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from gateway.db.rows import Row


class IdentityProvider(TenantRow, Row):
    """Where people of a tenant sign in instead of by a password here (OpenID Connect)."""

    __tablename__ = "identity_providers"

    slug: Mapped[str]
    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    # Encrypted (chassis.sealing).
    sealed_secret: Mapped[bytes]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    email_claim: Mapped[str]
    name_claim: Mapped[str]
    # Empty: groups decide nothing.
    groups_claim: Mapped[str]
    # Domains of the addresses that it speaks for.
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    creates_people: Mapped[bool]
    # Group → slug of a role, which is given and taken at each sign-in.
    role_mapping: Mapped[dict[str, str]] = mapped_column(JSONB)
    active: Mapped[bool]


class ExternalIdentity(TenantRow, Row):
    """A person as a provider knows them: by a subject that never means another."""

    __tablename__ = "external_identities"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "provider_id"], ["identity_providers.tenant_id", "identity_providers.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
    )

    provider_id: Mapped[UUID]
    subject: Mapped[str]
    user_id: Mapped[UUID]


class ProviderSession(TenantRow, Row):
    """What a provider knows a session of somebody by. `id` is the session's."""

    __tablename__ = "provider_sessions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "id"], ["sessions.tenant_id", "sessions.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "provider_id"], ["identity_providers.tenant_id", "identity_providers.id"]
        ),
    )

    provider_id: Mapped[UUID]
    subject: Mapped[str]
    # The provider's own session; empty where it named none.
    sid: Mapped[str]
    # Encrypted (chassis.sealing): goes along when the person signs out.
    sealed_id_token: Mapped[bytes]


class HeardLogout(TenantRow, Row):
    """A logout token that a provider has sent; deleted when it has expired."""

    __tablename__ = "heard_logouts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "provider_id"], ["identity_providers.tenant_id", "identity_providers.id"]
        ),
    )

    provider_id: Mapped[UUID]
    token_id_hash: Mapped[bytes]
    expires_at: Mapped[datetime]


class ProviderSignIn(TenantRow, Row):
    """A sign-in that is at its provider; deleted when the browser comes back."""

    __tablename__ = "provider_sign_ins"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "provider_id"], ["identity_providers.tenant_id", "identity_providers.id"]
        ),
    )

    provider_id: Mapped[UUID]
    # SHA-256 of what comes back in the address, and of what the browser keeps in a cookie.
    state_hash: Mapped[bytes]
    browser_hash: Mapped[bytes]
    nonce: Mapped[str]
    code_verifier: Mapped[str]
    back_to: Mapped[str]
    expires_at: Mapped[datetime]
