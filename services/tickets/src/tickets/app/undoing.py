"""Taking back what a job did to a ticket: what history says was there before, where it has not changed since."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from chassis.db import Tx
from chassis.errors import WrongState
from tickets.app.access import readable_ticket
from tickets.app.assigning import Assignment, assign_ticket
from tickets.app.configuration import Configuration
from tickets.app.editing import Edits
from tickets.app.moving import mover_of, rules_of
from tickets.app.transitioning import WantedMove, transition_ticket
from tickets.app.updating import update_ticket
from tickets.app.wording import Vocabulary
from tickets.db.tickets import HistoryEntry, Ticket
from tickets.domain.changes import Plain
from tickets.domain.priority import priority_of
from tickets.domain.workflow import OPEN_CATEGORIES, moves_for

_OWN = "fields."
_TEXTS = frozenset({"title", "type", "impact", "urgency", "category", "service_id"})
_LISTS = frozenset({"tags", "ci_ids"})
_REFERENCES = frozenset({"queue", "requester", "organization"})
_HELD = frozenset({"team", "assignee"})
_UNDONE = (
    _TEXTS
    | _LISTS
    | _REFERENCES
    | _HELD
    | {"state", "priority", "description", "description_format", "parent_id", "remind_at"}
)
"""What is given back; what else history tells of follows from these (process, organisation), or stays (what was said)."""


async def undo_on_ticket(
    tx: Tx, *, configuration: Configuration, vocabulary: Vocabulary, ticket: str, cause: str, moves: bool
) -> None:
    """Gives the fields that were changed for a cause what they had before it, as the caller; all of them or none.

    Raises NotFound, WrongState where one of them has changed since (`CHANGED_SINCE`) or the workflow knows no way back, and
    what each change raises.

    :param moves: whether the state goes back too; one that only followed from an assignment stays.
    """
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    changed = await _changed(tx, found, cause)
    if moves and "state" in changed:
        to = await _way_back(tx, configuration, found, [str(state) for state in changed["state"]])
        await transition_ticket(
            tx,
            configuration=configuration,
            vocabulary=vocabulary,
            ticket=str(found.id),
            move=WantedMove(to),
        )
    before = {field: values[0] for field, values in changed.items()}
    edits = _edits(configuration, found, before)
    if edits.names:
        await update_ticket(
            tx, configuration=configuration, vocabulary=vocabulary, ticket=str(found.id), edits=edits
        )
    # A queue has brought its own team back by now.
    present = {"team": found.team_id, "assignee": found.assignee_id}
    held = {name: _id(before[name]) for name in _HELD & before.keys()}
    names = frozenset(name for name, id_ in held.items() if id_ != present[name])
    if names:
        team, assignee = (str(held.get(name) or "") for name in ("team", "assignee"))
        await assign_ticket(
            tx,
            configuration=configuration,
            ticket=str(found.id),
            assignment=Assignment(names, team=team, assignee=assignee),
        )


async def _changed(tx: Tx, ticket: Ticket, cause: str) -> dict[str, list[Plain]]:
    """What the fields had, one value after the other, that are no longer as they were before the cause.

    Raises WrongState where one of them has changed since.
    """
    entries = await tx.scalars(
        select(HistoryEntry)
        .where(
            HistoryEntry.ticket_id == ticket.id,
            HistoryEntry.cause == cause,
            or_(HistoryEntry.field.in_(_UNDONE), HistoryEntry.field.startswith(_OWN, autoescape=True)),
        )
        .order_by(HistoryEntry.ticket_version, HistoryEntry.id)
    )
    had: dict[str, list[Plain]] = {}
    last: dict[str, HistoryEntry] = {}
    for entry in entries:
        had.setdefault(entry.field, []).append(entry.old_value)
        last[entry.field] = entry
    changed = {field: values for field, values in had.items() if last[field].new_value != values[0]}
    if not changed:
        return changed
    later = await tx.execute(
        select(HistoryEntry.field, HistoryEntry.ticket_version).where(
            HistoryEntry.ticket_id == ticket.id,
            HistoryEntry.field.in_(changed),
            HistoryEntry.ticket_version > min(last[field].ticket_version for field in changed),
        )
    )
    since = sorted({field for field, version in later if version > last[field].ticket_version})
    if since:
        raise WrongState("CHANGED_SINCE", f"Has changed since: {', '.join(since)}.")
    return changed


async def _way_back(tx: Tx, configuration: Configuration, ticket: Ticket, states: list[str]) -> str:
    """The first of the states that a move leads to: an assignment may have moved the ticket first, which nothing moves back.

    A ticket whose work the job ended is worked again where no move leads to its very state, as from resolved to new.
    """
    rules = await rules_of(tx, configuration, ticket)
    legal = [move.to for move in moves_for(rules, ticket.state, mover_of(configuration, ticket))]
    found = next((state for state in states if state in legal), None)
    before = rules.states.get(states[0])
    ended = ticket.state_category not in OPEN_CATEGORIES
    if found is None and ended and before is not None and before.category in OPEN_CATEGORIES:
        found = next((state for state in legal if rules.category(state) == "active"), None)
    return found or states[0]


def _edits(configuration: Configuration, ticket: Ticket, before: Mapping[str, Plain]) -> Edits:
    values: dict[str, object] = {name: before[name] or "" for name in _TEXTS & before.keys()}
    values |= {name: before[name] or [] for name in _LISTS & before.keys()}
    values |= {name: str(_id(before[name]) or "") for name in _REFERENCES & before.keys()}
    own = {name.removeprefix(_OWN): value for name, value in before.items() if name.startswith(_OWN)}
    if own:
        values["fields"] = own
    if "parent_id" in before:
        values["parent_id"] = before["parent_id"] or ""
    if "remind_at" in before:
        moment = before["remind_at"]
        values["remind_at"] = datetime.fromisoformat(moment) if isinstance(moment, str) else None
    if "priority" in before:
        values |= _priority(configuration, ticket, before)
    names = frozenset(values)
    if "description" in before:
        names |= {"description"}
        values["description"] = before["description"] or ""
        values["description_format"] = before.get("description_format") or ticket.description_format
    return Edits(names, **values)  # type: ignore[arg-type]  # its own fields, as history keeps them


def _priority(configuration: Configuration, ticket: Ticket, before: Mapping[str, Plain]) -> dict[str, object]:
    """The priority that was set by hand; none where the one before is what impact and urgency make of it."""
    impact, urgency = (str(before.get(name) or getattr(ticket, name)) for name in ("impact", "urgency"))
    if before["priority"] != priority_of(configuration.matrix, impact, urgency):
        return {"priority": before["priority"]}
    return {"priority": ""} if ticket.priority_by_hand else {}


def _id(reference: Plain) -> UUID | None:
    return UUID(str(reference["id"])) if isinstance(reference, dict) else None
