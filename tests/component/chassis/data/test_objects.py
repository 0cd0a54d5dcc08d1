import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from chassis.errors import NotFound, Unavailable
from chassis.objects import ObjectStore

TENANT = uuid4()


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore.from_url(f"file://{tmp_path}/a folder".replace(" ", "%20"))


async def read(store: ObjectStore, key: str) -> bytes:
    return b"".join([chunk async for chunk in await store.get(key)])


async def chunks(*content: bytes) -> AsyncIterator[bytes]:
    for chunk in content:
        yield chunk


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
async def test_bytes_come_back_as_they_were(store: ObjectStore, size: int) -> None:
    content = b"x" * size
    stored = await store.put("notify", TENANT, content)
    digest = hashlib.sha256(content).hexdigest()
    assert stored == (f"notify/{TENANT}/{digest}", size, digest)
    assert await read(store, stored.key) == content


async def test_a_stream_is_stored_like_its_bytes(store: ObjectStore) -> None:
    streamed = await store.put("notify", TENANT, chunks(b"ab" * 700_000, b"", b"c"))
    assert streamed == await store.put("notify", TENANT, b"ab" * 700_000 + b"c")


async def test_a_failing_stream_stores_nothing(store: ObjectStore, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"some"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.put("notify", TENANT, broken())
    assert [name for _, _, names in os.walk(tmp_path) for name in names] == []


async def test_an_object_is_copied_within_its_tenant_alone(store: ObjectStore) -> None:
    stored = await store.put("notify", TENANT, b"bytes")
    copied = await store.copy(stored.key, "tickets", TENANT)
    assert copied == await store.copy(stored.key, "tickets", TENANT) == f"tickets/{TENANT}/{stored.sha256}"
    assert await read(store, copied) == b"bytes"
    with pytest.raises(NotFound):
        await store.copy(stored.key, "tickets", uuid4())


@pytest.mark.parametrize(
    "key", ["", "x", "../../etc/passwd", f"notify/../{TENANT}/{'0' * 64}", f"notify/{TENANT}/{'0' * 64}"]
)
async def test_what_is_not_there_is_not_found(store: ObjectStore, key: str) -> None:
    with pytest.raises(NotFound):
        await store.get(key)
    with pytest.raises(NotFound):
        await store.copy(key, "tickets", TENANT)


async def test_a_store_that_fails_is_unavailable(store: ObjectStore, tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.rmdir()
    folder.write_text("in the way")
    with pytest.raises(Unavailable):
        await store.put("notify", TENANT, b"bytes")
