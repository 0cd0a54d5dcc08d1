"""Object storage for bytes that are too large for a row: content-addressed, a prefix per service and tenant."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit
from uuid import UUID

from obstore import store as stores
from obstore.exceptions import BaseError, NotFoundError

from chassis.errors import NotFound, StorageFull, Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_KEY = re.compile(r"[a-z][a-z0-9-]*/(?P<tenant>[0-9a-f-]{36})/(?P<sha256>[0-9a-f]{64})")
_IN_MEMORY_BYTES = 1024 * 1024
_CHUNK_BYTES = 256 * 1024
_FULL = ("no space left", "os error 28", "disk quota exceeded")


class StoredObject(NamedTuple):
    """What was stored: its key, its size in bytes, its SHA-256 in lower-case hexadecimal."""

    key: str
    size: int
    sha256: str


class ObjectStore:
    """Keeps bytes under "<service>/<tenant id>/<sha256>". The same bytes again are the same object."""

    def __init__(self, store: stores.ObjectStore, folder: Path | None) -> None:
        """`folder` is the root of a store of local files, None for another kind."""
        self._store = store
        self._folder = folder

    @classmethod
    def from_url(cls, url: str) -> ObjectStore:
        """The store that the URL names: file:///folder (made where missing) or s3://bucket/prefix.

        S3's credentials and endpoint come from the usual `AWS_…` variables.
        """
        parts = urlsplit(url)
        if parts.scheme == "file":
            folder = Path(unquote(parts.path))
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return cls(stores.LocalStore(prefix=folder), folder)
        return cls(stores.from_url(url), None)

    async def put(self, service: str, tenant_id: UUID, content: bytes | AsyncIterator[bytes]) -> StoredObject:
        """Stores the bytes; returns after they are on the disk or acknowledged by the remote store.

        Raises StorageFull when there is no room, Unavailable when the store does not answer.
        """
        with _translated(), tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as spool:
            digest, size = hashlib.sha256(), 0
            async for chunk in _chunks(content):
                digest.update(chunk)
                size += len(chunk)
                spool.write(chunk)
            stored = StoredObject(f"{service}/{tenant_id}/{digest.hexdigest()}", size, digest.hexdigest())
            if not await self.exists(stored.key):
                spool.seek(0)
                await self._write(stored.key, spool)
        return stored

    async def get(self, key: str) -> AsyncIterator[bytes]:
        """The bytes of the object, chunk by chunk. Raises NotFound, before the first chunk, where there is none."""
        _checked(key)
        with _translated():
            result = await self._store.get_async(key)
        return self._stream(result.stream(min_chunk_size=_CHUNK_BYTES))

    async def head(self, key: str, size: int) -> bytes:
        """The first bytes of the object, at most so many. Raises NotFound where there is none."""
        _checked(key)
        with _translated():
            stored = (await self._store.head_async(key))["size"]
            if not stored:
                return b""
            return bytes(await self._store.get_range_async(key, start=0, end=min(size, stored)))

    async def copy(self, key: str, to_service: str, tenant_id: UUID) -> str:
        """Copies an object of this tenant to another service's prefix; gives the new key.

        Raises NotFound where there is none or it is another tenant's.
        """
        match = _checked(key)
        if match["tenant"] != str(tenant_id):
            raise NotFound("object")
        copied = f"{to_service}/{tenant_id}/{match['sha256']}"
        if not await self.exists(copied):
            with _translated():
                await self._store.copy_async(key, copied)
            await self._make_durable(copied)
        return copied

    async def exists(self, key: str) -> bool:
        """Whether the object is there."""
        _checked(key)
        try:
            with _translated():
                await self._store.head_async(key)
        except NotFound:
            return False
        return True

    async def _write(self, key: str, content: IO[bytes]) -> None:
        await self._store.put_async(key, content)
        await self._make_durable(key)

    async def _make_durable(self, key: str) -> None:
        if self._folder is not None:
            with _translated():
                await asyncio.to_thread(_sync_to_disk, self._folder / key)

    @staticmethod
    async def _stream(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        with _translated():
            async for chunk in chunks:
                yield bytes(chunk)


def _checked(key: str) -> re.Match[str]:
    match = _KEY.fullmatch(key)
    if match is None:
        raise NotFound("object")
    return match


async def _chunks(content: bytes | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    async for chunk in content:
        yield chunk


def _sync_to_disk(path: Path) -> None:
    """The file, then the folders that name it: rename alone does not survive a power cut."""
    for item in (path, path.parent, path.parent.parent):
        descriptor = os.open(item, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise NotFound("object") from None
    except (BaseError, OSError) as error:
        if any(sign in str(error).lower() for sign in _FULL):
            raise StorageFull from error
        raise Unavailable("The object storage does not answer.") from error
