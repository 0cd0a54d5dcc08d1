"""What other tests stand on must itself be able to fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from chassis.errors import Unauthenticated
from chassis.testing import servers
from chassis.testing.identity import Issuer, Person
from chassis.testing.waiting import eventually


async def test_an_issued_token_names_its_person_to_the_verifier(issuer: Issuer) -> None:
    person = Person(tenant_id=uuid4(), scopes=frozenset({"tickets.read:it"}))
    caller = await issuer.verifier().verify(issuer.token(person))
    assert (caller.tenant_id, caller.user_id, caller.email) == (person.tenant_id, person.id, person.email)
    assert caller.may("tickets.read", "it", "network")
    assert not caller.may("tickets.read", "hr")


async def test_a_token_of_another_issuer_is_refused(issuer: Issuer) -> None:
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(Issuer().issue_token(uuid4(), ["tickets.read"]))


async def test_an_expired_token_is_refused(issuer: Issuer) -> None:
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(issuer.token(Person(tenant_id=uuid4()), lives_seconds=-1))


async def test_waiting_ends_with_what_was_waited_for() -> None:
    answers = iter([0, 0, 7])

    async def look() -> int:
        return next(answers)

    assert await eventually(look) == 7


async def test_waiting_in_vain_tells_the_last_failure() -> None:
    waited = True

    async def look() -> bool:
        assert not waited, "still waiting"
        return True

    with pytest.raises(AssertionError, match="still waiting"):
        await eventually(look, timeout=0.1)


@asynccontextmanager
async def engine_with(folder: Path, *images: str) -> AsyncIterator[str]:
    """Something that answers as a container engine that holds these images; gives its address."""
    known = {"/_ping", *(f"/images/{image}/json" for image in images)}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readline()).decode().split()[1]
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n" if path in known else b"HTTP/1.0 404 Not Found\r\n\r\n")
        writer.close()

    async with await asyncio.start_unix_server(answer, folder / "engine.sock"):
        yield f"unix://{folder / 'engine.sock'}"


@pytest.mark.parametrize(
    ("images", "choice"),
    [
        ((servers.POSTGRES_IMAGE, servers.NATS_IMAGE), "containers"),
        ((servers.POSTGRES_IMAGE,), "local"),
        ((), "local"),
    ],
)
async def test_servers_run_in_containers_where_an_engine_has_both_images(
    images: tuple[str, ...], choice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DESKMESH_TEST_SERVERS", raising=False)
    async with engine_with(tmp_path, *images) as address:
        monkeypatch.setenv("DOCKER_HOST", address)
        assert await asyncio.to_thread(servers.engine_answers)
        assert await asyncio.to_thread(servers._choice) == choice


async def test_without_an_engine_servers_run_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DESKMESH_TEST_SERVERS", raising=False)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'nothing.sock'}")
    assert not servers.engine_answers()
    assert servers._choice() == "local"
