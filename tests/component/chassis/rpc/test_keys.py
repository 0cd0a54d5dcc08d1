"""Keys and revocations from the gateway: fetched over HTTP, heard over NATS, kept when it is away."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import nats.aio.client
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from chassis.errors import Unauthenticated, Unavailable
from chassis.testing.servers import Nats
from chassis.tokens import NOT_BEFORE_SUBJECT, Verifier

ONE, TWO = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("one", "two"))


class Gateway:
    """Serves keys and revocations over HTTP, as the gateway does, and counts."""

    def __init__(self) -> None:
        self.keys = [ONE]
        self.entries: list[dict[str, object]] = []
        self.asked: dict[str, int] = {}
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readline()).split()[1].decode()
        while (await reader.readline()).strip():
            pass
        self.asked[path] = self.asked.get(path, 0) + 1
        document: object = {"entries": self.entries, "sent_at": time.time()}
        if path == "/.well-known/jwks.json":
            document = KeySet(list(self.keys)).as_dict(private=False)
        body = json.dumps(document).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def listening(verifier: Verifier, nats_url: str) -> AsyncIterator[nats.aio.client.Client]:
    connection = await nats.connect(nats_url)
    stop = asyncio.Event()
    task = asyncio.create_task(verifier.listen(connection, stop))
    yield connection
    stop.set()
    await task
    await connection.close()


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Nats:
    """The run's NATS, by a name that is not the library's."""
    found: Nats = request.getfixturevalue("nats")
    return found


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    await gateway.start()
    yield gateway
    await gateway.stop()


def token(key: RSAKey, tenant: str | None = None) -> str:
    now = time.time()
    claims: dict[str, object] = {
        "iss": "deskmesh",
        "sub": str(uuid4()),
        "tenant": tenant or str(uuid4()),
        "sid": "s",
        "kind": "user",
        "iat": now,
        "exp": now + 600,
    }
    return jwt.encode({"alg": "RS256", "kid": str(key.kid)}, claims, key, algorithms=["RS256"])


def verifier(gateway: Gateway) -> Verifier:
    return Verifier(f"http://127.0.0.1:{gateway.port}/")


async def test_the_keys_are_fetched_once_for_many_tokens(gateway: Gateway) -> None:
    checks = verifier(gateway)
    await asyncio.gather(*(checks.verify(token(ONE)) for _ in range(20)))
    assert gateway.asked == {"/.well-known/jwks.json": 1}


async def test_a_new_key_is_found_and_unknown_ones_do_not_flood_the_gateway(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.tokens.keys._REFETCH_SECONDS", 0.3)
    checks = verifier(gateway)
    await checks.verify(token(ONE))
    for _ in range(50):
        with pytest.raises(Unauthenticated):
            await checks.verify(token(TWO))
    assert gateway.asked["/.well-known/jwks.json"] == 1
    gateway.keys.append(TWO)
    await asyncio.sleep(0.35)
    await checks.verify(token(TWO))
    assert gateway.asked["/.well-known/jwks.json"] == 2


async def test_known_keys_hold_while_the_gateway_is_away(gateway: Gateway) -> None:
    checks = verifier(gateway)
    await checks.verify(token(ONE))
    await gateway.stop()
    await checks._keys.refresh()
    await checks.verify(token(ONE))
    await gateway.start()


async def test_without_any_key_the_answer_is_unavailable_and_comes_right_later(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.tokens.keys._REFETCH_SECONDS", 0.1)
    await gateway.stop()
    checks = verifier(gateway)
    with pytest.raises(Unavailable):
        await checks.verify(token(ONE))
    await gateway.start()
    await asyncio.sleep(0.15)
    await checks.verify(token(ONE))


async def test_a_withdrawn_key_is_gone_after_a_refresh(gateway: Gateway) -> None:
    checks = verifier(gateway)
    await checks.verify(token(ONE))
    gateway.keys = [TWO]
    await checks._keys.refresh()
    with pytest.raises(Unauthenticated):
        await checks.verify(token(ONE))


async def test_a_revocation_heard_over_nats_ends_a_token_at_once(gateway: Gateway, server: Nats) -> None:
    checks, tenant = verifier(gateway), str(uuid4())
    held = token(ONE, tenant)
    async with listening(checks, server.url) as connection:
        await checks.verify(held)
        await connection.flush()
        document = {"entries": [{"tenant": tenant, "sub": None, "sid": None, "not_before": time.time() + 1}]}
        await connection.publish(NOT_BEFORE_SUBJECT, json.dumps(document).encode())
        async with asyncio.timeout(2):
            await refused(checks, held)


async def test_garbage_on_the_subject_changes_nothing(gateway: Gateway, server: Nats) -> None:
    checks = verifier(gateway)
    held = token(ONE)
    async with listening(checks, server.url) as connection:
        await connection.flush()
        for garbage in (b"", b"{", b"[]", b'{"entries": 1}', b"\xff"):
            await connection.publish(NOT_BEFORE_SUBJECT, garbage)
        await connection.flush()
        await asyncio.sleep(0.1)
        assert await holds(checks, held)


async def test_without_news_for_five_seconds_the_gateway_is_asked(
    gateway: Gateway, server: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.tokens.verifier._NEWS_SECONDS", 0.5)
    checks, tenant = verifier(gateway), str(uuid4())
    held = token(ONE, tenant)
    async with listening(checks, server.url):
        await checks.verify(held)
        gateway.entries = [{"tenant": tenant, "sub": None, "sid": "s", "not_before": time.time() + 1}]
        async with asyncio.timeout(5):
            await refused(checks, held)
    assert gateway.asked["/.well-known/not-before"] >= 1


async def holds(checks: Verifier, held: str) -> bool:
    try:
        await checks.verify(held)
    except Unauthenticated:
        return False
    return True


async def refused(checks: Verifier, held: str) -> None:
    while await holds(checks, held):
        await asyncio.sleep(0.01)
