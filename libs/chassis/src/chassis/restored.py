"""After a database went back to an earlier time than the other services': what they know of the lost time.

They have seen versions and numbers that the restored database would give out again, so those are skipped; and they
have acknowledged events that the restored service does not remember, so those come again. Its inbox drops what it
does remember, as theirs drop what it publishes a second time.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import asyncpg
from nats.js.errors import NotFoundError

from chassis.messaging import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSIONS_AHEAD: Final = 1_000_000
"""More than anything changes between a backup and the loss; of 64 bits it takes nothing."""
_NATS_SECONDS = 30.0


async def skip_what_was_used(superuser_url: str, statements: Sequence[str]) -> list[str]:
    """Runs a service's statements over all its tenants, in one transaction; gives the streams it has consumed.

    Only a superuser may: row security binds even the owner. Raises what the database says.
    """
    connection = await asyncpg.connect(superuser_url)
    try:
        async with connection.transaction():
            for statement in statements:
                await connection.execute(statement)
        leases = await connection.fetch(
            "SELECT name FROM job_leases WHERE name LIKE 'consumer:%' ORDER BY name"
        )
    finally:
        await connection.close()
    return [row["name"].removeprefix("consumer:") for row in leases]


async def have_events_again(nats_url: str, service: str, streams: Sequence[str]) -> None:
    """Forgets how far the service has taken the streams: it takes them anew, from the beginning of what they keep.

    Uses no more of NATS than the service itself may.
    """
    client = connect(nats_url, service)
    try:
        async with asyncio.timeout(_NATS_SECONDS):
            await client.until_connected()
            for stream in streams:
                with suppress(NotFoundError):
                    await client.jetstream().delete_consumer(stream, service)
    finally:
        await client.close()
