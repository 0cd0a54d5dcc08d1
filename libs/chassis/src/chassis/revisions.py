"""Which revisions a database has, for processes that serve: they do without alembic, which takes eleven megabytes.

The revisions of a package are the files of its folder `versions`, "0001_create_chassis_tables.py" and so on, one after
the other; a contract test holds their names to what they say.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from chassis.db import Database


async def at_head(database: Database, package: str) -> bool:
    """Whether the database has every revision of the package. One that is ahead, by a newer release, counts."""
    try:
        row = await database.fetch_one("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return False
    known = revisions(package)
    return row is not None and (row["version_num"] == known[-1] or row["version_num"] not in known)


def revisions(package: str) -> list[str]:
    """The revisions of a package ("tickets.migrations"), oldest first."""
    return sorted(
        file.name.partition("_")[0]
        for file in files(package).joinpath("versions").iterdir()
        if file.name[0].isdigit() and file.name.endswith(".py")
    )
