"""What administrators do with the types of tickets."""

import re
from collections.abc import Mapping

from sqlalchemy import exists, select

from chassis.db import Tx
from chassis.errors import AlreadyExists, WrongState
from tickets.app.administering import (
    check_default,
    check_free,
    check_key,
    check_name,
    locked_row,
    take_default,
    tell,
)
from tickets.app.checking import Problems
from tickets.db.configuration import NumberBlock, TicketType
from tickets.db.tickets import Ticket
from tickets.domain.changes import Plain
from tickets.domain.texts import slug_of
from tickets.domain.workflow import OPEN_CATEGORIES

PREFIX = re.compile(r"[A-Z]{2,6}")


async def create_ticket_type(tx: Tx, *, slug: str, name: str, prefix: str) -> TicketType:
    """Makes a type; until a process has a workflow for it, that of the default type holds.

    Raises InvalidInput, and AlreadyExists for a slug or prefix that is taken or was ever given numbers.
    """
    problems, slug = Problems(), slug or slug_of(name, joint="_")
    check_key(problems, slug)
    check_name(problems, name)
    if PREFIX.fullmatch(prefix) is None:
        problems.add("prefix", "must be two to six capital letters A to Z")
    problems.raise_any()
    await check_free(tx, TicketType, slug, "ticket type")
    taken = await tx.scalar(select(TicketType.id).where(TicketType.prefix == prefix))
    used = await tx.scalar(
        select(NumberBlock.prefix).where(NumberBlock.tenant_id == tx.tenant_id, NumberBlock.prefix == prefix)
    )
    if taken is not None or used is not None:
        raise AlreadyExists(f"The prefix {prefix} is in use already.")
    row = TicketType(slug=slug, name=name.strip(), prefix=prefix, is_default=False)
    tx.add(row)
    await tx.flush()
    tell(tx, row, {}, _said(row))
    return row


async def update_ticket_type(
    tx: Tx, *, ticket_type: str, changes: Mapping[str, object], expected_version: int | None
) -> TicketType:
    """Changes name, `is_default` or `active` of a type; slug and prefix stay.

    Raises NotFound, Stale, InvalidInput, and WrongState for one that would rest with open tickets or as the default.
    """
    row = await locked_row(tx, TicketType, ticket_type, "ticket type", expected_version)
    problems = Problems()
    if "name" in changes:
        check_name(problems, str(changes["name"]))
    problems.raise_any()
    check_default(row, changes)
    if row.active and changes.get("active") is False and await _is_used(tx, row):
        raise WrongState("TICKET_TYPE_IN_USE", "There are open tickets of this type.")
    before = _said(row)
    if changes.get("is_default") is True and not row.is_default:
        await take_default(tx, row)
    for one in changes.keys() & {"name", "active"}:
        setattr(row, one, changes[one])
    await tx.flush()
    if _said(row) != before:
        tell(tx, row, before, _said(row))
    return row


async def _is_used(tx: Tx, row: TicketType) -> bool:
    open_ones = select(Ticket.id).where(Ticket.type == row.slug, Ticket.state_category.in_(OPEN_CATEGORIES))
    return bool(await tx.scalar(select(exists(open_ones))))


def _said(row: TicketType) -> dict[str, Plain]:
    return {
        "slug": row.slug,
        "name": row.name,
        "prefix": row.prefix,
        "is_default": row.is_default,
        "active": row.active,
    }
