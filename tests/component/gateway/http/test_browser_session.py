"""A browser signs in: the cookie that renews the session, what keeps other sites out, and how it ends."""

from collections.abc import AsyncIterator

import httpx
import pytest
from gateway_doors import PASSWORD, Doors

DOOR = "/api/v1/auth/session"
FROM_OUR_PAGE = {"x-requested-with": "deskmesh"}
AGENT = {"tenant": "acme", "username": "agent@acme.example", "password": PASSWORD}


@pytest.fixture
async def browser(doors: Doors) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with cookies of its own."""
    async with httpx.AsyncClient(base_url=doors.http.base_url, timeout=20, headers=FROM_OUR_PAGE) as browser:
        yield browser


async def signed_in(browser: httpx.AsyncClient) -> str:
    answer = await browser.post(DOOR, json=AGENT)
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    assert isinstance(token, str)
    return token


async def status_of(browser: httpx.AsyncClient, token: str) -> int:
    answer = await browser.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})
    return answer.status_code


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(DOOR, json=AGENT)
    value, *attributes = answer.headers["set-cookie"].split("; ")
    assert value.startswith("deskmesh_session=dm_rt_")
    assert {one.lower() for one in attributes} == {
        "httponly",
        "samesite=strict",
        f"path={DOOR}",
        "max-age=2592000",
    }
    assert "refresh_token" not in answer.json()


async def test_behind_https_the_cookie_travels_by_https_alone(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(DOOR, json=AGENT, headers={"x-forwarded-proto": "https"})
    assert "; secure" in answer.headers["set-cookie"].lower()


async def test_the_cookie_gives_tokens_again_and_again(browser: httpx.AsyncClient) -> None:
    await signed_in(browser)
    for _ in range(2):  # an answer that a reload threw away must not sign anybody out
        answer = await browser.post(f"{DOOR}/token")
        assert answer.status_code == 200, answer.text
        assert await status_of(browser, answer.json()["access_token"]) == 200


@pytest.mark.parametrize(("method", "path"), [("POST", DOOR), ("POST", f"{DOOR}/token"), ("DELETE", DOOR)])
@pytest.mark.parametrize("headers", [{}, {"x-requested-with": "XMLHttpRequest"}])
async def test_a_request_that_another_sites_page_could_send_is_refused(
    browser: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    token = await signed_in(browser)
    del browser.headers["x-requested-with"]
    answer = await browser.request(method, path, json=AGENT if path == DOOR else None, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == "X-Requested-With"
    assert await status_of(browser, token) == 200


async def test_signing_out_ends_the_session_and_its_tokens(browser: httpx.AsyncClient) -> None:
    token = await signed_in(browser)
    kept = browser.cookies["deskmesh_session"]
    assert (await browser.delete(DOOR)).status_code == 204
    assert "deskmesh_session" not in browser.cookies
    assert await status_of(browser, token) == 401
    browser.cookies.set("deskmesh_session", kept)
    assert (await browser.post(f"{DOOR}/token")).status_code == 401


async def test_signing_out_twice_or_never_signed_in_is_no_fault(browser: httpx.AsyncClient) -> None:
    assert (await browser.delete(DOOR)).status_code == 204


@pytest.mark.parametrize("cookie", [None, "dmr_unknown", "nonsense"])
async def test_without_a_cookie_that_holds_there_is_no_token(
    browser: httpx.AsyncClient, cookie: str | None
) -> None:
    if cookie is not None:
        browser.cookies.set("deskmesh_session", cookie)
    assert (await browser.post(f"{DOOR}/token")).status_code == 401


async def test_a_wrong_password_sets_no_cookie(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(DOOR, json={**AGENT, "password": "wrong"})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
