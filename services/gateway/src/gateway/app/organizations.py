"""Organisations: the customers of a tenant."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from chassis.context import current_caller
from chassis.db import Tx, check_version, get_for_update
from chassis.errors import AlreadyExists, NotFound
from chassis.ids import new_id
from gateway import publish
from gateway.app.input import Problems
from gateway.db.queries import by_reference, organizations_by_id, touch
from gateway.db.tables import Organization, OrganizationDomain
from gateway.domain.audit import Plain, changes_between
from gateway.domain.people import problem_with_domain, problem_with_name, problem_with_slug


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """An organisation to be made; new people with addresses of its domains (lower case) belong to it."""

    slug: str
    name: str
    domains: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class OrganizationPatch:
    """What is to change of an organisation; None stays as it is."""

    slug: str | None = None
    name: str | None = None
    domains: Sequence[str] | None = None


async def create_organization(tx: Tx, *, new: NewOrganization) -> Organization:
    """Make an organisation. Raises InvalidInput (each field and reason) and AlreadyExists (slug)."""
    current_caller().require("users.manage")
    organization_id = new_id()
    await _check(tx, organization_id, OrganizationPatch(new.slug, new.name, new.domains))
    tx.add(Organization(tenant_id=tx.tenant_id, id=organization_id, slug=new.slug, name=new.name.strip()))
    await _flush(tx)
    await _replace_domains(tx, organization_id, new.domains)
    return await _tell(tx, organization_id, before={})


async def get_organization(tx: Tx, *, organization: str) -> Organization:
    """Return an organisation by id or slug, with its domains. Raises NotFound."""
    found = await by_reference(tx, Organization, [organization])
    if not found:
        raise NotFound("organization")
    return (await organizations_by_id(tx, [found[organization].id]))[0]


async def update_organization(
    tx: Tx, *, organization_id: UUID, patch: OrganizationPatch, expected_version: int | None = None
) -> Organization:
    """Change an organisation; other domains count for people made from now on.

    Raises NotFound, Stale, InvalidInput, AlreadyExists (slug).
    """
    current_caller().require("users.manage")
    await get_for_update(tx, Organization, organization_id)
    (organization,) = await organizations_by_id(tx, [organization_id])
    check_version(organization, expected_version)
    await _check(tx, organization_id, patch)
    before = _settings(organization)
    if patch.slug is not None:
        organization.slug = patch.slug
    if patch.name is not None:
        organization.name = patch.name.strip()
    touch(organization)
    await _flush(tx)
    if patch.domains is not None:
        await _replace_domains(tx, organization_id, patch.domains)
    return await _tell(tx, organization_id, before=before)


async def _check(tx: Tx, organization_id: UUID, patch: OrganizationPatch) -> None:
    problems = Problems()
    if patch.slug is not None:
        problems.add("slug", problem_with_slug(patch.slug))
    if patch.name is not None:
        problems.add("name", problem_with_name(patch.name))
    problems.check_each("domains", patch.domains or (), problem_with_domain)
    problems.refuse()
    taken = set(
        await tx.scalars(
            select(OrganizationDomain.domain).where(
                OrganizationDomain.domain.in_(patch.domains or ()),
                OrganizationDomain.organization_id != organization_id,
            )
        )
    )
    problems.check_each(
        "domains",
        patch.domains or (),
        lambda one: "belongs to another organisation" if one in taken else None,
    )
    problems.refuse()


async def _replace_domains(tx: Tx, organization_id: UUID, domains: Sequence[str]) -> None:
    await tx.execute(
        delete(OrganizationDomain)
        .where(
            OrganizationDomain.organization_id == organization_id, OrganizationDomain.domain.not_in(domains)
        )
        .execution_options(synchronize_session=False)
    )
    if not domains:
        return
    rows = [
        {"tenant_id": tx.tenant_id, "domain": one, "organization_id": organization_id} for one in set(domains)
    ]
    await tx.execute(
        insert(OrganizationDomain).on_conflict_do_nothing(index_elements=["tenant_id", "domain"]), rows
    )


async def _flush(tx: Tx) -> None:
    try:
        await tx.flush()
    except IntegrityError as error:
        raise AlreadyExists("There is an organisation with this slug.", reason="SLUG_TAKEN") from error


async def _tell(tx: Tx, organization_id: UUID, *, before: dict[str, Plain]) -> Organization:
    (organization,) = await organizations_by_id(tx, [organization_id])
    publish.organization_changed(tx, organization)
    publish.setting_changed(
        tx,
        kind="organization",
        setting_id=organization.id,
        name=organization.slug,
        version=organization.version,
        changes=changes_between(before, _settings(organization)),
    )
    return organization


def _settings(organization: Organization) -> dict[str, Plain]:
    return {
        "slug": organization.slug,
        "name": organization.name,
        "domains": list(organization.domains),
    }
