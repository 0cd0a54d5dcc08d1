"""Tenants: made by the operator, configured by their administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import column, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from chassis.context import Caller, current_caller, use_caller
from chassis.db import Databases, Tx, check_version, get_for_update
from chassis.errors import AlreadyExists, NotFound
from chassis.ids import new_id
from chassis.paging import Keyset, Page
from gateway import publish
from gateway.app.grants import NewGrant
from gateway.app.input import Problems
from gateway.app.revocations import refuse_older_tokens
from gateway.app.roles import seed_roles
from gateway.app.users import NewUser, create_user
from gateway.db.queries import tenant_of, touch
from gateway.db.tables import Tenant
from gateway.domain.audit import Plain, changes_between
from gateway.domain.people import (
    normal_email,
    problem_with_country,
    problem_with_email,
    problem_with_language,
    problem_with_name,
    problem_with_password,
    problem_with_slug,
    problem_with_time_zone,
)
from gateway.domain.permissions import PERMISSIONS

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class NewTenant:
    """A tenant to be made, and its first administrator."""

    slug: str
    name: str
    # BCP 47; the first is the default.
    languages: Sequence[str]
    # IANA name.
    time_zone: str
    # ISO 3166-1 alpha-2.
    country: str
    support_address: str
    admin_email: str
    # Empty: the part of the address before the @.
    admin_name: str
    admin_password: str


@dataclass(frozen=True, slots=True)
class MadeTenant:
    """A tenant, and whether it was made just now."""

    tenant_id: UUID
    new: bool


@dataclass(frozen=True, slots=True)
class TenantPatch:
    """What an administrator may change of the tenant; None stays as it is."""

    name: str | None = None
    languages: Sequence[str] | None = None
    time_zone: str | None = None
    country: str | None = None
    support_address: str | None = None


async def create_tenant(databases: Databases, *, new: NewTenant) -> MadeTenant:
    """Make a tenant with the shipped roles and its first administrator.

    The same slug again changes nothing, so that an interrupted installation can run it again. Raises InvalidInput (each field and reason) and AlreadyExists (support address).
    """
    problems = Problems()
    problems.add("slug", problem_with_slug(new.slug))
    _check(problems, TenantPatch(new.name, new.languages, new.time_zone, new.country, new.support_address))
    problems.add("admin_email", problem_with_email(normal_email(new.admin_email)))
    if new.admin_name:
        problems.add("admin_name", problem_with_name(new.admin_name))
    problems.add("admin_password", problem_with_password(new.admin_password))
    problems.refuse()
    known = await tenant_by_slug(databases, new.slug)
    if known is not None:
        return MadeTenant(known, new=False)
    tenant_id = new_id()
    with use_caller(_operator(tenant_id)):
        async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            await _create(tx, new)
    return MadeTenant(tenant_id, new=True)


async def get_tenant(tx: Tx) -> Tenant:
    """Return the caller's tenant."""
    return await tenant_of(tx)


async def update_tenant(tx: Tx, *, patch: TenantPatch, expected_version: int | None = None) -> Tenant:
    """Change the caller's tenant. Raises Stale, InvalidInput, AlreadyExists (support address)."""
    current_caller().require("tenant.configure")
    tenant = await get_for_update(tx, Tenant, tx.tenant_id)
    check_version(tenant, expected_version)
    problems = Problems()
    _check(problems, patch)
    problems.refuse()
    before = _settings(tenant)
    if patch.name is not None:
        tenant.name = patch.name.strip()
    if patch.languages is not None:
        tenant.languages = list(dict.fromkeys(patch.languages))
    if patch.time_zone is not None:
        tenant.time_zone = patch.time_zone
    if patch.country is not None:
        tenant.country = patch.country
    if patch.support_address is not None:
        tenant.support_address = normal_email(patch.support_address)
    touch(tenant)
    await _flush(tx)
    await _tell(tx, tenant, before=before)
    return tenant


