"""Signing out at a tenant's OpenID provider, both ways: from here there, and from there here."""

import httpx
import pytest
from gateway_doors import PASSWORD, Doors
from gateway_sso import WAY, Provider, said, signed_in
from joserfc.jwk import RSAKey

# The provider's own libraries call what they will drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

OUT = "/api/v1/auth/session/sign-out"


@pytest.fixture(scope="module")
def doors(sso_doors: Doors) -> Doors:
    """The gateway that has a provider."""
    return sso_doors


async def renewed(browser: httpx.AsyncClient) -> int:
    """How the desk answers a browser that goes on."""
    return (await browser.post("/api/v1/auth/session/token")).status_code


async def told(doors: Doors, token: str, way: str = WAY) -> httpx.Response:
    """Tell the desk that somebody has signed out at the provider."""
    return await doors.http.post(f"{way}/logout", data={"logout_token": token, "more": "ignored"})


async def test_whoever_signs_out_here_is_sent_to_the_provider_with_what_it_needs(
    browser: httpx.AsyncClient, provider: Provider
) -> None:
    await signed_in(browser, provider.issuer, "s1", **said("s1@acme.example"))
    answer = await browser.post(OUT)
    assert answer.status_code == 200, answer.text
    url = httpx.URL(answer.json()["url"])
    assert str(url).startswith(f"{provider.issuer}/oauth2/end_session?")
    assert url.params["client_id"] == "desk"
    assert url.params["id_token_hint"].count(".") == 2
    assert url.params["post_logout_redirect_uri"] == str(browser.base_url.join("/sign-in"))
    assert url.params["state"] == answer.json()["state"]
    assert len(answer.json()["state"]) == 43
    assert await renewed(browser) == 401


async def test_whoever_signs_out_after_the_key_of_the_id_token_is_gone_goes_there_without_it(
    doors: Doors, browser: httpx.AsyncClient, provider: Provider
) -> None:
    await signed_in(browser, provider.issuer, "s2", **said("s2@acme.example"))
    await doors.look(
        "UPDATE provider_sessions SET sealed_id_token = '\\x00' || sealed_id_token WHERE subject = 's2' RETURNING id"
    )
    answer = await browser.post(OUT)
    assert answer.status_code == 200, answer.text
    url = httpx.URL(answer.json()["url"])
    assert "id_token_hint" not in url.params
    assert url.params["client_id"] == "desk"
    assert await renewed(browser) == 401


async def test_whoever_came_by_a_password_goes_nowhere(browser: httpx.AsyncClient) -> None:
    body = {"tenant": "acme", "username": "admin@acme.example", "password": PASSWORD}
    assert (await browser.post("/api/v1/auth/session", json=body)).status_code == 200
    assert (await browser.post(OUT)).json() == {"url": None, "state": None}
    assert await renewed(browser) == 401
    assert (await browser.post(OUT)).json() == {"url": None, "state": None}


async def test_no_page_of_another_site_signs_anybody_out(browser: httpx.AsyncClient) -> None:
    assert (await browser.post(OUT, headers={"x-requested-with": "else"})).status_code == 422


@pytest.mark.parametrize("named", [{"sub": "b1"}, {"sid": "there-1"}, {"sub": "b1", "sid": "there-1"}])
async def test_whoever_signs_out_at_the_provider_is_signed_out_here(
    doors: Doors, browser: httpx.AsyncClient, provider: Provider, named: dict[str, str]
) -> None:
    await signed_in(browser, provider.issuer, "b1", **said("b1@acme.example", sid="there-1"))
    answer = await told(doors, provider.logout_token(named))
    assert answer.status_code == 204, answer.text
    assert await renewed(browser) == 401


@pytest.mark.parametrize("named", [{"sub": "b2"}, {"sid": "there-2"}, {"sub": "b3", "sid": "another"}])
async def test_the_sessions_of_others_and_others_of_the_same_person_go_on(
    doors: Doors, browser: httpx.AsyncClient, provider: Provider, named: dict[str, str]
) -> None:
    await signed_in(browser, provider.issuer, "b3", **said("b3@acme.example", sid="there-3"))
    assert (await told(doors, provider.logout_token(named))).status_code == 204
    assert await renewed(browser) == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://else.example"},
        {"aud": "another"},
        {"exp": 1},
        {"exp": 9_999_999_999},
        {"jti": None},
        {"iat": None},
        {"events": None},
        {"events": {"http://schemas.openid.net/event/other": {}}},
        {"nonce": "n"},
        {"sub": None},
        {"sub": "w1\x00"},
    ],
)
async def test_a_token_that_is_no_logout_token_of_the_provider_ends_nothing(
    doors: Doors, browser: httpx.AsyncClient, provider: Provider, wrong: dict[str, object]
) -> None:
    await signed_in(browser, provider.issuer, "w1", **said("w1@acme.example"))
    answer = await told(doors, provider.logout_token({"sub": "w1", **wrong}))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_logout_token")
    assert await renewed(browser) == 200


async def test_a_token_that_the_provider_has_not_signed_ends_nothing(
    doors: Doors, browser: httpx.AsyncClient, provider: Provider
) -> None:
    await signed_in(browser, provider.issuer, "w2", **said("w2@acme.example"))
    answer = await told(doors, provider.logout_token({"sub": "w2"}, key=RSAKey.generate_key(2048)))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_logout_token")
    assert await renewed(browser) == 200


async def test_a_token_is_taken_once_and_by_its_own_tenant_alone(
    doors: Doors, browser: httpx.AsyncClient, provider: Provider
) -> None:
    await signed_in(browser, provider.issuer, "r1", **said("r1@acme.example"))
    token = provider.logout_token({"sub": "r1"})
    foreign = await told(doors, token, WAY.replace("acme", "globex"))
    assert (foreign.status_code, foreign.json()["code"]) == (401, "no_such_provider")
    assert await renewed(browser) == 200
    assert (await told(doors, token)).status_code == 204
    await signed_in(browser, provider.issuer, "r1", **said("r1@acme.example"))
    again = await told(doors, token)
    assert (again.status_code, again.json()["code"]) == (400, "logout_token_replayed")
    assert await renewed(browser) == 200


async def test_what_is_kept_of_the_id_token_is_encrypted(
    doors: Doors, browser: httpx.AsyncClient, provider: Provider
) -> None:
    await signed_in(browser, provider.issuer, "k1", **said("k1@acme.example"))
    rows = await doors.look("SELECT sealed_id_token FROM provider_sessions WHERE subject = 'k1'")
    assert len(rows) == 1
    assert b"eyJ" not in rows[0]["sealed_id_token"]
