"""The same work on many tickets: a job that goes ticket by ticket, as whoever asked, each at most once."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import false, or_, select

from chassis import timers
from chassis.context import Caller, Kind, current_caller, use_caller
from chassis.db import Tx, get_for_update
from chassis.errors import (
    DeskmeshError,
    FieldError,
    InvalidInput,
    LimitReached,
    NotFound,
    StorageFull,
    Unavailable,
    WrongState,
    to_status,
)
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from tickets.app.access import find_ticket, may_read, readable_parts
from tickets.app.configuration import Configuration
from tickets.app.listing import condition_of
from tickets.db.bulk import (
    BulkItem,
    BulkJob,
    add_items,
    count_items,
    count_jobs,
    done_items,
    lock_jobs_of,
    longest_waiting,
    next_items,
    note_item,
    skip_items,
)
from tickets.db.tickets import Ticket

BULK = "bulk"
"""The kind of the timer that does the next tickets of a job; its key is the job's id."""

MAX_TICKETS = 5_000
MAX_RUNNING = 3
"""Jobs of one person at a time; others wait for one of them to end."""

MAX_JOBS = 50
"""Jobs of one person that run or wait."""

CHUNK = 20
"""Tickets in one transaction: what a crash undoes, and what others wait for."""

Work = Callable[[Tx, str], Awaitable[None]]
"""Does what the job asks for on one ticket."""

_TRY_AGAIN_SECONDS = 30

_LOOK_AGAIN = timedelta(seconds=5)
"""When a job that waits looks whether it may run, where none that ended has told it before."""


@dataclass(frozen=True, slots=True)
class SeenJob:
    """A job and how many of its tickets are in each state."""

    job: BulkJob
    counts: Counter[str]


@dataclass(frozen=True, slots=True)
class SeenItem:
    """What became of one ticket; `ticket` is None where the caller does not see it."""

    item: BulkItem
    ticket: Ticket | None


async def start_bulk(
    tx: Tx, *, configuration: Configuration, tickets: Sequence[str], filter_text: str, request: bytes
) -> SeenJob:
    """Starts a job on the tickets named, or on those that the caller sees and a filter chooses.

    It waits where the caller has `MAX_RUNNING` already. Raises InvalidInput for no tickets or too many, BadRequest for a
    malformed filter, LimitReached for too many jobs.
    """
    return await _start(tx, await _chosen(tx, configuration, tickets, filter_text), request)


async def undo_bulk(tx: Tx, *, job_id: str, request_of: Callable[[BulkJob], bytes]) -> SeenJob:
    """Starts a job that takes back what one of the caller's has done, on the tickets where it has.

    Raises NotFound, LimitReached, WrongState while the job runs and where it has done nothing.

    :param request_of: what the new job shall do; may raise WrongState for work that nothing takes back.
    """
    job = await _own(tx, job_id)
    if job.state in ("queued", "running"):
        raise WrongState("JOB_RUNS", "The job still runs; cancel it first.")
    done = await done_items(tx, job.id)
    if not done:
        raise WrongState("NOTHING_TO_UNDO", "The job has changed no ticket.")
    return await _start(tx, done, request_of(job))


async def _start(tx: Tx, chosen: Sequence[str], request: bytes) -> SeenJob:
    caller = current_caller()
    await lock_jobs_of(tx, caller.subject)
    jobs = await count_jobs(tx, caller.subject)
    if jobs.total() >= MAX_JOBS:
        raise LimitReached(_TRY_AGAIN_SECONDS, f"At most {MAX_JOBS} of your jobs run or wait at a time.")
    state = "running" if jobs["running"] < MAX_RUNNING else "queued"
    job = BulkJob(
        state=state, owner_id=caller.subject, caller=_kept(caller), request=request, finished_at=None
    )
    tx.add(job)
    await tx.flush()
    await add_items(tx, job.id, chosen)
    await timers.schedule(tx, kind=BULK, key=str(job.id), due_at=datetime.now(UTC))
    return SeenJob(job, Counter({"pending": len(chosen)}))


async def get_bulk(
    tx: Tx, *, configuration: Configuration, job_id: str, page: Page
) -> tuple[SeenJob, list[SeenItem], str]:
    """A job of the caller's with a page of its results, and the token of the next page. Raises NotFound."""
    job = await _own(tx, job_id)
    keyset = Keyset([(BulkItem.position, False)], str(job.id))
    statement = select(BulkItem).where(BulkItem.job_id == job.id)
    items, token = keyset.cut((await tx.scalars(keyset.select(statement, page))).all(), page)
    seen = []
    for item in items:
        ticket = await find_ticket(tx, item.ticket)
        visible = ticket is not None and await may_read(tx, ticket, configuration)
        seen.append(SeenItem(item, ticket if visible else None))
    return SeenJob(job, await count_items(tx, job.id)), seen, token


async def cancel_bulk(tx: Tx, *, job_id: str) -> SeenJob:
    """Stops a job of the caller's before its next tickets; one that has ended stays as it is. Raises NotFound."""
    job = await get_for_update(tx, BulkJob, (await _own(tx, job_id)).id)
    if job.state in ("queued", "running"):
        await skip_items(tx, job.id)
        await timers.cancel(tx, kind=BULK, key=str(job.id))
        await _end(tx, job, "cancelled")
    return SeenJob(job, await count_items(tx, job.id))


