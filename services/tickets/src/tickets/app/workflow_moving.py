"""Moving running tickets to the newest version of their workflow, in chunks behind the save."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from chassis import timers
from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.timers import Timer
from tickets.app.actors import occasion_of
from tickets.app.configuration import STALE_SECONDS, Configuration
from tickets.app.moving import move_to_version
from tickets.db.configuration import Workflow, WorkflowVersion
from tickets.db.tickets import Ticket
from tickets.domain.definitions import parse_workflow
from tickets.domain.workflow import FINAL_CATEGORIES

MOVE_RUNNING = "move_running"
"""The kind of the timer that moves a chunk of tickets; its key is the workflow's id."""

CHUNK = 100

_LATECOMERS = timedelta(seconds=STALE_SECONDS + 5)
"""For so long another process may still make tickets by the version of before."""

_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Moving:
    """What becomes of running tickets: `rule` "keep" (or empty) or "move"; `states` map states that are no more."""

    rule: str = ""
    states: Mapping[str, str] = field(default_factory=dict)

    @property
    def moves(self) -> bool:
        """Whether they move. Raises InvalidInput for a rule that is none."""
        if self.rule not in {"", "keep", "move"}:
            raise InvalidInput([FieldError("running.rule", "must be one of: keep, move")])
        return self.rule == "move"


async def count_running(tx: Tx, versions: Sequence[UUID]) -> dict[UUID, int]:
    """How many tickets that have not ended live by each of the versions."""
    counts = await tx.execute(
        select(Ticket.workflow_version_id, func.count())
        .where(_running(), Ticket.workflow_version_id.in_(versions))
        .group_by(Ticket.workflow_version_id)
    )
    return dict(counts.all())


async def start_moving(tx: Tx, row: Workflow, newest: WorkflowVersion, moving: Moving) -> None:
    """Plans the move of all running tickets to the newest version. Raises InvalidInput for a state that is not mapped."""
    rules = parse_workflow(newest.definition)
    wrong = [
        FieldError(f"running.state_map.{old}", f"the new version has no state {new}")
        for old, new in moving.states.items()
        if new not in rules.states
    ]
    in_use = await tx.execute(
        select(Ticket.state, func.count())
        .where(_running(), Ticket.workflow_version_id.in_(_older(row.id, newest.id)))
        .group_by(Ticket.state)
        .order_by(Ticket.state)
    )
    for state, count in in_use:
        if state not in moving.states and state not in rules.states:
            wrong.append(
                FieldError(f"running.state_map.{state}", f"{count} tickets are in it, and it is no more")
            )
    if wrong:
        raise InvalidInput(wrong)
    await _next(tx, row.id, newest.id, moving.states, after=_FIRST, last=False)


async def move_running(tx: Tx, *, configuration: Configuration, timer: Timer) -> None:
    """Moves the next chunk of the tickets that a timer is for, and sets the timer of those behind it."""
    workflow_id, version_id = UUID(timer.key), UUID(str(timer.payload["version_id"]))
    states = timer.payload["states"]
    assert isinstance(states, dict)
    statement = (
        select(Ticket)
        .where(
            _running(),
            Ticket.workflow_version_id.in_(_older(workflow_id, version_id)),
            Ticket.id > UUID(str(timer.payload["after"])),
        )
        .order_by(Ticket.id)
        .limit(CHUNK)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    chunk = list(await tx.scalars(statement))
    occasion = occasion_of(rule="workflow:moved")
    for ticket in chunk:
        await move_to_version(
            tx,
            configuration=configuration,
            ticket=ticket,
            version_id=version_id,
            state=states.get(ticket.state, ticket.state),
            occasion=occasion,
        )
    last = bool(timer.payload["last"])
    if chunk:
        await _next(tx, workflow_id, version_id, states, after=chunk[-1].id, last=last)
    elif not last:
        await _next(tx, workflow_id, version_id, states, after=_FIRST, last=True, pause=_LATECOMERS)


async def _next(
    tx: Tx,
    workflow_id: UUID,
    version_id: UUID,
    states: Mapping[str, str],
    *,
    after: UUID,
    last: bool,
    pause: timedelta = timedelta(0),
) -> None:
    payload = {"version_id": str(version_id), "states": dict(states), "after": str(after), "last": last}
    due_at = occasion_of().recorded_at + pause
    await timers.schedule(tx, kind=MOVE_RUNNING, key=str(workflow_id), due_at=due_at, payload=payload)


def _running() -> ColumnElement[bool]:
    return Ticket.state_category.not_in(FINAL_CATEGORIES)


def _older(workflow_id: UUID, newest: UUID) -> Select[UUID]:
    return select(WorkflowVersion.id).where(
        WorkflowVersion.workflow_id == workflow_id, WorkflowVersion.id != newest
    )
