"""Signing out at a tenant's OpenID provider, both ways.

Whoever signs out here is sent there too, where the provider takes it (OpenID Connect RP-Initiated Logout 1.0). Whoever
signs out there is signed out here, since the provider says so (OpenID Connect Back-Channel Logout 1.0).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Databases, Tx
from chassis.errors import BadRequest
from chassis.ids import new_id
from chassis.sealing import Sealer
from gateway.app.auth import end_session_by_refresh_token
from gateway.app.identity_providers import hint_of
from gateway.app.secrets import new_secret
from gateway.app.sessions import end_session
from gateway.app.single_sign_on import LEEWAY_SECONDS, SIGNATURES, SingleSignOn
from gateway.clients.oidc import ProviderFailed
from gateway.db.credentials import Session
from gateway.db.identity_providers import HeardLogout, IdentityProvider, ProviderSession
from gateway.domain.secrets import digest

log = structlog.get_logger()

_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_LIFE_SECONDS = 24 * 3600
_LONGEST_HINT = 4096
"""An id token goes along in an address; a longer one stays here, and the client's id says who asks."""


@dataclass(frozen=True, slots=True)
class Onward:
    """Where a browser goes to sign out at the provider too, and the word with which it is sent back."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class ProviderSignOut:
    """Ends sessions here and at the providers of tenants."""

    databases: Databases
    sealer: Sealer
    single_sign_on: SingleSignOn

    async def sign_out(self, *, refresh_token: str, back_to: str) -> Onward | None:
        """End a browser's session; None where it began by a password, or its provider takes no sign-out just now."""
        ended = await end_session_by_refresh_token(self.databases, refresh_token=refresh_token)
        if ended is None:
            return None
        tenant_id, session_id = ended
        async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            found = await tx.get(ProviderSession, session_id)
            provider = None if found is None else await tx.get(IdentityProvider, found.provider_id)
        if found is None or provider is None:
            return None
        try:
            metadata = await self.single_sign_on.client.metadata(provider.issuer)
        except ProviderFailed as error:
            log.warning("oidc_provider_failed", provider=str(provider.id), what=str(error))
            return None
        if metadata.end_session_endpoint is None:
            return None
        state = new_secret("")
        asked = {"client_id": provider.client_id, "post_logout_redirect_uri": back_to, "state": state}
        hint = self._hint(found)
        if hint is not None:
            asked["id_token_hint"] = hint
        joint = "&" if "?" in metadata.end_session_endpoint else "?"
        return Onward(f"{metadata.end_session_endpoint}{joint}{urlencode(asked)}", state)

    def _hint(self, session: ProviderSession) -> str | None:
        """Give the id token of a session; None where the key that encrypted it is gone, or it is too long to go along."""
        try:
            hint = self.sealer.unseal(session.sealed_id_token, about=hint_of(session.tenant_id, session.id))
        except ValueError as error:
            log.warning("id_token_unreadable", session=str(session.id), what=str(error))
            return None
        return hint if len(hint) <= _LONGEST_HINT else None

    async def hear(self, *, tenant_slug: str, provider_slug: str, logout_token: str) -> None:
        """End the sessions of which a provider says that they are over there. Raises BadRequest."""
        tenant_id, provider = await self.single_sign_on.provider(tenant_slug, provider_slug)
        client = self.single_sign_on.client
        try:
            keys = await client.keys(await client.metadata(provider.issuer))
            claims = jwt.decode(logout_token, keys, algorithms=SIGNATURES).claims
            _check_claims(claims, provider)
        except (ProviderFailed, JoseError, ValueError, TypeError) as error:
            what = str(error) if isinstance(error, ProviderFailed) else type(error).__name__
            log.warning("oidc_logout_refused", provider=str(provider.id), what=what)
            raise BadRequest(
                "This is no logout token of the provider.", reason="INVALID_LOGOUT_TOKEN"
            ) from error
        async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            if not await _first_time(tx, provider, claims):
                raise BadRequest("This logout token was heard before.", reason="LOGOUT_TOKEN_REPLAYED")
            await _end(tx, provider, subject=claims.get("sub"), sid=claims.get("sid"))


def _check_claims(claims: Mapping[str, object], provider: IdentityProvider) -> None:
    """Check a logout token's claims (Back-Channel Logout 1.0, 2.6). Raises JoseError, ValueError."""
    registry = jwt.JWTClaimsRegistry(
        now=lambda: int(time.time()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
    )
    registry.validate(dict(claims))
    if float(str(claims["exp"])) > time.time() + _LONGEST_LIFE_SECONDS:
        raise ValueError("the token holds for longer than a day")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT), dict):
        raise TypeError("the token tells of no logout")
    if "nonce" in claims:
        raise ValueError("the token has a nonce, like an id token")
    named = [claims[name] for name in ("sub", "sid") if name in claims]
    if not named or not all(isinstance(one, str) and one and one.isprintable() for one in named):
        raise ValueError("the token names neither a person nor a session")


async def _first_time(tx: Tx, provider: IdentityProvider, claims: Mapping[str, object]) -> bool:
    """Note a token until it has expired; False where it is noted already."""
    expires_at = datetime.fromtimestamp(float(str(claims["exp"])), UTC)
    noted = await tx.scalar(
        insert(HeardLogout)
        .values(
            tenant_id=tx.tenant_id,
            id=new_id(),
            provider_id=provider.id,
            token_id_hash=digest(str(claims["jti"])),
            expires_at=expires_at + timedelta(seconds=LEEWAY_SECONDS + 1),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "provider_id", "token_id_hash"])
        .returning(HeardLogout.id)
    )
    return noted is not None


async def _end(tx: Tx, provider: IdentityProvider, *, subject: object, sid: object) -> None:
    """End the sessions of a subject, of a session there, or of both where the token names both."""
    meant = (
        select(ProviderSession.id)
        .join(Session, (Session.tenant_id == ProviderSession.tenant_id) & (Session.id == ProviderSession.id))
        .where(ProviderSession.provider_id == provider.id, Session.revoked_at.is_(None))
    )
    if subject is not None:
        meant = meant.where(ProviderSession.subject == subject)
    if sid is not None:
        meant = meant.where(ProviderSession.sid == sid)
    for session_id in (await tx.scalars(meant)).all():
        await end_session(tx, session_id=session_id, reason="signed_out_at_provider")
