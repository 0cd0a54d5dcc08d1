"""Access tokens: who signed, what they say, whether they still hold.

A user's token is RS256 by the gateway; its keys are fetched from `<jwks url>/.well-known/jwks.json` and kept when the
gateway is away. A service that works for itself signs HS256 with a key that only it and the gateway know. A
`not_before` (a revocation, a changed role) ends every token that was issued earlier.
"""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol
from uuid import UUID

import structlog
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OctKey, RSAKey
from joserfc.util import urlsafe_b64decode

from chassis.context import Caller
from chassis.errors import DeskmeshError, Unauthenticated, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nats.aio.client import Client as Nats
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

log = structlog.get_logger()

ISSUER: Final = "deskmesh"
NOT_BEFORE_SUBJECT: Final = "deskmesh.identity.not_before"
SYSTEM_TOKEN_SECONDS: Final = 300
_MAX_TOKEN_CHARS: Final = 65_536
_CACHED_TOKENS: Final = 4_096
_REFETCH_SECONDS: Final = 3.0
_REFRESH_SECONDS: Final = 300.0
_HTTP_SECONDS: Final = 2.0
_HTTP_BYTES: Final = 4_000_000
_NEWS_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Revocation:
    """Tokens of the tenant issued before `not_before` (epoch seconds) are void: all, a subject's, or a session's."""

    tenant: str
    sub: str | None
    sid: str | None
    not_before: float


class NotBefore:
    """What was revoked, merged from broadcasts; kept while a token from before could still be alive."""

    KEEP_SECONDS: Final = 86_400.0

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str | None, str | None], float] = {}
        self.heard_at = float("-inf")
        """Monotonic seconds of the last news."""

    def __len__(self) -> int:
        return len(self._entries)

    def merge(self, entries: Iterable[Revocation]) -> None:
        """Takes the entries in; an earlier `not_before` never replaces a later one."""
        for entry in entries:
            key = (entry.tenant, entry.sub, entry.sid)
            if entry.not_before > self._entries.get(key, float("-inf")):
                self._entries[key] = entry.not_before
        oldest = time.time() - self.KEEP_SECONDS
        if any(at < oldest for at in self._entries.values()):
            self._entries = {key: at for key, at in self._entries.items() if at >= oldest}
        self.heard_at = time.monotonic()

    def holds(self, tenant: str, sub: str, sid: str, issued_at: float) -> bool:
        """Whether a token issued then is not revoked."""
        entries = self._entries
        if not entries:
            return True
        never = float("-inf")
        return issued_at >= max(
            entries.get((tenant, None, None), never),
            entries.get((tenant, sub, None), never),
            entries.get((tenant, None, sid), never),
            entries.get((tenant, sub, sid), never),
        )


class Keys(Protocol):
    """Where the public keys of user tokens come from."""

    async def find(self, kid: str) -> RSAKey | None:
        """The key with this id, or None. Raises Unavailable when that cannot be told now."""

    async def refresh(self) -> None:
        """Looks for new and withdrawn keys, where that makes sense."""


class LocalKeys:
    """Keys at hand: the gateway's own, or a test's."""

    def __init__(self, keys: Iterable[RSAKey]) -> None:
        self._keys: dict[str, RSAKey] = {}
        for key in keys:
            key.ensure_kid()
            self._keys[str(key.kid)] = key

    async def find(self, kid: str) -> RSAKey | None:
        """The key with this id, or None."""
        return self._keys.get(kid)

    async def refresh(self) -> None:
        """Nothing to do: the keys are given once."""


class RemoteKeys:
    """The gateway's published keys, kept when it is away; an unknown id asks again, at most every three seconds."""

    def __init__(self, base_url: str) -> None:
        self._url = f"{_http_base(base_url)}/.well-known/jwks.json"
        self._keys: dict[str, RSAKey] = {}
        self._tried_at = float("-inf")
        self._reached = False
        self._fetching = asyncio.Lock()

    async def find(self, kid: str) -> RSAKey | None:
        """The key with this id, or None. Raises Unavailable when it is not known and the gateway does not answer."""
        key = self._keys.get(kid)
        if key is not None:
            return key
        async with self._fetching:
            if kid not in self._keys and time.monotonic() - self._tried_at >= _REFETCH_SECONDS:
                await self._fetch()
        key = self._keys.get(kid)
        if key is None and not self._reached:
            raise Unavailable("The keys of access tokens cannot be had now.")
        return key

    async def refresh(self) -> None:
        """Fetches the keys; a failure keeps the ones at hand."""
        async with self._fetching:
            await self._fetch()

    async def _fetch(self) -> None:
        self._tried_at = time.monotonic()
        try:
            document = await asyncio.to_thread(_get_json, self._url)
            self._keys = _public_keys(document)
            self._reached = True
        except (OSError, ValueError, JoseError) as error:
            self._reached = False
            log.warning("jwks_fetch_failed", error=type(error).__name__)


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
        self._not_before_url = None if jwks_url is None else f"{_http_base(jwks_url)}/.well-known/not-before"
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
            self.not_before.merge(revocations(await asyncio.to_thread(_get_json, url)))
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


