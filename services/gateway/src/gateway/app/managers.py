"""Whom people report to."""

from uuid import UUID

from sqlalchemy import select

from chassis.db import Tx
from gateway.app.input import Problems
from gateway.db.queries import users_by_reference
from gateway.db.tables import User


async def manager_named(tx: Tx, problems: Problems, manager: str, user_id: UUID | None) -> UUID | None:
    """Return the id of the active person that an id or address names; None for an empty one.

    Notes a person who is not there, and one who reports to `user_id`, directly or not: nobody leads themselves.
    """
    if not manager:
        return None
    found = (await users_by_reference(tx, [manager])).get(manager)
    if found is None or not found.active:
        problems.add("manager", "is no active person")
        return None
    above: UUID | None = found.id
    while above is not None:
        if above == user_id:
            problems.add("manager", "reports to this person")
            return None
        above = await tx.scalar(select(User.manager_id).where(User.id == above))
    return found.id
