"""The public keys that users' tokens are signed with."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, Protocol

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from chassis.errors import Unavailable
from chassis.tokens.fetching import get_json, http_base

if TYPE_CHECKING:
    from collections.abc import Iterable

log = structlog.get_logger()

_REFETCH_SECONDS: Final = 3.0


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
        self._url = f"{http_base(base_url)}/.well-known/jwks.json"
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
            document = await asyncio.to_thread(get_json, self._url)
            self._keys = _public_keys(document)
            self._reached = True
        except (OSError, ValueError, JoseError) as error:
            self._reached = False
            log.warning("jwks_fetch_failed", error=type(error).__name__)


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
