"""OpenID providers of a tenant, as its administrators configure them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from chassis.context import current_caller
from chassis.db import Tx, check_version
from chassis.errors import NotFound
from chassis.guarded_http import Network, check_url
from chassis.ids import new_id
from chassis.paging import Keyset, Page
from chassis.sealing import Sealer
from gateway import publish
from gateway.app.grants import may_grant
from gateway.app.input import Problems
from gateway.app.sign_in_policies import require_a_way_in
from gateway.db.identity_providers import ExternalIdentity, IdentityProvider
from gateway.db.queries import by_reference, lock_directory
from gateway.db.tables import Role
from gateway.domain.audit import Change, Plain, changes_between
from gateway.domain.identity_providers import (
    problem_with_claim,
    problem_with_domain,
    problem_with_scope_value,
)
from gateway.domain.people import problem_with_name, problem_with_slug

_LONGEST = 2000
_MOST_GROUPS = 200


@dataclass(frozen=True, slots=True)
class NewProvider:
    """The whole configuration of a provider; see IdentityProvider. `client_secret` None: the one that is there stays."""

    slug: str
    name: str
    issuer: str
    client_id: str
    client_secret: str | None
    scopes: Sequence[str]
    email_claim: str
    name_claim: str
    groups_claim: str
    domains: Sequence[str]
    creates_people: bool
    role_mapping: Mapping[str, str]
    active: bool


async def list_identity_providers(tx: Tx, *, page: Page) -> tuple[list[IdentityProvider], str]:
    """Return a page of the tenant's providers by slug, and the next page's token."""
    current_caller().require("tenant.configure")
    keyset = Keyset([(IdentityProvider.slug, False)])
    return keyset.cut(list(await tx.scalars(keyset.select(select(IdentityProvider), page))), page)


async def get_identity_provider(tx: Tx, *, slug: str) -> IdentityProvider:
    """Return a provider. Raises NotFound."""
    current_caller().require("tenant.configure")
    found = await provider_by_slug(tx, slug)
    if found is None:
        raise NotFound("identity provider")
    return found


async def set_identity_provider(
    tx: Tx,
    sealer: Sealer,
    *,
    new: NewProvider,
    allowed: Sequence[Network],
    expected_version: int | None = None,
) -> IdentityProvider:
    """Make a provider, or replace its configuration. `allowed` are networks within that may be called.

    Where the issuer changes, the people whom it knows are forgotten: another issuer's subjects are other people. Raises
    Stale, InvalidInput (each field and reason), Forbidden (a role above the caller's), WrongState (the last one is
    made inactive where only providers count).
    """
    current_caller().require("tenant.configure")
    await lock_directory(tx)
    provider = await provider_by_slug(tx, new.slug)
    if provider is not None:
        check_version(provider, expected_version)
    elsewhere = provider is None or provider.issuer != new.issuer
    roles = await by_reference(tx, Role, set(new.role_mapping.values()))
    problems = Problems()
    _check(problems, new, roles, allowed, secret_needed=elsewhere)
    problems.refuse()
    for role in roles.values():
        may_grant(role.permissions, "", "")
    before: dict[str, Plain] = {} if provider is None else _settings(provider)
    if provider is None:
        provider = IdentityProvider(tenant_id=tx.tenant_id, id=new_id(), slug=new.slug)
        tx.add(provider)
    elif elsewhere:
        await tx.execute(delete(ExternalIdentity).where(ExternalIdentity.provider_id == provider.id))
    if new.client_secret is not None:
        provider.sealed_secret = sealer.seal(new.client_secret, about=secret_of(provider))
    provider.name, provider.issuer, provider.client_id = new.name.strip(), new.issuer, new.client_id
    provider.scopes, provider.domains = list(dict.fromkeys(new.scopes)), sorted(set(new.domains))
    provider.email_claim, provider.name_claim = new.email_claim, new.name_claim
    provider.groups_claim, provider.creates_people = new.groups_claim, new.creates_people
    provider.role_mapping = {group: roles[role].slug for group, role in new.role_mapping.items()}
    provider.active = new.active
    await tx.flush()
    await require_a_way_in(tx)
    changes = changes_between(before, _settings(provider))
    if new.client_secret is not None:
        changes.append(Change(field="client_secret", old=None, new=None))
    _tell(tx, provider, changes)
    return provider


async def delete_identity_provider(tx: Tx, *, slug: str) -> None:
    """Delete a provider, and whom it knows; the people stay. Raises NotFound, WrongState (the last where only providers count)."""
    await lock_directory(tx)
    provider = await get_identity_provider(tx, slug=slug)
    await tx.session.delete(provider)
    await tx.flush()
    await require_a_way_in(tx)
    _tell(tx, provider, changes_between(_settings(provider), {}), version=provider.version + 1)


async def provider_by_slug(tx: Tx, slug: str) -> IdentityProvider | None:
    """Return the provider of a slug, active or not."""
    if not slug.isprintable():
        return None
    return await tx.scalar(select(IdentityProvider).where(IdentityProvider.slug == slug))


def secret_of(provider: IdentityProvider) -> bytes:
    """Return what a provider's secret is sealed for."""
    return b"client secret" + provider.tenant_id.bytes + provider.id.bytes


