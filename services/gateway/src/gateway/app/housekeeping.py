"""Forgetting what has expired."""

from uuid import UUID

from sqlalchemy import func, select

from chassis.db import Databases

# The tenant of work that belongs to none: row security shows it nothing.
_NOBODY = UUID(int=0)


async def forget_expired_credentials(databases: Databases) -> None:
    """Delete sign-in failures and refusals after an hour, sessions and refresh tokens thirty days after their end."""
    for database in databases.all():
        async with database.transaction(_NOBODY) as tx:
            await tx.execute(select(func.forget_expired_credentials()))
