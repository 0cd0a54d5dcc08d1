"""What a tenant demands of whoever signs in."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx, check_version
from gateway import publish
from gateway.app.input import Problems
from gateway.db.queries import by_reference, lock_directory
from gateway.db.second_factors import SignInPolicy
from gateway.db.tables import Role, RoleGrant
from gateway.domain.audit import Plain, changes_between


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """The whole policy. `second_factor_roles` are slugs or ids."""

    second_factor_roles: Sequence[str]


async def get_sign_in_policy(tx: Tx) -> SignInPolicy:
    """Return the tenant's policy; where none was set, the default as version 1."""
    found = await tx.scalar(select(SignInPolicy).where(SignInPolicy.id == tx.tenant_id))
    return found or SignInPolicy(tenant_id=tx.tenant_id, id=tx.tenant_id, version=1, second_factor_roles=[])


async def set_sign_in_policy(tx: Tx, *, new: NewPolicy, expected_version: int | None = None) -> SignInPolicy:
    """Replace the tenant's policy; it holds from the next sign-in of everybody on.

    Raises Stale, InvalidInput (each field and reason).
    """
    current_caller().require("tenant.configure")
    await lock_directory(tx)
    policy = await get_sign_in_policy(tx)
    check_version(policy, expected_version)
    roles = await by_reference(tx, Role, set(new.second_factor_roles))
    problems = Problems()
    problems.check_each(
        "second_factor_roles",
        new.second_factor_roles,
        lambda one: None if one in roles else "is no role of this tenant",
    )
    problems.refuse()
    before = _settings(policy)
    # The default is version 1 before it is stored, too.
    tx.add(policy)
    await tx.flush()
    policy.second_factor_roles = sorted({role.slug for role in roles.values()})
    await tx.flush()
    publish.setting_changed(
        tx,
        kind="sign_in_policy",
        setting_id=policy.id,
        name="",
        version=policy.version,
        changes=changes_between(before, _settings(policy)),
    )
    return policy


async def needs_second_factor(tx: Tx, user_id: UUID) -> bool:
    """Tell whether the tenant demands a second factor of a person, for one of their roles anywhere."""
    demanded = select(SignInPolicy.second_factor_roles).where(SignInPolicy.id == tx.tenant_id)
    roles = await tx.scalar(demanded) or []
    held = (
        select(RoleGrant.id)
        .join(Role, (Role.tenant_id == RoleGrant.tenant_id) & (Role.id == RoleGrant.role_id))
        .where(RoleGrant.user_id == user_id, Role.slug.in_(roles))
    )
    return bool(roles) and await tx.scalar(held.limit(1)) is not None


def _settings(policy: SignInPolicy) -> dict[str, Plain]:
    return {"second_factor_roles": list(policy.second_factor_roles)}