def hint_of(tenant_id: UUID, session_id: UUID) -> bytes:
    """Return what the id token of a session is sealed for."""
    return b"id token" + tenant_id.bytes + session_id.bytes


def _check(
    problems: Problems,
    new: NewProvider,
    roles: Mapping[str, Role],
    allowed: Sequence[Network],
    *,
    secret_needed: bool,
) -> None:
    problems.add("slug", problem_with_slug(new.slug))
    problems.add("name", problem_with_name(new.name))
    try:
        check_url(new.issuer, allowed)
    except ValueError as error:
        problems.add("issuer", str(error))
    problems.add("client_id", None if 0 < len(new.client_id) <= _LONGEST else "is required")
    if new.client_secret is None:
        problems.add("client_secret", "is required with a new issuer" if secret_needed else None)
    else:
        problems.add(
            "client_secret", None if 0 < len(new.client_secret) <= _LONGEST else "is empty or too long"
        )
    problems.add("scopes", None if "openid" in new.scopes else "lack openid")
    problems.check_each("scopes", new.scopes, problem_with_scope_value)
    problems.add("email_claim", problem_with_claim(new.email_claim))
    problems.add("name_claim", problem_with_claim(new.name_claim))
    if new.groups_claim:
        problems.add("groups_claim", problem_with_claim(new.groups_claim))
    problems.add("domains", None if new.domains else "is required")
    problems.check_each("domains", new.domains, problem_with_domain)
    if len(new.role_mapping) > _MOST_GROUPS:
        problems.add("role_mapping", f"has more than {_MOST_GROUPS} groups")
    for group, role in new.role_mapping.items():
        problems.add(f"role_mapping.{group}", None if role in roles else "is no role of this tenant")


def _tell(
    tx: Tx, provider: IdentityProvider, changes: Sequence[Change], *, version: int | None = None
) -> None:
    publish.setting_changed(
        tx,
        kind="identity_provider",
        setting_id=provider.id,
        name=provider.slug,
        version=version or provider.version,
        changes=changes,
    )


def _settings(provider: IdentityProvider) -> dict[str, Plain]:
    """Return what the audit log keeps; the secret is not in it."""
    return {
        "name": provider.name,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "scopes": list(provider.scopes),
        "email_claim": provider.email_claim,
        "name_claim": provider.name_claim,
        "groups_claim": provider.groups_claim,
        "domains": list(provider.domains),
        "creates_people": provider.creates_people,
        "role_mapping": dict(provider.role_mapping),
        "active": provider.active,
    }