async def do_next(tx: Tx, *, job_id: UUID, work_of: Callable[[bytes], Work]) -> None:
    """Does the next tickets of a job, each whole or not at all, and sets the timer for those after them.

    One that waits begins as soon as its owner's others let it. What the desk refuses on one ticket is written down with it; a fault undoes all of the transaction.
    """
    job = await get_for_update(tx, BulkJob, job_id)
    if job.state == "queued":
        await _begin(tx, job)
    if job.state != "running":
        return
    items = await next_items(tx, job.id, CHUNK)
    work = work_of(job.request)
    with use_caller(_caller(tx, job)):
        for position, ticket in items:
            try:
                async with tx.session.begin_nested():
                    await work(tx, ticket)
            except (Unavailable, StorageFull):
                raise  # nothing that has to do with the ticket: all of it is tried again
            except DeskmeshError as error:
                await note_item(tx, job_id, position, "failed", to_status(error).SerializeToString())
            else:
                await note_item(tx, job_id, position, "ok")
    if len(items) == CHUNK:
        await timers.schedule(tx, kind=BULK, key=str(job_id), due_at=datetime.now(UTC))
        return
    await _end(tx, await get_for_update(tx, BulkJob, job_id), "done")


async def _begin(tx: Tx, job: BulkJob) -> None:
    """Has a job that waits run where its owner has few enough that do; else it looks again."""
    await lock_jobs_of(tx, job.owner_id)
    if (await count_jobs(tx, job.owner_id))["running"] < MAX_RUNNING:
        job.state = "running"
        await tx.flush()
    else:
        await timers.schedule(tx, kind=BULK, key=str(job.id), due_at=datetime.now(UTC) + _LOOK_AGAIN)


async def _end(tx: Tx, job: BulkJob, state: str) -> None:
    """Ends a job, and has the one that its owner's others have kept waiting longest look at once."""
    job.state, job.finished_at = state, datetime.now(UTC)
    await tx.flush()
    waiting = await longest_waiting(tx, job.owner_id)
    if waiting is not None:
        await timers.schedule(tx, kind=BULK, key=str(waiting), due_at=datetime.now(UTC))


async def _chosen(
    tx: Tx, configuration: Configuration, tickets: Sequence[str], filter_text: str
) -> Sequence[str]:
    if bool(tickets) == bool(filter_text.strip()):
        raise InvalidInput([FieldError("ticket_ids", "or a filter must be given, and not both")])
    if tickets:
        if len(tickets) > MAX_TICKETS:
            raise InvalidInput([FieldError("ticket_ids", f"must be at most {MAX_TICKETS}")])
        return await _once_each(tx, tickets)
    seen = [part.condition for part in readable_parts(configuration)]
    found = await tx.scalars(
        select(Ticket.id)
        .where(or_(*seen) if seen else false(), await condition_of(tx, configuration, filter_text))
        .order_by(Ticket.id)
        .limit(MAX_TICKETS + 1)
    )
    ids = [str(id_) for id_ in found]
    if not 1 <= len(ids) <= MAX_TICKETS:
        raise InvalidInput([FieldError("filter", f"must choose 1 to {MAX_TICKETS} tickets")])
    return ids


async def _once_each(tx: Tx, references: Sequence[str]) -> list[str]:
    """The tickets by id, in the order of the ids, so that jobs do not wait for each other in a ring; then the unknown."""
    numbers = [reference.strip().upper() for reference in references]
    ids = {UUID(reference) for reference in references if is_id(reference)}
    rows = await tx.execute(
        select(Ticket.id, Ticket.number).where(Ticket.id.in_(ids) | Ticket.number.in_(numbers))
    )
    known = {name: id_ for id_, number in rows for name in (str(id_), number)}
    found = {known[name] for one in references if (name := _name(one)) in known}
    unknown = dict.fromkeys(one for one in references if _name(one) not in known)
    return [*map(str, sorted(found)), *unknown]


def _name(reference: str) -> str:
    return str(UUID(reference)) if is_id(reference) else reference.strip().upper()


async def _own(tx: Tx, job_id: str) -> BulkJob:
    job = await tx.get(BulkJob, UUID(job_id)) if is_id(job_id) else None
    if job is None or job.owner_id != current_caller().subject:
        raise NotFound("job")
    return job


_SETS = ("scopes", "team_ids", "organization_ids")
_LEFT_OUT = {"tenant_id", "token", "idempotency_key", "session_id", "cause", "on_behalf_of"}


def cause_of(job_id: UUID) -> str:
    """What history has as the cause of what a job did."""
    return f"bulk:{job_id}"


def _kept(caller: Caller) -> dict[str, object]:
    """The caller as JSON, without what opens doors."""
    kept = {name: value for name, value in asdict(caller).items() if name not in _LEFT_OUT}
    return kept | {name: sorted(kept[name]) for name in _SETS} | {"roles": list(caller.roles)}


def _caller(tx: Tx, job: BulkJob) -> Caller:
    """Whoever asked, with the rights of that time."""
    kept = dict(job.caller)
    sets = {name: frozenset(cast("list[str]", kept.pop(name))) for name in _SETS}
    roles = tuple(cast("list[str]", kept.pop("roles")))
    kind = cast("Kind", kept.pop("kind"))
    texts = {name: str(value) for name, value in kept.items()}
    return Caller(tenant_id=tx.tenant_id, kind=kind, roles=roles, cause=cause_of(job.id), **sets, **texts)  # type: ignore[arg-type]  # fields by name
