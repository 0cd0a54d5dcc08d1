"""Signing in at an OpenID provider: acme's, and a browser that goes there and comes back."""

import httpx
from gateway_doors import Doors

PATH = "/api/v1/identity-providers"
WAY = "/api/v1/auth/providers/acme/directory"
PAGE = {"x-requested-with": "deskmesh"}


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
