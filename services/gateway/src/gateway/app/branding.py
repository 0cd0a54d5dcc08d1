"""How the desk looks to the people of a tenant: its colour and its logo."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Databases, Tx, check_version
from gateway import publish
from gateway.app.input import Problems
from gateway.app.tenants import tenant_by_slug
from gateway.db.branding import Branding
from gateway.db.queries import lock_directory
from gateway.domain.audit import Plain, changes_between
from gateway.domain.branding import is_accent, logo_problem, picture_of, shades_of


@dataclass(frozen=True, slots=True)
class NewBranding:
    """The colour ("#1f6f78"; empty: the desk's own), and a logo, where it is to be another one or none."""

    accent: str
    logo: bytes = b""
    remove_logo: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What anybody may know who sees the sign-in page: shades, light to dark, and the logo's SHA-256; empty: the desk's own."""

    shades: tuple[str, ...] = ()
    logo_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo's bytes, and what they are."""

    content: bytes
    content_type: str


async def get_branding(tx: Tx) -> Branding:
    """Return the tenant's branding; where none was set, the desk's own look as version 1."""
    found = await tx.scalar(
        select(Branding).where(Branding.id == tx.tenant_id).execution_options(populate_existing=True)
    )
    return found or Branding(
        tenant_id=tx.tenant_id, id=tx.tenant_id, version=1, accent="", logo=None, logo_type="", logo_sha256=""
    )


async def set_branding(tx: Tx, *, new: NewBranding, expected_version: int | None = None) -> Branding:
    """Replace the tenant's colour, and its logo where that changes. Raises Stale, InvalidInput (each field and reason)."""
    current_caller().require("tenant.configure")
    await lock_directory(tx)
    row = await get_branding(tx)
    check_version(row, expected_version)
    problems = Problems()
    if new.accent and not is_accent(new.accent):
        problems.add("accent", 'must be a colour such as "#1f6f78"')
    if new.logo:
        problems.add("logo", logo_problem(new.logo))
    if new.logo and new.remove_logo:
        problems.add("logo", "is given and taken away")
    problems.refuse()
    before = _settings(row)
    # The default is version 1 before it is stored, too.
    tx.add(row)
    await tx.flush()
    row.accent = new.accent.lower()
    if new.remove_logo:
        row.logo, row.logo_type, row.logo_sha256 = None, "", ""
    picture = picture_of(new.logo)
    if picture is not None:
        row.logo, row.logo_type = new.logo, picture.content_type
        row.logo_sha256 = hashlib.sha256(new.logo).hexdigest()
    await tx.flush()
    publish.setting_changed(
        tx,
        kind="branding",
        setting_id=row.id,
        name="",
        version=row.version,
        changes=changes_between(before, _settings(row)),
    )
    return row


async def look_of(databases: Databases, tenant_slug: str) -> Look:
    """Return how the desk looks to a tenant's people; the desk's own look for a tenant that does not exist."""
    tenant_id = await _tenant(databases, tenant_slug)
    if tenant_id is None:
        return Look()
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        row = await get_branding(tx)
    return Look(shades_of(row.accent) if row.accent else (), row.logo_sha256)


async def logo_of(databases: Databases, tenant_slug: str, sha256: str) -> Logo | None:
    """Return a tenant's logo while it is the one with this hash."""
    tenant_id = await _tenant(databases, tenant_slug)
    if tenant_id is None:
        return None
    async with databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
        statement = select(Branding.logo, Branding.logo_type).where(
            Branding.id == tenant_id, Branding.logo_sha256 == sha256
        )
        row = (await tx.execute(statement)).first()
    return Logo(row.logo, row.logo_type) if row is not None and row.logo else None


async def _tenant(databases: Databases, slug: str) -> UUID | None:
    return await tenant_by_slug(databases, slug) if slug.isprintable() else None


def _settings(row: Branding) -> dict[str, Plain]:
    return {"accent": row.accent, "logo": row.logo_sha256}
