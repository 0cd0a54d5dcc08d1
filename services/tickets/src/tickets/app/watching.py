"""People who are told of a ticket and may read and comment on it."""

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
from tickets.publish import events


async def add_watcher(tx: Tx, *, configuration: Configuration, ticket: str, person: str) -> TicketView:
    """Has the person watch the ticket; a second time changes nothing. Publishes TicketUpdated.

    Agents add anybody, the requester colleagues. Raises NotFound, Forbidden, InvalidInput.
    """
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    if not is_requester(found) and not may_on(found, configuration, UPDATE):
        raise Forbidden("Only agents and the requester choose who watches a ticket.")
    watcher = await require_person(tx, person, "person")
    added = await tx.execute(
        insert(TicketWatcher)
        .values(tenant_id=tx.tenant_id, ticket_id=found.id, person_id=watcher.id)
        .on_conflict_do_nothing()
        .returning(TicketWatcher.person_id)
    )
    if added.first() is None:
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
    removed = await tx.execute(
        delete(TicketWatcher)
        .where(TicketWatcher.ticket_id == found.id, TicketWatcher.person_id == watcher.id)
        .returning(TicketWatcher.person_id)
    )
    if removed.first() is None:
        raise NotFound("watcher")
    change = Change("watchers", described(reference_to(watcher)), None)
    return await _tell(tx, configuration, found, "watcher_removed", change)


async def _tell(
    tx: Tx, configuration: Configuration, ticket: Ticket, action: str, change: Change
) -> TicketView:
    occasion = occasion_of()
    view = await record_change(
        tx, configuration=configuration, ticket=ticket, occasion=occasion, action=action, changes=[change]
    )
    events.ticket_updated(tx, view, [change], occasion)
    return view
