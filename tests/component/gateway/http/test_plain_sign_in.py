"""Signing in on the plain page: by a form, without script, and by no form of another site."""

import hashlib
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from gateway_doors import PASSWORD, Doors

AGENT = {"tenant": "acme", "email": "agent@acme.example", "password": PASSWORD}
SMALL = 10 * 1024
NOBODYS_WORD = hashlib.blake2b(b"", digest_size=16, person=b"plain form").hexdigest()
"""What a form would carry where there is no cookie at all."""


@pytest.fixture
async def browser(doors: Doors) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without script, with cookies of its own."""
    async with httpx.AsyncClient(base_url=doors.http.base_url, timeout=20) as browser:
        yield browser


async def test_the_cookie_is_for_the_plain_pages_alone(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/plain", data=AGENT)
    assert (answer.status_code, answer.headers["location"]) == (303, "/plain")
    value, *attributes = answer.headers["set-cookie"].split("; ")
    assert value.startswith("deskmesh_session=dm_rt_")
    assert {one.lower() for one in attributes} == {
        "httponly",
        "samesite=strict",
        "path=/plain",
        "max-age=2592000",
    }


async def test_the_page_holds_no_script_and_asks_for_nothing(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/plain")
    assert (answer.status_code, len(answer.content) < SMALL) == (200, True)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"<script|<link|<img|javascript:", answer.text)


@pytest.mark.parametrize(
    ("language", "heading"),
    [("en", "Sign in"), ("pl-PL,pl;q=0.9", "Zaloguj się"), ("ru", "Войти"), ("de", "Sign in")],
)
async def test_it_speaks_the_browsers_language(
    browser: httpx.AsyncClient, language: str, heading: str
) -> None:
    answer = await browser.get("/plain", headers={"accept-language": language})
    assert f"<h1>{heading}</h1>" in answer.text


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"tenant": "globex"}, {"email": ""}, {"tenant": "\x00"}]
)
async def test_a_wrong_sign_in_is_said_and_sets_no_cookie(
    browser: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    answer = await browser.post("/plain", data={**AGENT, **wrong})
    assert answer.status_code == 401
    assert "Company, e-mail or password is wrong." in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "says",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "same-site"},
    ],
)
async def test_a_sign_in_from_another_site_is_refused(
    browser: httpx.AsyncClient, says: dict[str, str]
) -> None:
    answer = await browser.post("/plain", data=AGENT, headers=says)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    ours = await browser.post("/plain", data=AGENT, headers={"origin": str(browser.base_url).rstrip("/")})
    assert ours.status_code == 303


@pytest.mark.parametrize(
    ("to", "leads"),
    [
        ("/plain/tickets/INC-1", "/plain/tickets/INC-1"),
        ("https://elsewhere.example/", "/plain"),
        ("//elsewhere.example", "/plain"),
        ("/plain/tickets/../../api/v1/me", "/plain"),
    ],
)
async def test_signing_in_leads_to_our_own_pages_alone(
    browser: httpx.AsyncClient, to: str, leads: str
) -> None:
    answer = await browser.post("/plain", data={**AGENT, "to": to})
    assert answer.headers["location"] == leads


async def test_who_is_not_signed_in_is_asked_to_and_then_led_on(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/plain/tickets/INC-1")
    assert answer.status_code == 401
    assert 'name="to" value="/plain/tickets/INC-1"' in answer.text


async def test_a_form_without_a_session_asks_to_sign_in(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/plain/out", data={"form": NOBODYS_WORD})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path", ["/plain/out", "/plain/tickets/INC-1/comments", "/plain/tickets/INC-1/transitions"]
)
@pytest.mark.parametrize("word", ["", "0" * 32])
async def test_a_form_without_the_sessions_word_does_nothing(
    browser: httpx.AsyncClient, path: str, word: str
) -> None:
    await browser.post("/plain", data=AGENT)
    answer = await browser.post(path, data={"form": word, "body": "x", "to": "closed"})
    assert answer.status_code == 403
    assert (await browser.get("/plain")).status_code == 503  # signed in; nobody answers behind this gateway
