"""What administrators do with business processes."""

from collections.abc import Mapping

from sqlalchemy import exists, select

from chassis.db import Tx
from chassis.errors import WrongState
from tickets.app.administering import (
    check_default,
    check_free,
    check_name,
    check_slug,
    locked_row,
    take_default,
    tell,
)
from tickets.app.checking import Problems
from tickets.db.configuration import Process, Queue
from tickets.db.tickets import Ticket
from tickets.domain.changes import Plain
from tickets.domain.texts import MAX_BODY, slug_of
from tickets.domain.workflow import OPEN_CATEGORIES


async def create_process(tx: Tx, *, slug: str, name: str, description: str) -> Process:
    """Makes a process. Its first queue lets tickets in; until it has workflows of its own, the default process's hold.

    Raises InvalidInput and AlreadyExists.
    """
    problems, slug = Problems(), slug or slug_of(name)
    check_slug(problems, slug)
    _check(problems, {"name": name, "description": description})
    await check_free(tx, Process, slug, "process")
    row = Process(slug=slug, name=name.strip(), description=description, is_default=False)
    tx.add(row)
    await tx.flush()
    tell(tx, row, {}, _said(row))
    return row


async def update_process(
    tx: Tx, *, process: str, changes: Mapping[str, object], expected_version: int | None
) -> Process:
    """Changes name, description, `is_default` or `active` of a process.

    Raises NotFound, Stale, InvalidInput, and WrongState for one that would rest with open tickets or as the default.
    """
    row = await locked_row(tx, Process, process, "process", expected_version)
    _check(Problems(), changes)
    check_default(row, changes)
    if row.active and changes.get("active") is False and await _is_used(tx, row):
        raise WrongState("PROCESS_IN_USE", "Its queues hold open tickets.")
    if changes.get("is_default") is True and not await _has_queue(tx, row):
        raise WrongState("PROCESS_WITHOUT_QUEUE", "The default process needs a queue.")
    before = _said(row)
    if changes.get("is_default") is True and not row.is_default:
        await take_default(tx, row)
    for name in changes.keys() & {"name", "description", "active"}:
        setattr(row, name, changes[name])
    await tx.flush()
    if _said(row) != before:
        tell(tx, row, before, _said(row))
    return row


def _check(problems: Problems, values: Mapping[str, object]) -> None:
    if "name" in values:
        check_name(problems, str(values["name"]))
    problems.text("description", str(values.get("description", "")), limit=MAX_BODY)
    problems.raise_any()


async def _is_used(tx: Tx, row: Process) -> bool:
    queues = select(Queue.id).where(Queue.process_id == row.id)
    open_ones = select(Ticket.id).where(
        Ticket.queue_id.in_(queues), Ticket.state_category.in_(OPEN_CATEGORIES)
    )
    return bool(await tx.scalar(select(exists(open_ones))))


async def _has_queue(tx: Tx, row: Process) -> bool:
    return bool(await tx.scalar(select(exists(select(Queue.id).where(Queue.process_id == row.id)))))


def _said(row: Process) -> dict[str, Plain]:
    return {
        "slug": row.slug,
        "name": row.name,
        "description": row.description,
        "is_default": row.is_default,
        "active": row.active,
    }