class SystemTokens:
    """Signs the tokens with which a service calls others for itself. One lives five minutes and is used again."""

    def __init__(self, service: str, key: str) -> None:
        self._service = service
        self._key = OctKey.import_key(key)
        self._signed: OrderedDict[tuple[UUID, str, str | None], tuple[float, str]] = OrderedDict()

    def token(self, tenant_id: UUID, cause: str, on_behalf_of: str | None = None) -> str:
        """A token for work in this tenant with this cause, valid for at least one more minute."""
        now = time.time()
        wanted = (tenant_id, cause, on_behalf_of)
        signed = self._signed.get(wanted)
        if signed is not None and signed[0] - now > 60:
            return signed[1]
        claims: dict[str, object] = {
            "iss": self._service,
            "sub": self._service,
            "tenant": str(tenant_id),
            "kind": "system",
            "cause": cause,
            "iat": now,
            "exp": now + SYSTEM_TOKEN_SECONDS,
        }
        if on_behalf_of is not None:
            claims["on_behalf_of"] = on_behalf_of
        token = jwt.encode({"alg": "HS256", "kid": self._service}, claims, self._key, algorithms=["HS256"])
        self._signed[wanted] = (now + SYSTEM_TOKEN_SECONDS, token)
        self._signed.move_to_end(wanted)
        if len(self._signed) > 1_024:
            self._signed.popitem(last=False)
        return token


def revocations(document: object) -> list[Revocation]:
    """The entries of a not-before document. Raises ValueError where it is not one."""
    entries = document.get("entries") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("no list of entries")  # noqa: TRY004 (malformed data, not a wrong call)
    found: list[Revocation] = []
    for entry in entries:
        match entry:
            case {"tenant": str(tenant), "not_before": int() | float() as at}:
                found.append(
                    Revocation(tenant, _text_or_none(entry, "sub"), _text_or_none(entry, "sid"), float(at))
                )
            case _:
                raise ValueError("an entry is malformed")
    return found


def _user(token: str, claims: Mapping[str, object]) -> _Verified:
    if claims.get("iss") != ISSUER:
        raise _refused()
    kind: Literal["user", "service_account"]
    match claims.get("kind"):
        case "user" | "service_account" as kind:
            pass
        case _:
            raise _refused()
    tenant = UUID(_text(claims, "tenant"))
    caller = Caller(
        tenant_id=tenant,
        subject=str(UUID(_text(claims, "sub"))),
        kind=kind,
        name=_text(claims, "name", ""),
        email=_text(claims, "email", ""),
        language=_text(claims, "language", "en"),
        time_zone=_text(claims, "time_zone", "UTC"),
        session_id=_text(claims, "sid", ""),
        roles=tuple(_texts(claims, "roles")),
        scopes=frozenset(_texts(claims, "scopes")),
        team_ids=frozenset(_texts(claims, "teams")),
        organization_ids=frozenset(_texts(claims, "organizations")),
        cause="grpc",
        token=token,
    )
    return _Verified(caller, str(tenant), _seconds(claims, "iat"), _seconds(claims, "exp"))


def _service(token: str, service: str, claims: Mapping[str, object]) -> _Verified:
    if claims.get("iss") != service or claims.get("sub") != service or claims.get("kind") != "system":
        raise _refused()
    issued_at, expires_at = _seconds(claims, "iat"), _seconds(claims, "exp")
    if expires_at - issued_at > SYSTEM_TOKEN_SECONDS:
        raise _refused()
    tenant = UUID(_text(claims, "tenant"))
    caller = Caller(
        tenant_id=tenant,
        subject=service,
        kind="system",
        name=service,
        cause=_text(claims, "cause"),
        on_behalf_of=_text_or_none(claims, "on_behalf_of"),
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
    return _text(header, "alg"), _text(header, "kid")


def _text(values: Mapping[str, object], name: str, default: str | None = None) -> str:
    value = values.get(name, default)
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a text")
    return value


def _text_or_none(values: Mapping[str, object], name: str) -> str | None:
    return None if values.get(name) is None else _text(values, name)


def _texts(values: Mapping[str, object], name: str) -> list[str]:
    items = values.get(name, [])
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise TypeError(f"{name} is not a list of texts")
    return items


def _seconds(values: Mapping[str, object], name: str) -> float:
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} is not a time")
    return float(value)


def _http_base(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url} is not an HTTP address")
    return url.rstrip("/")


def _get_json(url: str) -> object:
    """The JSON document there. Blocking; raises OSError or ValueError."""
    with urllib.request.urlopen(url, timeout=_HTTP_SECONDS) as answer:  # noqa: S310 (checked by _http_base)
        document: object = json.loads(answer.read(_HTTP_BYTES))
        return document


def _public_keys(document: object) -> dict[str, RSAKey]:
    """The RSA keys of a JWK set by id. Raises ValueError where it is not one; other kinds of key are passed over."""
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise ValueError("no JWK set")  # noqa: TRY004 (malformed data, not a wrong call)
    return {
        key["kid"]: RSAKey.import_key(key)
        for key in keys
        if isinstance(key, dict) and key.get("kty") == "RSA" and isinstance(key.get("kid"), str)
    }


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
