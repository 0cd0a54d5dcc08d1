"""Calls to the OpenID providers that tenants name: only where addresses of tenants may be called, and in small answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from chassis.guarded_http import Network, check_url, guarded_client, read_bounded

_TIMEOUT_SECONDS = 5.0
_MOST_BYTES = 256 * 1024


class ProviderFailed(Exception):
    """The provider does not answer as it should; the text says what was wrong, for the operator's log."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where a provider does what (OpenID Connect Discovery 1.0)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    # Where people sign out (OpenID Connect RP-Initiated Logout 1.0); none where they cannot.
    end_session_endpoint: str | None
    # The client's secret goes in the form, where the header is not taken.
    secret_in_form: bool


class OidcClient:
    """Asks providers; nothing is kept, so that their new keys count at once."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed

    async def metadata(self, issuer: str) -> Metadata:
        """Read where a provider does what. Raises ProviderFailed."""
        found = await self._json("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise ProviderFailed("another issuer")
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Metadata(
            self._address(found, "authorization_endpoint"),
            self._address(found, "token_endpoint"),
            self._address(found, "jwks_uri"),
            self._address(found, "end_session_endpoint") if found.get("end_session_endpoint") else None,
            isinstance(methods, list) and "client_secret_basic" not in methods,
        )

    async def answers(self, issuer: str) -> bool:
        """Tell whether somebody could sign in there: it says where, and has keys."""
        try:
            return bool((await self.keys(await self.metadata(issuer))).keys)
        except ProviderFailed:
            return False

    async def keys(self, metadata: Metadata) -> KeySet:
        """Read the keys that sign id tokens. Raises ProviderFailed."""
        found = await self._json("GET", metadata.jwks_uri)
        try:
            keys = found.get("keys")
            return KeySet([JWKRegistry.import_key(one) for one in (keys if isinstance(keys, list) else ())])
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise ProviderFailed("no keys") from error

    async def id_token(
        self, metadata: Metadata, form: Mapping[str, str], *, client_id: str, secret: str
    ) -> str:
        """Redeem a code for an id token. Raises ProviderFailed."""
        body = {"grant_type": "authorization_code", "client_id": client_id, **form}
        if metadata.secret_in_form:
            body["client_secret"] = secret
        auth = None if metadata.secret_in_form else httpx.BasicAuth(client_id, secret)
        found = await self._json("POST", metadata.token_endpoint, body, auth)
        token = found.get("id_token")
        if not isinstance(token, str):
            raise ProviderFailed("no id token")
        return token

    async def _json(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        auth: httpx.BasicAuth | None = None,
    ) -> dict[str, object]:
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        try:
            async with (
                guarded_client(self._allowed, timeout_seconds=_TIMEOUT_SECONDS) as client,
                client.stream(method, url, data=form, headers=headers, auth=auth) as answer,
            ):
                body = await read_bounded(answer, _MOST_BYTES)
            found = orjson.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ProviderFailed(type(error).__name__) from error
        if answer.status_code != httpx.codes.OK or not isinstance(found, dict):
            raise ProviderFailed(f"status {answer.status_code}")
        return found

    def _address(self, found: Mapping[str, object], name: str) -> str:
        address = found.get(name)
        try:
            check_url(address if isinstance(address, str) else "", self._allowed)
        except ValueError as error:
            raise ProviderFailed(f"no {name}") from error
        return str(address)
