"""Making access tokens: who somebody is and what they may, read and signed at one moment.

The rows that decide are locked for sharing while they are read, and a change of them takes its `not_before`
after it holds them alone, both by the database's clock. So a token that missed a change is always older than
the change's `not_before`.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select

from chassis.db import Tx
from chassis.errors import Unauthenticated
from gateway.app.keys import Claim, SigningKeys
from gateway.db.credentials import ServiceAccount
from gateway.db.tables import OrganizationMember, Role, RoleGrant, TeamMember, Tenant, User
from gateway.domain.permissions import Grant, effective_scopes, narrowed

ACCESS_TOKEN_SECONDS = 600


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed access token and the scopes in it."""

    token: str
    scopes: frozenset[str]


async def mint_for_user(
    tx: Tx, keys: SigningKeys, *, user_id: UUID, session_id: UUID, only: list[str] | None = None
) -> AccessToken:
    """Sign an access token for a person's session, limited to some scopes where given.

    Raises Unauthenticated when the person or the tenant is no longer active.
    """
    tenant = await _tenant(tx)
    user = await tx.scalar(
        select(User)
        .where(User.id == user_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if user is None or not user.active:
        raise Unauthenticated("This account is not active.", reason="INACTIVE")
    granted = (
        await tx.execute(
            select(Role.slug, Role.permissions, RoleGrant.process, RoleGrant.queue)
            .join(Role, (Role.tenant_id == RoleGrant.tenant_id) & (Role.id == RoleGrant.role_id))
            .where(RoleGrant.user_id == user_id)
            .order_by(Role.slug)
            .with_for_update(read=True, of=Role)
        )
    ).all()
    teams = await tx.scalars(select(TeamMember.team_id).where(TeamMember.user_id == user_id))
    organizations = await tx.scalars(
        select(OrganizationMember.organization_id).where(OrganizationMember.user_id == user_id)
    )
    scopes = effective_scopes(Grant(row.permissions, row.process, row.queue) for row in granted)
    if only is not None:
        scopes = narrowed(scopes, only)
    return await _signed(
        tx,
        keys,
        tenant,
        scopes,
        {
            "sub": str(user.id),
            "kind": "user",
            "sid": str(session_id),
            "name": user.name,
            "email": user.email,
            "language": user.language,
            "time_zone": user.time_zone,
            "roles": sorted({row.slug for row in granted}),
            "teams": sorted(map(str, teams)),
            "organizations": sorted(map(str, organizations)),
        },
    )


async def mint_for_service_account(tx: Tx, keys: SigningKeys, *, account_id: UUID) -> AccessToken:
    """Sign an access token for a service account.

    Raises Unauthenticated when the account or the tenant is no longer active.
    """
    tenant = await _tenant(tx)
    account = await tx.scalar(
        select(ServiceAccount)
        .where(ServiceAccount.id == account_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if account is None or not account.active:
        raise Unauthenticated("This account is not active.", reason="INACTIVE")
    return await _signed(
        tx,
        keys,
        tenant,
        frozenset(account.scopes),
        {
            "sub": str(account.id),
            "kind": "service_account",
            "sid": str(account.id),
            "name": account.name,
            "email": "",
            "language": tenant.languages[0],
            "time_zone": tenant.time_zone,
            "roles": [],
            "teams": [],
            "organizations": [],
        },
    )


async def _tenant(tx: Tx) -> Tenant:
    tenant = await tx.scalar(
        select(Tenant)
        .where(Tenant.id == tx.tenant_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if tenant is None or not tenant.active:
        raise Unauthenticated("This tenant is not active.", reason="INACTIVE")
    return tenant


async def _signed(
    tx: Tx, keys: SigningKeys, tenant: Tenant, scopes: frozenset[str], who: dict[str, Claim]
) -> AccessToken:
    issued_at = (await database_now(tx)).timestamp()
    token = keys.sign(
        {
            **who,
            "tenant": str(tenant.id),
            "tenant_slug": tenant.slug,
            "scopes": sorted(scopes),
            "iat": issued_at,
            "exp": issued_at + ACCESS_TOKEN_SECONDS,
            "jti": str(uuid4()),
        }
    )
    return AccessToken(token, scopes)


async def database_now(tx: Tx) -> datetime:
    """Return the database's clock now, not at the start of the transaction."""
    now = await tx.scalar(select(func.clock_timestamp()))
    assert isinstance(now, datetime)
    return now
