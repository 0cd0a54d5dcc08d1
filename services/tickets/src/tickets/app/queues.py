"""What administrators do with queues."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import exists, or_, select

from chassis.db import Tx
from chassis.errors import NotFound, WrongState
from chassis.ids import is_id
from tickets.app.administering import (
    check_default,
    check_free,
    check_name,
    check_slug,
    find_row,
    locked_row,
    take_default,
    tell,
)
from tickets.app.checking import Problems
from tickets.app.routing_waking import wake_routing
from tickets.db.configuration import Process, Queue
from tickets.db.directory import Team
from tickets.db.tickets import Ticket
from tickets.domain.changes import Plain
from tickets.domain.texts import slug_of
from tickets.domain.workflow import OPEN_CATEGORIES


@dataclass(frozen=True, slots=True)
class NewQueue:
    """A queue to be made; process and team by id or slug, an empty process is the default one, an empty slug the name's."""

    slug: str
    name: str
    process: str = ""
    team: str = ""
    confidential: bool = False
    is_default: bool = False


async def create_queue(tx: Tx, *, new: NewQueue) -> Queue:
    """Makes a queue; the first of a process is its default. Raises InvalidInput and AlreadyExists."""
    problems, slug = Problems(), new.slug or slug_of(new.name)
    check_slug(problems, slug)
    check_name(problems, new.name)
    process = await _process(tx, new.process, problems)
    team = await _team(tx, new.team, problems)
    problems.raise_any()
    assert process is not None  # noted otherwise
    await check_free(tx, Queue, slug, "queue")
    row = Queue(
        slug=slug,
        name=new.name.strip(),
        process_id=process.id,
        team_id=None if team is None else team.id,
        is_default=False,
        confidential=new.confidential,
    )
    tx.add(row)
    await tx.flush()
    first = not await tx.scalar(
        select(exists(select(Queue.id).where(Queue.process_id == process.id, Queue.is_default)))
    )
    if new.is_default or first:
        await take_default(tx, row)
        await tx.flush()
    tell(tx, row, {}, await _said(tx, row))
    return row


async def update_queue(
    tx: Tx, *, queue: str, changes: Mapping[str, object], expected_version: int | None
) -> Queue:
    """Changes name, team, `confidential`, `is_default` or `active` of a queue; tickets in it keep their team.

    Raises NotFound, Stale, InvalidInput, and WrongState for one that would rest with open tickets or as the default.
    """
    row = await locked_row(tx, Queue, queue, "queue", expected_version)
    problems = Problems()
    if "name" in changes:
        check_name(problems, str(changes["name"]))
    team = await _team(tx, str(changes.get("team", "")), problems)
    problems.raise_any()
    check_default(row, changes)
    if row.active and changes.get("active") is False and await _is_used(tx, row):
        raise WrongState("QUEUE_IN_USE", "It holds open tickets. Move them to another queue first.")
    before = await _said(tx, row)
    if changes.get("is_default") is True and not row.is_default:
        await take_default(tx, row)
    for name in changes.keys() & {"name", "confidential", "active"}:
        setattr(row, name, changes[name])
    if "team" in changes:
        row.team_id = None if team is None else team.id
    await tx.flush()
    after = await _said(tx, row)
    if after != before:
        tell(tx, row, before, after)
        await wake_routing(tx, queues=[row.id])
    return row


async def _process(tx: Tx, key: str, problems: Problems) -> Process | None:
    if not key:
        return await tx.scalar(select(Process).where(Process.is_default))
    try:
        return await find_row(tx, Process, key, "process")
    except NotFound:
        problems.add("process", "there is no such process")
        return None


async def _team(tx: Tx, key: str, problems: Problems) -> Team | None:
    if not key:
        return None
    named = or_(Team.slug == key, Team.id == key) if is_id(key) else Team.slug == key
    team = await tx.scalar(select(Team).where(named))
    if team is None:
        problems.add("team", "there is no such team")
    return team


async def _is_used(tx: Tx, row: Queue) -> bool:
    open_ones = select(Ticket.id).where(Ticket.queue_id == row.id, Ticket.state_category.in_(OPEN_CATEGORIES))
    return bool(await tx.scalar(select(exists(open_ones))))


async def _said(tx: Tx, row: Queue) -> dict[str, Plain]:
    process = await tx.get(Process, row.process_id)
    team = None if row.team_id is None else await tx.get(Team, row.team_id)
    return {
        "slug": row.slug,
        "name": row.name,
        "process": process.slug if process else None,
        "team": team.slug if team else None,
        "confidential": row.confidential,
        "is_default": row.is_default,
        "active": row.active,
    }
