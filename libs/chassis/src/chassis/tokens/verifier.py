"""Turns tokens into callers."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

import structlog
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OctKey
from joserfc.util import urlsafe_b64decode

from chassis.context import Caller
from chassis.errors import DeskmeshError, Unauthenticated
from chassis.tokens.fetching import get_json, http_base
from chassis.tokens.keys import Keys, RemoteKeys
from chassis.tokens.revocations import NOT_BEFORE_SUBJECT, NotBefore, revocations
from chassis.tokens.system import SYSTEM_TOKEN_SECONDS
from chassis.tokens.values import seconds, text, text_or_none, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nats.aio.client import Client as Nats
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

log = structlog.get_logger()

ISSUER: Final = "deskmesh"
_MAX_TOKEN_CHARS: Final = 65_536
_CACHED_TOKENS: Final = 4_096
_REFRESH_SECONDS: Final = 300.0
_NEWS_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class _Verified:
    caller: Caller
    tenant: str
    issued_at: float
    expires_at: float


class Verifier:
    """Turns a token into a Caller. Verified tokens are kept, so that a signature is checked once.

    Give `jwks_url` (the gateway's HTTP address) or `keys`. `service_keys` (service → secret, or two of them parted by a
    blank while it is changed) lets services call for themselves; only the gateway has them.
    """

    def __init__(
        self,
        jwks_url: str | None = None,
        *,
        keys: Keys | None = None,
        service_keys: Mapping[str, str] | None = None,
    ) -> None:
        if (jwks_url is None) == (keys is None):
            raise ValueError("a verifier needs either the address of the keys or the keys")
        self._keys: Keys = keys if keys is not None else RemoteKeys(jwks_url or "")
        self._not_before_url = None if jwks_url is None else f"{http_base(jwks_url)}/.well-known/not-before"
        self._service_keys = {
            service: [OctKey.import_key(secret) for secret in secrets.split()]
            for service, secrets in (service_keys or {}).items()
        }
        self._verified: OrderedDict[str, _Verified] = OrderedDict()
        self.not_before = NotBefore()
        self._answered = True

    async def verify(self, token: str) -> Caller:
        """The caller that the token names, its cause "grpc".

        Raises Unauthenticated (forged, expired, revoked, malformed) or Unavailable (the key cannot be had now).
        """
        known = self._verified.get(token)
        if known is None:
            known = await self._check(token)
            self._verified[token] = known
            if len(self._verified) > _CACHED_TOKENS:
                self._verified.popitem(last=False)
        else:
            self._verified.move_to_end(token)
        if known.expires_at <= time.time():
            del self._verified[token]
            raise Unauthenticated("The access token has expired.", reason="TOKEN_EXPIRED")
        caller = known.caller
        # What is revoked of a tenant is said of its people and programs, not of services that work for it.
        if caller.kind != "system" and not self.not_before.holds(
            known.tenant, caller.subject, caller.session_id, known.issued_at
        ):
            del self._verified[token]
            raise Unauthenticated("The access token was revoked.", reason="TOKEN_REVOKED")
        return caller

    async def listen(self, nats: Nats, stop: asyncio.Event) -> None:
        """Hears revocations until `stop` is set; asks the gateway after five seconds without news.

        While it does not answer, tokens hold until their end: whom it cannot tell, nobody can reach through it.
        """
        subscription: Subscription | None = None
        refreshed_at = float("-inf")
        try:
            while not stop.is_set():
                now = time.monotonic()
                if subscription is None and nats.is_connected:
                    subscription = await nats.subscribe(NOT_BEFORE_SUBJECT, cb=self._hear)
                if now - refreshed_at >= _REFRESH_SECONDS:
                    refreshed_at = now
                    await self._keys.refresh()
                if self._not_before_url is not None and now - self.not_before.heard_at >= _NEWS_SECONDS:
                    await self._ask(self._not_before_url)
                await _wait(stop, 1.0)
        finally:
            if subscription is not None and not nats.is_closed:
                await subscription.unsubscribe()

    async def _hear(self, message: Msg) -> None:
        try:
            self.not_before.merge(revocations(json.loads(message.data)))
        except ValueError:
            log.warning("not_before_malformed", source="nats")

    async def _ask(self, url: str) -> None:
        try:
            self.not_before.merge(revocations(await asyncio.to_thread(get_json, url)))
            self._answered = True
        except (OSError, ValueError) as error:
            if self._answered:
                log.warning("not_before_unanswered", error=type(error).__name__)
            self._answered = False

    async def _check(self, token: str) -> _Verified:
        try:
            algorithm, kid = _header(token)
            if algorithm == "RS256":
                key = await self._keys.find(kid)
                if key is None:
                    raise _refused()
                return _user(token, jwt.decode(token, key, algorithms=["RS256"]).claims)
            if algorithm != "HS256":
                raise _refused()
            return _service(token, kid, _signed_by_one_of(self._service_keys.get(kid, ()), token))
        except DeskmeshError:
            raise
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise _refused() from error


def _user(token: str, claims: Mapping[str, object]) -> _Verified:
    if claims.get("iss") != ISSUER:
        raise _refused()
    kind: Literal["user", "service_account"]
    match claims.get("kind"):
        case "user" | "service_account" as kind:
            pass
        case _:
            raise _refused()
    tenant = UUID(text(claims, "tenant"))
    caller = Caller(
        tenant_id=tenant,
        subject=str(UUID(text(claims, "sub"))),
        kind=kind,
        name=text(claims, "name", ""),
        email=text(claims, "email", ""),
        language=text(claims, "language", "en"),
        time_zone=text(claims, "time_zone", "UTC"),
        session_id=text(claims, "sid", ""),
        roles=tuple(texts(claims, "roles")),
        scopes=frozenset(texts(claims, "scopes")),
        team_ids=frozenset(texts(claims, "teams")),
        organization_ids=frozenset(texts(claims, "organizations")),
        cause="grpc",
        token=token,
    )
    return _Verified(caller, str(tenant), seconds(claims, "iat"), seconds(claims, "exp"))


def _service(token: str, service: str, claims: Mapping[str, object]) -> _Verified:
    if claims.get("iss") != service or claims.get("sub") != service or claims.get("kind") != "system":
        raise _refused()
    issued_at, expires_at = seconds(claims, "iat"), seconds(claims, "exp")
    if expires_at - issued_at > SYSTEM_TOKEN_SECONDS:
        raise _refused()
    tenant = UUID(text(claims, "tenant"))
    caller = Caller(
        tenant_id=tenant,
        subject=service,
        kind="system",
        name=service,
        cause=text(claims, "cause"),
        on_behalf_of=text_or_none(claims, "on_behalf_of"),
        token=token,
    )
    return _Verified(caller, str(tenant), issued_at, expires_at)


def _signed_by_one_of(secrets: Iterable[OctKey], token: str) -> Mapping[str, object]:
    """The claims. Raises Unauthenticated where none of the secrets signed them."""
    for secret in secrets:
        with suppress(BadSignatureError):
            return jwt.decode(token, secret, algorithms=["HS256"]).claims
    raise _refused()


def _refused() -> Unauthenticated:
    return Unauthenticated("The access token does not hold.", reason="TOKEN_INVALID")


def _header(token: str) -> tuple[str, str]:
    """Algorithm and key id that the token claims; which key may answer to which algorithm is decided by us."""
    if len(token) > _MAX_TOKEN_CHARS:
        raise _refused()
    header = json.loads(urlsafe_b64decode(token.partition(".")[0].encode("ascii")))
    if not isinstance(header, dict):
        raise _refused()
    return text(header, "alg"), text(header, "kid")


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
