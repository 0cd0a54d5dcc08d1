"""Merging tickets, and undoing it.

What is on a merged ticket stays on it and is shown on the other one too: so an undo has nothing to carry back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput, NotFound, WrongState
from tickets.app.access import may_read, number_seen, readable_ticket, require_on
from tickets.app.actors import occasion_of
from tickets.app.configuration import Configuration
from tickets.app.creating import UPDATE
from tickets.app.moving import move_ticket, rules_of
from tickets.app.recording import record_change
from tickets.db.links import lock_structure, lock_tickets
from tickets.db.merges import TicketMerge, merge_of, merged_into
from tickets.db.structure import open_children
from tickets.db.tickets import Ticket, TicketWatcher
from tickets.db.views import TicketView, load_related
from tickets.domain.changes import Change
from tickets.domain.merging import MAX_MERGED, merged_state, source_problem, target_problem
from tickets.domain.occasion import Occasion
from tickets.publish import events

BY_MERGE = "merge"
"""The rule by which a merged ticket ends, and goes on after an undo."""


@dataclass(frozen=True, slots=True)
class Merging:
    """Tickets to be merged into `ticket`, ids or numbers."""

    ticket: str
    merged: Sequence[str]
    expected_version: int | None = None


async def merge_tickets(tx: Tx, *, configuration: Configuration, merging: Merging) -> TicketView:
    """Merges tickets into one, all or none. Those end; their requesters and watchers watch it.

    Publishes TicketUpdated of all, TicketStateChanged of the merged. Raises NotFound, Forbidden, Stale, InvalidInput
    for tickets that are not there or the ticket itself, WrongState where one is at its end or has to do with a merge.
    """
    references = list(dict.fromkeys(merging.merged))
    if not 1 <= len(references) <= MAX_MERGED:
        raise InvalidInput([FieldError("ticket_ids", f"must be 1 to {MAX_MERGED} tickets")])
    await lock_structure(tx)
    target = await readable_ticket(
        tx, configuration, merging.ticket, expected_version=merging.expected_version
    )
    require_on(target, configuration, UPDATE)
    sources = await _sources(tx, configuration, target, references)
    locked = await lock_tickets(tx, [target.id, *sources])
    target = locked[target.id]
    merged = target.merged_into_id is not None
    if problem := target_problem(target.number, target.state_category, merged=merged):
        raise WrongState("MERGE_TARGET", problem)
    occasion = occasion_of(rule=BY_MERGE)
    changes = []
    for source_id in sources:
        changes += await _merge(tx, configuration, locked[source_id], target, occasion)
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=target,
        occasion=occasion,
        action="merged",
        changes=changes,
        public=False,
    )
    events.ticket_updated(tx, view, changes, occasion)
    return view


async def unmerge_ticket(tx: Tx, *, configuration: Configuration, ticket: str, merged: str) -> TicketView:
    """Undoes a merge: the merged ticket has its state again, and those who watched because of it do so no more.

    What was said on the other ticket meanwhile stays there. Publishes TicketUpdated of both, TicketStateChanged.
    Raises NotFound also where the ticket is not merged into the other one, Forbidden.
    """
    await lock_structure(tx)
    target = await readable_ticket(tx, configuration, ticket)
    source = await readable_ticket(tx, configuration, merged)
    for one in (target, source):
        require_on(one, configuration, UPDATE)
    merge = await merge_of(tx, source.id)
    if merge is None or merge.target_id != target.id:
        raise NotFound("merge")
    locked = await lock_tickets(tx, (target.id, source.id))
    target, source = locked[target.id], locked[source.id]
    merge.undone_at = datetime.now(UTC)
    await tx.execute(
        delete(TicketWatcher).where(
            TicketWatcher.ticket_id == target.id,
            TicketWatcher.person_id.in_([UUID(one) for one in merge.added_watchers]),
        )
    )
    source.merged_into_id = None
    occasion = occasion_of(rule=BY_MERGE)
    changes = {
        source.id: [Change("merged_into", _told(target), None)],
        target.id: [Change("merged_tickets", _told(source), None)],
    }
    for one in (target, source):
        view = await record_change(
            tx,
            configuration=configuration,
            ticket=one,
            occasion=occasion,
            action="merge_undone",
            changes=changes[one.id],
            public=one.id == source.id,
        )
        events.ticket_updated(tx, view, changes[one.id], occasion)
    rules = await rules_of(tx, configuration, source)
    state = merge.old_state if merge.old_state in rules.states else rules.initial
    return await move_ticket(tx, configuration=configuration, ticket=source, to=state, occasion=occasion)


async def tickets_shown_on(tx: Tx, configuration: Configuration, ticket: Ticket) -> list[Ticket]:
    """The ticket and those merged into it that the caller may read: what is on them is shown together."""
    merged = await merged_into(tx, ticket.id)
    return [ticket, *[one for one in merged if await may_read(tx, one, configuration)]]


async def _sources(
    tx: Tx, configuration: Configuration, target: Ticket, references: Sequence[str]
) -> list[UUID]:
    problems = []
    found: dict[UUID, None] = {}
    for place, reference in enumerate(references):
        try:
            source = await readable_ticket(tx, configuration, reference)
        except NotFound:
            problems.append(FieldError(f"ticket_ids[{place}]", "there is no such ticket"))
            continue
        if source.id == target.id:
            problems.append(FieldError(f"ticket_ids[{place}]", "must be another ticket"))
            continue
        require_on(source, configuration, UPDATE)
        found[source.id] = None
    if problems:
        raise InvalidInput(problems)
    return list(found)


async def _merge(
    tx: Tx, configuration: Configuration, source: Ticket, target: Ticket, occasion: Occasion
) -> list[Change]:
    """Merges one locked ticket; gives what changed on the target."""
    problem = source_problem(
        source.number,
        source.state_category,
        merged=source.merged_into_id is not None,
        has_merged=bool(await merged_into(tx, source.id)),
        open_children=[
            await number_seen(tx, configuration, child) for child in await open_children(tx, source.id)
        ],
    )
    if problem:
        raise WrongState("MERGE_SOURCE", problem)
    end = merged_state(await rules_of(tx, configuration, source))
    if end is None:
        raise WrongState("MERGE_SOURCE", f"The workflow of {source.number} has no end.")
    added = await _add_watchers(tx, source, target)
    tx.add(
        TicketMerge(
            source_id=source.id,
            target_id=target.id,
            old_state=source.state,
            added_watchers=added,
            undone_at=None,
        )
    )
    source.merged_into_id = target.id
    changes = [Change("merged_into", None, _told(target))]
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=source,
        occasion=occasion,
        action="merged",
        changes=changes,
    )
    events.ticket_updated(tx, view, changes, occasion)
    await move_ticket(tx, configuration=configuration, ticket=source, to=end, occasion=occasion)
    told = [Change("merged_tickets", None, _told(source))]
    return told + ([Change("watchers", None, added)] if added else [])


async def _add_watchers(tx: Tx, source: Ticket, target: Ticket) -> list[str]:
    """Has the people of one ticket watch the other; gives the ids of those who did not yet."""
    related = await load_related(tx, [source])
    people = {watcher.id for watcher in related.watchers.get(source.id, [])} | {source.requester_id}
    people -= {None, target.requester_id}
    if not people:
        return []
    added = await tx.scalars(
        insert(TicketWatcher)
        .values([{"tenant_id": tx.tenant_id, "ticket_id": target.id, "person_id": one} for one in people])
        .on_conflict_do_nothing()
        .returning(TicketWatcher.person_id)
    )
    return sorted(map(str, added))


def _told(ticket: Ticket) -> dict[str, str]:
    return {"id": str(ticket.id), "key": ticket.number, "name": ticket.title}
