"""Signing in at a tenant's OpenID provider: Authorization Code with PKCE, and who comes back.

A provider is believed about addresses of its own domains alone, and only where it says that it has verified them. So
nobody takes an account over by an address that they merely claim.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from sqlalchemy import select

from chassis.context import Caller, use_caller
from chassis.db import Databases, Tx
from chassis.errors import DeskmeshError, Unauthenticated
from chassis.ids import new_id
from chassis.sealing import Sealer
from gateway.app.auth import TokenPair, first_tokens
from gateway.app.grants import NewGrant
from gateway.app.identity_providers import hint_of, provider_by_slug, secret_of
from gateway.app.keys import SigningKeys
from gateway.app.minting import database_now
from gateway.app.secrets import new_secret
from gateway.app.sessions import start_session
from gateway.app.sign_in_policies import providers_only
from gateway.app.tenants import tenant_by_slug
from gateway.app.users import REQUESTER, NewUser, UserPatch, create_user, update_user
from gateway.clients.oidc import OidcClient, ProviderFailed
from gateway.db.identity_providers import ExternalIdentity, IdentityProvider, ProviderSession, ProviderSignIn
from gateway.db.queries import lock_directory, user_by_email, users_by_id
from gateway.domain.identity_providers import Said, roles_after, said_by, speaks_for
from gateway.domain.people import presentable
from gateway.domain.permissions import PERMISSIONS
from gateway.domain.secrets import digest

log = structlog.get_logger()

SIGN_IN_SECONDS = 600
LEEWAY_SECONDS = 60
# Signatures by a secret that both have are not among them.
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


class ProviderRefused(Unauthenticated):
    """The sign-in at the provider led to nobody; the reason says why."""

    def __init__(self, reason: str) -> None:
        super().__init__("The sign-in at your provider did not work.", reason=reason)


@dataclass(frozen=True, slots=True)
class Offered:
    """A provider as whoever signs in sees it."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How people of a tenant sign in: at these providers, and by a password too unless it opens nothing."""

    providers: Sequence[Offered]
    passwords: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it has to keep in a cookie until it comes back."""

    url: str
    browser: str


@dataclass(frozen=True, slots=True)
class CameBack:
    """A finished sign-in, and where it leads."""

    pair: TokenPair
    back_to: str


@dataclass(frozen=True, slots=True)
class Proven:
    """Who came back, the id token that says so, and the provider's name of its own session, where it has one."""

    said: Said
    id_token: str
    sid: str


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """Signs people in at the providers of their tenants."""

    databases: Databases
    keys: SigningKeys
    sealer: Sealer
    client: OidcClient

    async def ways_in(self, tenant_slug: str) -> WaysIn:
        """Return how people of a tenant sign in; by a password alone for a tenant that does not exist."""
        tenant_id = await self._tenant(tenant_slug)
        if tenant_id is None:
            return WaysIn([], passwords=True)
        async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            statement = (
                select(IdentityProvider).where(IdentityProvider.active).order_by(IdentityProvider.name)
            )
            providers = [Offered(row.slug, row.name) for row in await tx.scalars(statement)]
            return WaysIn(providers, passwords=not await providers_only(tx))

    async def begin(self, *, tenant_slug: str, provider_slug: str, redirect_uri: str, back_to: str) -> Begun:
        """Begin a sign-in, to be finished within ten minutes by the same browser. Raises ProviderRefused."""
        tenant_id, provider = await self.provider(tenant_slug, provider_slug)
        try:
            metadata = await self.client.metadata(provider.issuer)
        except ProviderFailed as error:
            raise self._failed(provider, error) from error
        state, browser, nonce, verifier = (new_secret("") for _ in range(4))
        async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            tx.add(
                ProviderSignIn(
                    tenant_id=tenant_id,
                    id=new_id(),
                    provider_id=provider.id,
                    state_hash=digest(state),
                    browser_hash=digest(browser),
                    nonce=nonce,
                    code_verifier=verifier,
                    back_to=back_to,
                    expires_at=await database_now(tx) + timedelta(seconds=SIGN_IN_SECONDS),
                )
            )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(provider.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in metadata.authorization_endpoint else "?"
        return Begun(f"{metadata.authorization_endpoint}{joint}{urlencode(asked)}", browser)

    async def finish(
        self,
        *,
        tenant_slug: str,
        provider_slug: str,
        redirect_uri: str,
        state: str,
        browser: str,
        code: str,
        user_agent: str,
        ip: str,
    ) -> CameBack:
        """Start the session of whoever comes back with a code. Raises ProviderRefused."""
        tenant_id, provider = await self.provider(tenant_slug, provider_slug)
        begun = await self._taken(tenant_id, provider, state, browser)
        proven = await self._proven(provider, begun, code, redirect_uri)
        said = proven.said
        caller = Caller.system(tenant_id, "gateway", cause=f"oidc:{provider.slug}", permissions=PERMISSIONS)
        try:
            with use_caller(caller):
                async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                    user_id = await _person(tx, provider, said)
                    await _give_roles(tx, provider, said, user_id)
                    session = await start_session(
                        tx, user_id=user_id, user_agent=user_agent, ip=ip, provider_id=provider.id
                    )
                    self._keep(tx, provider, proven, session.id)
                    pair = await first_tokens(tx, self.keys, session=session)
        except ProviderRefused:
            raise
        except DeskmeshError as error:
            log.warning("oidc_person_refused", provider=str(provider.id), reason=error.reason)
            raise ProviderRefused("NOT_ADMITTED") from error
        return CameBack(pair, begun.back_to)

    async def provider(self, tenant_slug: str, provider_slug: str) -> tuple[UUID, IdentityProvider]:
        """Return a tenant and its active provider. Raises ProviderRefused."""
        tenant_id = await self._tenant(tenant_slug)
        if tenant_id is not None:
            async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
                found = await provider_by_slug(tx, provider_slug)
            if found is not None and found.active:
                return tenant_id, found
        raise ProviderRefused("NO_SUCH_PROVIDER")

    async def _tenant(self, slug: str) -> UUID | None:
        return await tenant_by_slug(self.databases, slug) if slug.isprintable() else None

    async def _taken(
        self, tenant_id: UUID, provider: IdentityProvider, state: str, browser: str
    ) -> ProviderSignIn:
        """Take the sign-in that was begun; it can be finished once, whatever comes of it."""
        async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            begun = await tx.scalar(
                select(ProviderSignIn)
                .where(ProviderSignIn.state_hash == digest(state), ProviderSignIn.provider_id == provider.id)
                .with_for_update()
            )
            now = await database_now(tx)
            if begun is not None:
                await tx.session.delete(begun)
        own = begun is not None and hmac.compare_digest(begun.browser_hash, digest(browser))
        if begun is None or not own or begun.expires_at <= now:
            raise ProviderRefused("SIGN_IN_OVER")
        return begun

    def _keep(self, tx: Tx, provider: IdentityProvider, proven: Proven, session_id: UUID) -> None:
        """Keep what the provider knows the session by, for when it ends here or there."""
        about = hint_of(tx.tenant_id, session_id)
        tx.add(
            ProviderSession(
                tenant_id=tx.tenant_id,
                id=session_id,
                provider_id=provider.id,
                subject=proven.said.subject,
                sid=proven.sid,
                sealed_id_token=self.sealer.seal(proven.id_token, about=about),
            )
        )

    async def _proven(
        self, provider: IdentityProvider, begun: ProviderSignIn, code: str, redirect_uri: str
    ) -> Proven:
        form = {"code": code, "redirect_uri": redirect_uri, "code_verifier": begun.code_verifier}
        try:
            secret = self.sealer.unseal(provider.sealed_secret, about=secret_of(provider))
            metadata = await self.client.metadata(provider.issuer)
            token = await self.client.id_token(metadata, form, client_id=provider.client_id, secret=secret)
            decoded = jwt.decode(token, await self.client.keys(metadata), algorithms=SIGNATURES)
            _check_claims(decoded.claims, provider, begun.nonce)
        except (ProviderFailed, JoseError, ValueError, TypeError) as error:
            raise self._failed(provider, error) from error
        said = said_by(
            decoded.claims,
            email_claim=provider.email_claim,
            name_claim=provider.name_claim,
            groups_claim=provider.groups_claim,
        )
        sid = decoded.claims.get("sid")
        return Proven(said, token, sid if isinstance(sid, str) else "")

    def _failed(self, provider: IdentityProvider, error: Exception) -> ProviderRefused:
        what = str(error) if isinstance(error, ProviderFailed) else type(error).__name__
        log.warning("oidc_provider_failed", provider=str(provider.id), what=what)
        return ProviderRefused("PROVIDER_FAILED")


def _check_claims(claims: Mapping[str, object], provider: IdentityProvider, nonce: str) -> None:
    """Check an id token's claims (OpenID Connect Core 1.0, 3.1.3.7). Raises JoseError, ValueError."""
    registry = jwt.JWTClaimsRegistry(
        now=lambda: int(time.time()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    registry.validate(dict(claims))
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if several else provider.client_id) != provider.client_id:
        raise ValueError("the token is for another client")


async def _person(tx: Tx, provider: IdentityProvider, said: Said) -> UUID:
    """Return whom the provider means: known by the subject, else by a verified address, else made. Raises ProviderRefused."""
    # Two first sign-ins of one person come one after the other.
    await lock_directory(tx)
    known = await tx.scalar(
        select(ExternalIdentity.user_id).where(
            ExternalIdentity.provider_id == provider.id, ExternalIdentity.subject == said.subject
        )
    )
    if known is not None:
        return known
    if not speaks_for(said.email, provider.domains):
        raise ProviderRefused("ADDRESS_NOT_BELIEVED")
    user = await user_by_email(tx, said.email)
    if user is None:
        if not provider.creates_people:
            raise ProviderRefused("NOT_ADMITTED")
        name = presentable(said.name) or said.email.partition("@")[0]
        user = await create_user(tx, new=NewUser(email=said.email, name=name))
    tx.add(
        ExternalIdentity(
            tenant_id=tx.tenant_id,
            id=new_id(),
            provider_id=provider.id,
            subject=said.subject,
            user_id=user.id,
        )
    )
    await tx.flush()
    return user.id


async def _give_roles(tx: Tx, provider: IdentityProvider, said: Said, user_id: UUID) -> None:
    """Give and take the roles that the provider's groups decide."""
    if not provider.role_mapping:
        return
    (user,) = await users_by_id(tx, [user_id])
    held = sorted((grant.role.slug, grant.process, grant.queue) for grant in user.grants)
    after: Sequence[tuple[str, str, str]] = roles_after(held, said.groups, provider.role_mapping)
    after = after or [(REQUESTER, "", "")]
    if after != held:
        grants = [NewGrant(*grant) for grant in after]
        await update_user(tx, user_id=user_id, patch=UserPatch(roles=grants))
