"""After a database went back to an earlier time than the other services': what they know of the lost time.

They have seen versions and numbers that the restored database would give out again, so those are skipped; and they
have acknowledged events that the restored service does not remember, so those come again. Its inbox drops what it
does remember, as theirs drop what it publishes a second time.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import asyncpg
from nats.js.errors import NotFoundError

from chassis.messaging import connect, stream_of

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSIONS_AHEAD: Final = 1_000_000
"""More than anything changes between a backup and the loss; of 64 bits it takes nothing."""


async def skip_what_was_used(superuser_url: str, statements: Sequence[str]) -> None:
    """Runs a service's statements over all its tenants, in one transaction.

    Only a superuser may: row security binds even the owner. Raises what the database says.
    """
    connection = await asyncpg.connect(superuser_url)
    try:
        async with connection.transaction():
            for statement in statements:
                await connection.execute(statement)
    finally:
        await connection.close()


async def have_events_again(nats_url: str, service: str) -> list[str]:
    """Forgets how far the service has taken each stream; gives the streams. It takes them anew, from their beginning."""
    client = connect(nats_url, f"{service}-restored")
    try:
        await client.until_connected()
        js = client.jetstream()
        prefix, found = stream_of(""), []
        for stream in await js.streams_info():
            name = stream.config.name or ""
            with suppress(NotFoundError):
                if name.startswith(prefix):
                    await js.delete_consumer(name, service)
                    found.append(name)
        return found
    finally:
        await client.close()
