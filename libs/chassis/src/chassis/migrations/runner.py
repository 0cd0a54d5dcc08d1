"""Brings a database to the newest revision: one runner at a time, short locks, again where it got none."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import asyncpg
import structlog
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import pool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping

    from alembic.runtime.migration import MigrationContext, MigrationInfo, RevisionStep
    from sqlalchemy import Connection

log = structlog.get_logger()

_LOCK_KEY = 0x6465736B6D657368
_LOCK_POLL_SECONDS = 0.2
_ATTEMPTS = 10
_PAUSE_SECONDS = 1.0
# The schema belongs to pg_database_owner, whose rights the owner does not inherit by itself before PostgreSQL 16.
_OPEN_SCHEMA = """
SET ROLE pg_database_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO "{roles}_owner", "{roles}_definer";
GRANT USAGE ON SCHEMA public TO "{roles}_app", "{roles}_relay";
RESET ROLE;
DO $$ BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO "{roles}_app", "{roles}_relay"', current_database());
END $$;
"""
"""The service's own roles may enter its database, and nobody else."""
_SESSION = {"lock_timeout": "4s", "statement_timeout": "5s", "timezone": "UTC"}


class MigrationError(Exception):
    """The database cannot be migrated."""


def run(service: str, owner_url: str, package: str) -> None:
    """Migrates the database of the owner's address to the newest revision of the package ("tickets.migrations").

    The other roles are named after the owner's: "tickets_owner" stands beside "tickets_app", "tickets_relay" and
    "tickets_definer". Runners exclude each other. A revision that does not get a lock within four seconds lets the
    others pass and is tried again. A database that is ahead, by a newer release, stays as it is. Raises MigrationError
    when the address is not an owner's.
    """
    owner = unquote(urlsplit(owner_url).username or "")
    if not owner.endswith("_owner"):
        raise MigrationError(f"{service} is migrated by its owner role, not by {owner or 'nobody'!r}")
    config = _config(package)
    config.attributes["roles"] = owner.removesuffix("_owner")
    asyncio.run(_run(service, owner_url, config))


def _config(package: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files(package)).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def _run(service: str, owner_url: str, config: Config) -> None:
    async with _exclusive(owner_url) as connection:
        await connection.execute(_OPEN_SCHEMA.format(roles=config.attributes["roles"]))
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await _upgrade(service, owner_url, config)
            except DBAPIError as error:
                # Each revision commits by itself: the next attempt goes on where this one stopped.
                if attempt == _ATTEMPTS or not isinstance(_cause(error), asyncpg.LockNotAvailableError):
                    raise
                log.info("migration_waits_for_lock", service=service, attempt=attempt)
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return


@asynccontextmanager
async def _exclusive(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Holds the session lock on a connection that stays idle while revisions run.

    It is tried for and not waited for: a waiting statement is an open transaction, for which the other runner's
    concurrent index would wait in turn.
    """
    connection = await asyncpg.connect(owner_url, server_settings={"application_name": "migrate-lock"})
    try:
        while not await connection.fetchval(  # noqa: ASYNC110 (the event happens in another process)
            "SELECT pg_try_advisory_lock($1)", _LOCK_KEY
        ):
            await asyncio.sleep(_LOCK_POLL_SECONDS)
        yield connection
    finally:
        await connection.close()


async def _upgrade(service: str, owner_url: str, config: Config) -> None:
    async def connect() -> asyncpg.Connection:
        settings = {**_SESSION, "application_name": f"{service}-migrate"}
        return await asyncpg.connect(owner_url, server_settings=settings)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade_sync, service, config)
    finally:
        await engine.dispose()


def _upgrade_sync(connection: Connection, service: str, config: Config) -> None:
    script = ScriptDirectory.from_config(config)

    def steps(revision: str, context: MigrationContext) -> list[RevisionStep]:
        if not set(context.get_current_heads()) <= {known.revision for known in script.walk_revisions()}:
            # The release before, back on the schema of a newer one: it runs there, and has nothing to add.
            log.info("schema_is_newer", service=service)
            return []
        return script._upgrade_revs("head", revision)  # noqa: SLF001 (what alembic's own commands call)

    def report(
        ctx: MigrationContext,  # noqa: ARG001 (alembic's signature)
        step: MigrationInfo,
        heads: Collection[object],  # noqa: ARG001
        run_args: Mapping[str, object],  # noqa: ARG001
    ) -> None:
        log.info("migrated", service=service, revision=step.up_revision_id)

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, transaction_per_migration=True, on_version_apply=report)
        with environment.begin_transaction():
            environment.run_migrations()


def _cause(error: DBAPIError) -> BaseException | None:
    return error.orig.__cause__ if error.orig is not None else None
