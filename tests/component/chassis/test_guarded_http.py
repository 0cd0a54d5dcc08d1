"""Calls to addresses of tenants, with a real server within as the canary, and names that mean what the test says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest
from canary import Canary, open_canary

from chassis.guarded_http import (
    ForbiddenAddressError,
    Network,
    TooLongError,
    guarded_client,
    networks,
    read_bounded,
)

HERE = networks(["127.0.0.1/32"])


class Names:
    """A resolver whose names mean something else each time that they are asked for; the last stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:  # noqa: ARG002 (what a resolver is asked)
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    async with open_canary() as opened:
        yield opened


@asynccontextmanager
async def client(names: Names, allowed: Sequence[Network] = HERE) -> AsyncIterator[httpx.AsyncClient]:
    async with guarded_client(allowed, timeout_seconds=5, resolve=names) as made:
        yield made


@asynccontextmanager
async def asked(canary: Canary) -> AsyncIterator[httpx.Response]:
    """An answer whose body is still to be read."""
    address = f"http://feeds.example:{canary.port}/"
    async with client(Names(["127.0.0.1"])) as http, http.stream("GET", address) as response:
        yield response


async def test_a_name_is_called_at_the_address_that_was_checked(canary: Canary) -> None:
    names = Names(["127.0.0.1"])
    async with client(names) as http:
        answer = await http.get(f"http://feeds.example:{canary.port}/a.ics?year=1")
    assert (answer.text, names.asked, str(answer.url)) == (
        "ok",
        1,
        f"http://feeds.example:{canary.port}/a.ics?year=1",
    )
    assert canary.heard[0].startswith("GET /a.ics?year=1 HTTP/1.1\r\n")
    assert f"host: feeds.example:{canary.port}\r\n" in canary.heard[0].lower()


@pytest.mark.parametrize(
    "meant", [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]]
)
async def test_a_name_that_means_an_address_within_is_not_called(canary: Canary, meant: list[str]) -> None:
    async with client(Names(meant), allowed=()) as http:
        with pytest.raises(ForbiddenAddressError):
            await http.get(f"http://feeds.example:{canary.port}/")
    assert canary.heard == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "localhost"])
async def test_no_spelling_of_this_machine_is_called(canary: Canary, host: str) -> None:
    """With the resolver of the machine, which reads more numbers as addresses than the standard has."""
    async with guarded_client((), timeout_seconds=5) as http:
        with pytest.raises((ForbiddenAddressError, httpx.ConnectError)):
            await http.get(f"http://{host}:{canary.port}/")
    assert canary.heard == []


async def test_a_name_that_changes_its_mind_is_asked_once_for_each_request(canary: Canary) -> None:
    """Rebinding: allowed when it is checked, within when it is connected to."""
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    async with client(names) as http:
        assert (await http.get(f"http://feeds.example:{canary.port}/")).text == "ok"
        assert names.asked == 1
        with pytest.raises(ForbiddenAddressError):
            await http.get(f"http://feeds.example:{canary.port}/")
    assert len(canary.heard) == 1


async def test_a_redirect_to_an_address_within_is_not_followed(canary: Canary) -> None:
    canary.answer = (
        f"HTTP/1.1 302 Found\r\nLocation: http://inner.example:{canary.port}/\r\nContent-Length: 0\r\n\r\n"
    )
    async with client(Names(["127.0.0.1"], ["127.0.0.2"])) as http:
        with pytest.raises(ForbiddenAddressError):
            await http.get(f"http://feeds.example:{canary.port}/", follow_redirects=True)
    assert len(canary.heard) == 1


async def test_redirects_end(canary: Canary) -> None:
    canary.answer = "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
    async with client(Names(["127.0.0.1"])) as http:
        with pytest.raises(httpx.TooManyRedirects):
            await http.get(f"http://feeds.example:{canary.port}/", follow_redirects=True)
    assert len(canary.heard) == 6


async def test_the_next_address_of_a_name_is_taken_where_the_first_does_not_answer(canary: Canary) -> None:
    names = Names(["127.0.0.9", "127.0.0.1"])
    async with client(names, networks(["127.0.0.0/8"])) as http:
        assert (await http.get(f"http://feeds.example:{canary.port}/")).text == "ok"


@pytest.mark.parametrize(
    "answer",
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + "a" * 101,
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + "a" * 101,
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\na",
    ],
)
async def test_an_answer_is_read_only_as_far_as_it_may_be_long(canary: Canary, answer: str) -> None:
    canary.answer = answer
    async with asked(canary) as response:
        with pytest.raises(TooLongError):
            await read_bounded(response, 100)


async def test_an_answer_that_may_be_so_long_is_read(canary: Canary) -> None:
    canary.answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + "a" * 100
    async with asked(canary) as response:
        assert await read_bounded(response, 100) == b"a" * 100
