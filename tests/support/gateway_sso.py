"""Signing in at an OpenID provider: acme's, and a browser that goes there and comes back."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

import flask
import httpx
from gateway_doors import Doors
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import BaseWSGIServer

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
PATH = "/api/v1/identity-providers"
WAY = "/api/v1/auth/providers/acme/directory"
PAGE = {"x-requested-with": "deskmesh"}


@dataclass(frozen=True)
class Provider:
    """A running provider, and the key with which it signs."""

    issuer: str
    key: RSAKey

    @classmethod
    def at(cls, server: BaseWSGIServer) -> "Provider":
        """The provider that a server runs."""
        app = server.app
        assert isinstance(app, flask.Flask)
        with app.test_request_context():
            app.preprocess_request()
            key = flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True)
        return cls(f"http://localhost:{server.server_port}", RSAKey.import_key(key))

    def logout_token(self, claims: Mapping[str, object], key: RSAKey | None = None) -> str:
        """A logout token, with these claims in place of the usual ones; None leaves one out."""
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": "desk", "iat": now, "exp": now + 120, "jti": str(uuid4())}
        all_claims = {**usual, "events": {LOGOUT: {}}, **claims}
        said = {name: value for name, value in all_claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "typ": "logout+jwt"}, said, key or self.key)


async def configured(doors: Doors, issuer: str, **changed: object) -> httpx.Response:
    """Configure acme's provider."""
    body = {
        "name": "Acme directory",
        "issuer": issuer,
        "client_id": "desk",
        "client_secret": "shared",
        "groups_claim": "groups",
        "domains": ["acme.example"],
        "creates_people": True,
        "role_mapping": {"desk": "agent"},
        **changed,
    }
    answer = await doors.http.put(f"{PATH}/directory", json=body, headers=await doors.as_())
    assert answer.status_code == 200, answer.text
    return answer


async def at_provider(issuer: str, url: str, subject: str, **claims: object) -> str:
    """Sign in at the provider as a subject of whom it says this; gives the address to come back to."""
    async with httpx.AsyncClient() as http:
        told = await http.put(f"{issuer}/users/{subject}", json=claims)
        assert told.is_success, told.text
        answer = await http.post(url, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def signed_in(browser: httpx.AsyncClient, issuer: str, subject: str, **claims: object) -> str:
    """Go the whole way; gives where it leads."""
    sent = await browser.get(WAY, params={"to": "/portal"})
    assert sent.status_code == 303, sent.text
    answer = await browser.get(await at_provider(issuer, sent.headers["location"], subject, **claims))
    assert answer.status_code == 303
    return answer.headers["location"]


async def me(browser: httpx.AsyncClient) -> httpx.Response:
    """Who the browser is signed in as."""
    token = (await browser.post("/api/v1/auth/session/token")).json()["access_token"]
    return await browser.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})


def said(email: str, **more: object) -> dict[str, object]:
    """What a provider says of somebody whose address it has verified."""
    return {"email": email, "email_verified": True, "name": "Nina", **more}
