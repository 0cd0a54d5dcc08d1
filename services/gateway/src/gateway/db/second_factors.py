"""The second factor of people, and the second step of a sign-in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from gateway.db.rows import Row


class SecondFactor(TenantRow, Row):
    """A person's app that makes codes (RFC 6238). `id` is the person's."""

    __tablename__ = "second_factors"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["users.tenant_id", "users.id"]),)

    # The secret that the app shares, encrypted (chassis.sealing).
    sealed_secret: Mapped[bytes]
    # Null: set up, and not proven by a code yet; it is not asked for.
    confirmed_at: Mapped[datetime | None]
    # The last time step whose code was taken: that one and those before are not taken again.
    last_step: Mapped[int | None]


class RecoveryCode(TenantRow, Row):
    """A code that stands in for the app once; a used one is deleted."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["second_factors.tenant_id", "second_factors.id"]),
    )

    user_id: Mapped[UUID]
    code_hash: Mapped[bytes]


class SignInChallenge(TenantRow, Row):
    """A sign-in whose password was right and whose second step is to come; deleted by that step."""

    __tablename__ = "sign_in_challenges"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),)

    user_id: Mapped[UUID]
    # SHA-256 of the random token that the client holds.
    token_hash: Mapped[bytes]
    # The person has no second factor and needs one: the step sets it up.
    sets_up: Mapped[bool]
    expires_at: Mapped[datetime]


class SignInPolicy(TenantRow, Row):
    """What a tenant demands of whoever signs in. `id` is the tenant's; without a row, the defaults hold."""

    __tablename__ = "sign_in_policies"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["tenants.tenant_id", "tenants.id"]),)

    # Slugs of the roles whose holders need a second factor.
    second_factor_roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # Passwords open nothing, but for the people of `break_glass`.
    providers_only: Mapped[bool]
    break_glass: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
