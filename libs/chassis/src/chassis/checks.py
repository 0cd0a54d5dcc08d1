"""Checks of readiness that every service has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.revisions import at_head

if TYPE_CHECKING:
    from chassis.db import Databases
    from chassis.health import Check


def database_check(databases: Databases, package: str) -> Check:
    """Whether every database answers and, asked until it was so once, has the newest revision."""

    async def migrated() -> str | None:
        heads = [await at_head(database, package) for database in databases.all()]
        return None if all(heads) else "not migrated"

    was_migrated = once(migrated)

    async def check() -> str | None:
        for database in databases.all():
            await database.fetch_one("SELECT 1")
        return await was_migrated()

    return check


def once(check: Check) -> Check:
    """The check until it was fine for the first time; fine from then on."""
    was_fine = False

    async def latched() -> str | None:
        nonlocal was_fine
        problem = None if was_fine else await check()
        was_fine = problem is None
        return problem

    return latched
