"""Who works a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from tickets.app.access import readable_ticket, require_on
from tickets.app.actors import occasion_at
from tickets.app.afterwards import told_afterwards
from tickets.app.configuration import Configuration
from tickets.app.directory import require_person
from tickets.app.moving import move_by_itself
from tickets.app.recording import record_change, view_ticket
from tickets.app.routing_outcomes import hold_ticket
from tickets.app.standing_in import may_work
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView, person_named
from tickets.domain.changes import Change, Plain, described, differences
from tickets.domain.workflow import ASSIGNED
from tickets.publish import events

ASSIGN = "tickets.assign"
PARTS = frozenset({"team", "assignee"})


@dataclass(frozen=True, slots=True)
class Assignment:
    """The new team and assignee by id or key, empty for none; only those that `names` holds are changed."""

    names: frozenset[str]
    team: str = ""
    assignee: str = ""
    expected_version: int | None = None
    occurred_at: datetime | None = None
    reasons: Mapping[str, object] = field(default_factory=dict)
    """Why this one, where the desk chose; the history keeps them as the field "routing"."""


async def assign_ticket(
    tx: Tx, *, configuration: Configuration, ticket: str, assignment: Assignment
) -> TicketView:
    """Gives the ticket to a team, a person, both or nobody. Publishes TicketAssigned, and moves a new ticket on.

    Raises NotFound, Forbidden, Stale, InvalidInput for who is not there or may not work the queue.
    """
    found = await readable_ticket(
        tx, configuration, ticket, for_update=True, expected_version=assignment.expected_version
    )
    require_on(found, configuration, ASSIGN)
    return await assign_found(tx, configuration=configuration, found=found, assignment=assignment)


async def assign_found(
    tx: Tx, *, configuration: Configuration, found: Ticket, assignment: Assignment
) -> TicketView:
    """As `assign_ticket`, of a locked ticket, whoever asks: the caller has checked."""
    occasion = occasion_at(assignment.occurred_at, created_at=found.created_at)
    before = await _values(tx, configuration, found, assignment)
    team_id, assignee_id = found.team_id, found.assignee_id
    if "team" in assignment.names:
        found.team_id = _team(configuration, assignment.team)
    if "assignee" in assignment.names:
        found.assignee_id = await _assignee(tx, configuration, found, assignment.assignee)
    after = await _values(tx, configuration, found, assignment)
    changes = differences(before, after)
    if occasion.imported:
        changes, since = await told_afterwards(tx, found, before, after, occasion)
        found.team_id = team_id if "team" in since else found.team_id
        found.assignee_id = assignee_id if "assignee" in since else found.assignee_id
    if not changes:
        return await view_ticket(tx, configuration, found)
    if assignee_id is not None and found.assignee_id is None and current_caller().kind != "system":
        # What a person takes from somebody the desk does not give to another by itself.
        await hold_ticket(tx, found, occasion.recorded_at)
    if assignment.reasons:
        changes = [*changes, Change("routing", None, dict(assignment.reasons))]
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=found,
        occasion=occasion,
        action="assigned",
        changes=changes,
    )
    events.ticket_assigned(tx, view, changes, occasion)
    if found.assignee_id is None:
        return view
    moved = await move_by_itself(
        tx, configuration=configuration, ticket=found, trigger=ASSIGNED, occasion=occasion
    )
    return moved or view


def _team(configuration: Configuration, key: str) -> UUID | None:
    if not key:
        return None
    team = configuration.find_team(key)
    if team is None:
        raise InvalidInput([FieldError("team", "there is no such team")])
    return team.id


async def _assignee(tx: Tx, configuration: Configuration, ticket: Ticket, key: str) -> UUID | None:
    if not key:
        return None
    person = await require_person(tx, key, "assignee")
    process, queue = configuration.processes[ticket.process_id], configuration.queues[ticket.queue_id]
    if not may_work(person, configuration, process, queue):
        raise InvalidInput([FieldError("assignee", f'may not work tickets of the queue "{queue.name}"')])
    return person.id


async def _values(
    tx: Tx, configuration: Configuration, ticket: Ticket, assignment: Assignment
) -> dict[str, Plain]:
    values: dict[str, Plain] = {}
    if "team" in assignment.names:
        values["team"] = described(configuration.team(ticket.team_id))
    if "assignee" in assignment.names:
        values["assignee"] = described(await person_named(tx, ticket.assignee_id))
    return values