async def tenant_by_slug(databases: Databases, slug: str) -> UUID | None:
    """Return the active or inactive tenant of a slug, or None."""
    for database in databases.all():
        async with database.transaction(_NOBODY) as tx:
            found = await tx.scalar(select(func.tenant_by_slug(slug)))
        if isinstance(found, UUID):
            return found
    return None


async def set_tenant_active(databases: Databases, *, slug: str, active: bool) -> None:
    """Suspend a tenant, so that nobody signs in and no access token holds, or let it work again.

    Raises NotFound.
    """
    tenant_id = await tenant_by_slug(databases, slug)
    if tenant_id is None:
        raise NotFound("tenant")
    with use_caller(_operator(tenant_id)):
        async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            tenant = await get_for_update(tx, Tenant, tenant_id)
            before = _settings(tenant)
            tenant.active = active
            touch(tenant)
            await tx.flush()
            await _tell(tx, tenant, before=before)
            if not active:
                await refuse_older_tokens(tx)


async def list_tenants(tx: Tx, *, page: Page) -> tuple[list[Tenant], str]:
    """Return a page of the active tenants of the caller's database, whatever the caller's tenant, and the next token."""
    columns = [column(one.name, one.type) for one in Tenant.__table__.columns]
    every = aliased(Tenant, func.all_tenants().table_valued(*columns, name="every"), adapt_on_names=True)
    keyset = Keyset([(every.id, False)])
    return keyset.cut(list(await tx.scalars(keyset.select(select(every), page))), page)


async def _create(tx: Tx, new: NewTenant) -> None:
    tenant = Tenant(
        tenant_id=tx.tenant_id,
        id=tx.tenant_id,
        slug=new.slug,
        name=new.name.strip(),
        languages=list(dict.fromkeys(new.languages)),
        time_zone=new.time_zone,
        country=new.country,
        support_address=normal_email(new.support_address),
    )
    tx.add(tenant)
    await _flush(tx)
    await _tell(tx, tenant, before={})
    await seed_roles(tx)
    await create_user(
        tx,
        new=NewUser(
            email=new.admin_email,
            name=new.admin_name or normal_email(new.admin_email).partition("@")[0],
            roles=[NewGrant("admin")],
            password=new.admin_password,
        ),
    )


def _operator(tenant_id: UUID) -> Caller:
    return Caller.system(tenant_id, "gateway", cause="operator", permissions=PERMISSIONS)


def _check(problems: Problems, patch: TenantPatch) -> None:
    if patch.name is not None:
        problems.add("name", problem_with_name(patch.name))
    if patch.languages is not None:
        problems.add("languages", None if patch.languages else "is required")
        problems.check_each("languages", patch.languages, problem_with_language)
    if patch.time_zone is not None:
        problems.add("time_zone", problem_with_time_zone(patch.time_zone))
    if patch.country is not None:
        problems.add("country", problem_with_country(patch.country))
    if patch.support_address:
        problems.add("support_address", problem_with_email(normal_email(patch.support_address)))


async def _flush(tx: Tx) -> None:
    try:
        await tx.flush()
    except IntegrityError as error:
        raise AlreadyExists(
            "Another tenant has this slug or support address.", reason="TENANT_TAKEN"
        ) from error


async def _tell(tx: Tx, tenant: Tenant, *, before: dict[str, Plain]) -> None:
    await tx.session.refresh(tenant)
    publish.tenant_changed(tx, tenant)
    publish.setting_changed(
        tx,
        kind="tenant",
        setting_id=tenant.id,
        name=tenant.slug,
        version=tenant.version,
        changes=changes_between(before, _settings(tenant)),
    )


def _settings(tenant: Tenant) -> dict[str, Plain]:
    return {
        "slug": tenant.slug,
        "name": tenant.name,
        "languages": list(tenant.languages),
        "time_zone": tenant.time_zone,
        "country": tenant.country,
        "support_address": tenant.support_address,
        "active": tenant.active,
    }
