"""Focus mode: an agent sees only own tickets, and gets the next one from the desk instead of choosing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.context import current_caller
from chassis.db import Tx, check_version
from chassis.errors import FieldError, Forbidden, InvalidInput, WrongState
from tickets.app.access import may
from tickets.app.actors import acting_by
from tickets.app.assigning import ASSIGN, Assignment, assign_found
from tickets.app.configuration import Configuration, Configurations
from tickets.app.listing import URGENCY_ORDER
from tickets.app.routing_waking import wake_routing
from tickets.app.standing_in import WORK
from tickets.db.automation import FocusMode
from tickets.db.directory import Person
from tickets.db.routing import IN_HAND, claim_agents, in_hand
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView
from tickets.domain.work_profiles import stored_profile

DEFAULT_OPEN = 5
MOST_OPEN = 50


@dataclass(frozen=True, slots=True)
class Focus:
    """How the caller gets work; as it stands here where it was never set."""

    enabled: bool = False
    max_open: int = DEFAULT_OPEN
    version: int = 1


@dataclass(frozen=True, slots=True)
class Pulled:
    """The ticket that the caller got, None where none waits, and how many wait for the caller's teams after it."""

    view: TicketView | None
    waiting: int


async def get_focus(tx: Tx) -> Focus:
    """How the caller gets work. Raises Forbidden for who is no person."""
    row = await tx.get(FocusMode, _person())
    return Focus() if row is None else _focus(row)


async def set_focus(
    tx: Tx,
    *,
    configurations: Configurations,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> Focus:
    """Changes how the caller gets work; it holds at once here, within seconds in other processes.

    Raises Forbidden, InvalidInput, Stale.
    """
    row = await _locked(tx)
    check_version(row, expected_version)
    wanted = replace(_focus(row), **changes)  # type: ignore[arg-type]  # the door hands its own fields
    if not 1 <= wanted.max_open <= MOST_OPEN:
        raise InvalidInput([FieldError("max_open", f"must be 1 to {MOST_OPEN}")])
    row.enabled, row.max_open = wanted.enabled, wanted.max_open
    await tx.flush()
    await wake_routing(tx, free=[row.id])
    tx.after_commit(lambda: configurations.forget(tx.tenant_id))
    return _focus(row)


async def pull_ticket(tx: Tx, *, configuration: Configuration) -> Pulled:
    """Assigns the most urgent ticket that waits for the caller's teams to the caller.

    The worst priority comes first, then the nearest target, then the oldest. No two agents get the same: a ticket that
    is just being given to another is passed over. The history says how many waited and in what order it was chosen.
    Raises Forbidden, WrongState where the caller has as many in hand as `max_open` says.
    """
    person_id = _person()
    await claim_agents(tx, [person_id])
    max_open = await _most(tx, person_id)
    held = (await in_hand(tx, [person_id], waiting_counts=False)).get(person_id, 0)
    if held >= max_open:
        raise WrongState("FOCUS_FULL", f"You have {held} tickets in hand, and take at most {max_open}.")
    waiting = _waiting(configuration)
    ticket = await tx.scalar(
        select(Ticket).where(*waiting).order_by(*URGENCY_ORDER).limit(1).with_for_update(skip_locked=True)
    )
    if ticket is None:
        return Pulled(None, 0)
    left = await tx.scalar(select(func.count()).where(*waiting, Ticket.id != ticket.id)) or 0
    assignment = Assignment(
        frozenset({"assignee"}),
        assignee=str(person_id),
        reasons={
            "strategy": "next",
            "order": "priority, due_at, created_at",
            "waiting": left + 1,
            "in_hand": held,
            "max_open": max_open,
        },
    )
    with acting_by("routing:next"):
        view = await assign_found(tx, configuration=configuration, found=ticket, assignment=assignment)
    return Pulled(view, left)


def _waiting(configuration: Configuration) -> Sequence[ColumnElement[bool]]:
    """The condition of what waits for the caller: not waiting, nobody's, of an own team, in a queue that the caller works."""
    teams = [UUID(team) for team in current_caller().team_ids]
    queues = [
        queue.id
        for queue in configuration.queues.values()
        if all(may(one, configuration.processes[queue.process_id], queue) for one in (WORK, ASSIGN))
    ]
    return (
        Ticket.state_category.in_(IN_HAND),
        Ticket.assignee_id.is_(None),
        Ticket.team_id.in_(teams),
        Ticket.queue_id.in_(queues),
    )


async def _most(tx: Tx, person_id: UUID) -> int:
    """How many tickets the caller takes: as they say, and no more than their work profile has."""
    focus, person = await get_focus(tx), await tx.get(Person, person_id)
    most = None if person is None else stored_profile(person.work_profile).max_open
    return focus.max_open if most is None else min(focus.max_open, most)


async def _locked(tx: Tx) -> FocusMode:
    """The caller's row, made where there is none, locked: of two calls of one person the second waits."""
    person_id = _person()
    await tx.execute(
        insert(FocusMode)
        .values(tenant_id=tx.tenant_id, id=person_id, version=1, enabled=False, max_open=DEFAULT_OPEN)
        .on_conflict_do_nothing()
    )
    row = await tx.scalar(
        select(FocusMode)
        .where(FocusMode.id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert row is not None  # it was just made
    return row


def _focus(row: FocusMode) -> Focus:
    return Focus(row.enabled, row.max_open, row.version)


def _person() -> UUID:
    caller = current_caller()
    if caller.kind != "user" or caller.user_id is None:
        raise Forbidden("Only a person gets tickets.")
    return caller.user_id
