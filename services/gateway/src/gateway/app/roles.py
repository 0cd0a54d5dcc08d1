"""Roles: sets of permissions. Every tenant starts with the four shipped ones and may change them and add more."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from chassis.context import Caller, current_caller, use_caller
from chassis.db import Databases, Tx, check_version, get_for_update
from chassis.errors import AlreadyExists, NotFound
from chassis.ids import new_id
from gateway import publish
from gateway.app.grants import may_grant
from gateway.app.input import Problems
from gateway.app.revocations import refuse_older_tokens
from gateway.app.sign_in_policies import require_a_way_in
from gateway.db.queries import all_tenant_ids, by_reference, lock_directory, touch
from gateway.db.tables import Role
from gateway.domain.audit import Plain, changes_between
from gateway.domain.people import problem_with_name, problem_with_slug
from gateway.domain.permissions import PERMISSIONS, SHIPPED_ROLES


@dataclass(frozen=True, slots=True)
class NewRole:
    """A role to be made."""

    slug: str
    name: str
    permissions: Sequence[str]


@dataclass(frozen=True, slots=True)
class RolePatch:
    """What is to change of a role; None stays as it is. Its slug stays for good: grants are written by it."""

    name: str | None = None
    permissions: Sequence[str] | None = None


async def seed_roles(tx: Tx) -> None:
    """Make the shipped roles of a new tenant."""
    for shipped in SHIPPED_ROLES:
        tx.add(
            Role(
                tenant_id=tx.tenant_id,
                id=new_id(),
                slug=shipped.slug,
                name=shipped.name,
                permissions=list(shipped.permissions),
            )
        )
    await tx.flush()
    slugs = [shipped.slug for shipped in SHIPPED_ROLES]
    for role in (await by_reference(tx, Role, slugs)).values():
        _tell(tx, role, before={})


async def upgrade_roles(databases: Databases) -> None:
    """Give the shipped roles of all tenants that nobody has changed the permissions that this release ships.

    What they allow more counts from the next access token on. Safe to repeat.
    """
    for database in databases.all():
        for tenant_id in await all_tenant_ids(database):
            with use_caller(Caller.system(tenant_id, "gateway", cause="upgrade")):
                async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                    await _upgrade(tx)


async def _upgrade(tx: Tx) -> None:
    shipped = {one.slug: sorted(one.permissions) for one in SHIPPED_ROLES}
    unchanged = select(Role).where(Role.slug.in_(shipped), Role.version == Role.shipped_version)
    for role in (await tx.scalars(unchanged.order_by(Role.id).with_for_update())).all():
        if sorted(role.permissions) == shipped[role.slug]:
            continue
        before = _settings(role)
        role.permissions = shipped[role.slug]
        role.shipped_version = role.version + 1
        touch(role)
        await tx.flush()
        await tx.session.refresh(role)
        _tell(tx, role, before=before)


async def create_role(tx: Tx, *, new: NewRole) -> Role:
    """Make a role. Raises InvalidInput, AlreadyExists (slug), Forbidden (permissions above the caller's)."""
    current_caller().require("users.manage")
    _check(new.slug, new.name, new.permissions)
    may_grant(new.permissions, "", "")
    role = Role(
        tenant_id=tx.tenant_id,
        id=new_id(),
        slug=new.slug,
        name=new.name.strip(),
        permissions=sorted(set(new.permissions)),
    )
    tx.add(role)
    try:
        await tx.flush()
    except IntegrityError as error:
        raise AlreadyExists("There is a role with this slug.", reason="SLUG_TAKEN") from error
    await tx.session.refresh(role)
    _tell(tx, role, before={})
    return role


async def get_role(tx: Tx, *, role: str) -> Role:
    """Return a role by id or slug. Raises NotFound."""
    found = await by_reference(tx, Role, [role])
    if not found:
        raise NotFound("role")
    return found[role]


async def update_role(
    tx: Tx, *, role_id: UUID, patch: RolePatch, expected_version: int | None = None
) -> Role:
    """Change a role. Other permissions count at once: older access tokens of the tenant are refused.

    Raises NotFound, Stale, InvalidInput, Forbidden (permissions above the caller's, given or taken), WrongState
    (no administrator would be left).
    """
    current_caller().require("users.manage")
    await lock_directory(tx)
    role = await get_for_update(tx, Role, role_id)
    check_version(role, expected_version)
    _check(None, patch.name, patch.permissions)
    before = _settings(role)
    if patch.name is not None:
        role.name = patch.name.strip()
    changes_power = patch.permissions is not None and set(patch.permissions) != set(role.permissions)
    if changes_power and patch.permissions is not None:
        may_grant(sorted(set(patch.permissions) ^ set(role.permissions)), "", "")
        role.permissions = sorted(set(patch.permissions))
    touch(role)
    await tx.flush()
    await tx.session.refresh(role)
    _tell(tx, role, before=before)
    if changes_power:
        await require_a_way_in(tx)
        await refuse_older_tokens(tx)
    return role


def _check(slug: str | None, name: str | None, permissions: Sequence[str] | None) -> None:
    problems = Problems()
    if slug is not None:
        problems.add("slug", problem_with_slug(slug))
    if name is not None:
        problems.add("name", problem_with_name(name))
    problems.check_each(
        "permissions", permissions or (), lambda one: None if one in PERMISSIONS else "is no permission"
    )
    problems.refuse()


def _tell(tx: Tx, role: Role, *, before: dict[str, Plain]) -> None:
    publish.role_changed(tx, role)
    publish.setting_changed(
        tx,
        kind="role",
        setting_id=role.id,
        name=role.slug,
        version=role.version,
        changes=changes_between(before, _settings(role)),
    )


def _settings(role: Role) -> dict[str, Plain]:
    return {"slug": role.slug, "name": role.name, "permissions": sorted(role.permissions)}
