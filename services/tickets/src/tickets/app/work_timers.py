"""Timers of people at work: one per person; stopping one makes it a time entry."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import Forbidden, WrongState
from tickets.app.access import readable_ticket, require_on
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.creating import UPDATE
from tickets.app.time_entries import TimeDraft, check_words, note_work
from tickets.db.links import lock_tickets
from tickets.db.tickets import Ticket
from tickets.db.time_entries import TimeEntryView, WorkTimer
from tickets.domain.references import Reference
from tickets.domain.time_entries import minutes_between


@dataclass(frozen=True, slots=True)
class RunningTimer:
    """A timer and its ticket; `stopped` is the entry of the one that ran before."""

    timer: WorkTimer
    ticket: Reference
    stopped: TimeEntryView | None = None


async def get_work_timer(tx: Tx) -> RunningTimer | None:
    """The caller's timer. Raises Forbidden for who is no person."""
    timer = await tx.get(WorkTimer, _person())
    if timer is None:
        return None
    ticket = await tx.get(Ticket, timer.ticket_id)
    assert ticket is not None  # tickets are never removed
    return RunningTimer(timer, _reference(ticket))


async def start_work_timer(
    tx: Tx, *, configuration: Configuration, ticket: str, note: str, billable: bool, activity: str
) -> RunningTimer:
    """Starts the caller's timer; the one that ran is stopped. Raises NotFound, Forbidden, InvalidInput, WrongState (merged)."""
    person_id = _person()
    problems = Problems()
    check_words(problems, note=note, activity=activity)
    problems.raise_any()
    running = await _locked(tx, person_id)
    found = await readable_ticket(tx, configuration, ticket)
    await lock_tickets(tx, [found.id, *([running.ticket_id] if running else [])])
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    require_on(found, configuration, UPDATE)
    stopped = None if running is None else await _stop(tx, configuration, running)
    timer = WorkTimer(
        id=person_id,
        ticket_id=found.id,
        started_at=datetime.now(UTC),
        note=note,
        billable=billable,
        activity=activity.strip(),
    )
    tx.add(timer)
    await tx.flush()
    return RunningTimer(timer, _reference(found), stopped)


async def stop_work_timer(tx: Tx, *, configuration: Configuration) -> TimeEntryView:
    """Makes a time entry of the caller's timer, of begun minutes.

    Raises Forbidden, WrongState where none runs or its ticket is merged, NotFound where the caller sees it no more.
    """
    return await _stop(tx, configuration, await _running(tx))


async def discard_work_timer(tx: Tx) -> None:
    """Ends the caller's timer without an entry. Raises Forbidden, WrongState where none runs."""
    await tx.session.delete(await _running(tx))


async def _stop(tx: Tx, configuration: Configuration, timer: WorkTimer) -> TimeEntryView:
    ticket = await readable_ticket(tx, configuration, str(timer.ticket_id), for_update=True)
    require_on(ticket, configuration, UPDATE)
    occasion = occasion_of()
    draft = TimeDraft(
        minutes_between(timer.started_at, occasion.recorded_at),
        timer.started_at,
        timer.note,
        timer.billable,
        timer.activity,
    )
    await tx.session.delete(timer)
    return await note_work(
        tx,
        configuration=configuration,
        ticket=ticket,
        person_id=timer.id,
        draft=draft,
        occasion=occasion,
    )


async def _running(tx: Tx) -> WorkTimer:
    timer = await _locked(tx, _person())
    if timer is None:
        raise WrongState("NO_TIMER", "No timer of yours runs.")
    return timer


async def _locked(tx: Tx, person_id: UUID) -> WorkTimer | None:
    return await tx.scalar(select(WorkTimer).where(WorkTimer.id == person_id).with_for_update())


def _person() -> UUID:
    caller = current_caller()
    if caller.kind != "user" or caller.user_id is None:
        raise Forbidden("Only a person has a timer.")
    return caller.user_id


def _reference(ticket: Ticket) -> Reference:
    return Reference(ticket.id, ticket.number, ticket.title)
