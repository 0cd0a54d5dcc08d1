"""People who are told of a ticket and may read and comment on it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import Forbidden, NotFound
from tickets.app.access import is_requester, may_on, readable_ticket
from tickets.app.actors import occasion_of
from tickets.app.configuration import Configuration
from tickets.app.creating import UPDATE
from tickets.app.directory import find_person, reference_to, require_person
from tickets.app.recording import record_change, view_ticket
from tickets.db.tickets import Ticket, TicketWatcher
from tickets.db.views import TicketView
from tickets.domain.changes import Change, described
from tickets.domain.fields import ON_BEHALF_OF, beneficiary_in
from tickets.domain.references import Reference
from tickets.publish import events


async def add_watcher(tx: Tx, *, configuration: Configuration, ticket: str, person: str) -> TicketView:
    """Has the person watch the ticket; a second time changes nothing. Publishes TicketUpdated.

    Agents add anybody, the requester colleagues. Raises NotFound, Forbidden, InvalidInput.
    """
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    if not is_requester(found) and not may_on(found, configuration, UPDATE):
        raise Forbidden("Only agents and the requester choose who watches a ticket.")
    watcher = await require_person(tx, person, "person")
    if not await _watch(tx, found, watcher.id):
        return await view_ticket(tx, configuration, found)
    change = Change("watchers", None, described(reference_to(watcher)))
    return await _tell(tx, configuration, found, "watcher_added", change)


async def remove_watcher(tx: Tx, *, configuration: Configuration, ticket: str, person: str) -> TicketView:
    """Ends the watching. Publishes TicketUpdated.

    Agents and the requester remove anybody, watchers themselves. Raises NotFound also where the person does not
    watch it, Forbidden.
    """
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    watcher = await find_person(tx, person)
    if watcher is None:
        raise NotFound("watcher")
    himself = watcher.id == current_caller().user_id
    if not himself and not is_requester(found) and not may_on(found, configuration, UPDATE):
        raise Forbidden("Only agents and the requester choose who watches a ticket.")
    if not await _unwatch(tx, found, watcher.id):
        raise NotFound("watcher")
    change = Change("watchers", described(reference_to(watcher)), None)
    return await _tell(tx, configuration, found, "watcher_removed", change)


async def watch_on_behalf(
    tx: Tx, *, configuration: Configuration, ticket: Ticket, changes: Sequence[Change]
) -> list[Change]:
    """Has whom the ticket is for now watch it, and whom it was for no longer; gives what that changes.

    :param changes: what has changed of the ticket.
    """
    followed: list[Change] = []
    for change in changes:
        if change.field != f"fields.{ON_BEHALF_OF}":
            continue
        was = await _beneficiary(tx, configuration, change.old)
        now = await _beneficiary(tx, configuration, change.new)
        if was is not None and await _unwatch(tx, ticket, was.id):
            followed.append(Change("watchers", described(was), None))
        if now is not None and now.id != ticket.requester_id and await _watch(tx, ticket, now.id):
            followed.append(Change("watchers", None, described(now)))
    return followed


async def _beneficiary(tx: Tx, configuration: Configuration, value: object) -> Reference | None:
    key = beneficiary_in(configuration.fields, {ON_BEHALF_OF: value})
    person = None if key is None else await find_person(tx, key)
    return None if person is None else reference_to(person)


async def _watch(tx: Tx, ticket: Ticket, person_id: UUID) -> bool:
    """Whether the person did not watch it yet."""
    added = await tx.execute(
        insert(TicketWatcher)
        .values(tenant_id=tx.tenant_id, ticket_id=ticket.id, person_id=person_id)
        .on_conflict_do_nothing()
        .returning(TicketWatcher.person_id)
    )
    return added.first() is not None


async def _unwatch(tx: Tx, ticket: Ticket, person_id: UUID) -> bool:
    """Whether the person did watch it."""
    removed = await tx.execute(
        delete(TicketWatcher)
        .where(TicketWatcher.ticket_id == ticket.id, TicketWatcher.person_id == person_id)
        .returning(TicketWatcher.person_id)
    )
    return removed.first() is not None


async def _tell(
    tx: Tx, configuration: Configuration, ticket: Ticket, action: str, change: Change
) -> TicketView:
    occasion = occasion_of()
    view = await record_change(
        tx, configuration=configuration, ticket=ticket, occasion=occasion, action=action, changes=[change]
    )
    events.ticket_updated(tx, view, [change], occasion)
    return view
