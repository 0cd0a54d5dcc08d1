"""Links between tickets: made and taken off with a trace on both."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import false, func, or_, select

from chassis.db import Tx
from chassis.errors import AlreadyExists, FieldError, InvalidInput, NotFound, WrongState
from chassis.ids import is_id
from chassis.paging import Keyset, Page, Value
from tickets.app.access import may_read, number_seen, readable_parts, readable_ticket, require_on
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.creating import UPDATE
from tickets.app.recording import record_change
from tickets.db.links import TicketLink, edges_from, links_of, lock_structure, lock_tickets
from tickets.db.tickets import Ticket
from tickets.domain.changes import Change
from tickets.domain.links import WORDS, LinkKind, kind_of, type_problem, way
from tickets.domain.occasion import Occasion
from tickets.publish import events

MAX_LINKS = 500
"""Of one ticket."""


@dataclass(frozen=True, slots=True)
class SeenLink:
    """A link as the ticket at one end sees it; `other` is the ticket at the other end."""

    link: TicketLink
    word: str
    other: Ticket


async def add_link(tx: Tx, *, configuration: Configuration, ticket: str, word: str, other: str) -> SeenLink:
    """Links a ticket to another one. Publishes TicketUpdated of both.

    Raises NotFound, Forbidden, InvalidInput (no such type, no such ticket, the ticket itself, other types of tickets,
    a cycle with its path), AlreadyExists, WrongState where a ticket has too many links.
    """
    here = await readable_ticket(tx, configuration, ticket)
    require_on(here, configuration, UPDATE)
    problems = Problems()
    if word not in WORDS:
        problems.add("type", f"must be one of: {', '.join(WORDS)}")
    there = await _other(tx, configuration, here, other, problems)
    problems.raise_any()
    assert there is not None  # a problem otherwise
    kind, inverted = kind_of(word)
    await lock_structure(tx)
    locked = await lock_tickets(tx, (here.id, there.id))
    here, there = locked[here.id], locked[there.id]
    source, target = (there, here) if inverted else (here, there)
    if not kind.directed:
        source, target = sorted((here, there), key=lambda one: one.id)
    if problem := type_problem(kind, source.type, target.type):
        raise InvalidInput([FieldError("type", problem)])
    await _require_new(tx, kind, source, target)
    await _require_no_cycle(tx, configuration, kind, source, target)
    link = await connect(tx, configuration=configuration, kind=kind, source=source, target=target)
    return SeenLink(link, word, there)


async def connect(
    tx: Tx,
    *,
    configuration: Configuration,
    kind: LinkKind,
    source: Ticket,
    target: Ticket,
    occasion: Occasion | None = None,
) -> TicketLink:
    """Links two locked tickets, whoever asks: the caller has checked. Publishes TicketUpdated of both."""
    link = TicketLink(kind=kind.name, source_id=source.id, target_id=target.id)
    tx.add(link)
    occasion = occasion or occasion_of()
    for ticket, word, other in ((source, kind.name, target), (target, kind.inverse, source)):
        await _tell(tx, configuration, ticket, Change("links", None, _told(word, other)), occasion)
    return link


async def remove_link(tx: Tx, *, configuration: Configuration, ticket: str, link_id: str) -> None:
    """Takes a link off. Publishes TicketUpdated of both tickets. Raises NotFound, Forbidden."""
    here = await readable_ticket(tx, configuration, ticket)
    require_on(here, configuration, UPDATE)
    link = await tx.get(TicketLink, UUID(link_id)) if is_id(link_id) else None
    if link is None or here.id not in (link.source_id, link.target_id):
        raise NotFound("link")
    await lock_structure(tx)
    locked = await lock_tickets(tx, (link.source_id, link.target_id))
    source, target = locked[link.source_id], locked[link.target_id]
    if not await may_read(tx, target if here.id == source.id else source, configuration):
        raise NotFound("link")
    kind, _ = kind_of(link.kind)
    await tx.session.delete(link)
    occasion = occasion_of()
    for one, word, other in ((source, kind.name, target), (target, kind.inverse, source)):
        change = Change("links", _told(word, other), None)
        await _tell(tx, configuration, one, change, occasion)


async def list_links(
    tx: Tx, *, configuration: Configuration, ticket: str, page: Page
) -> tuple[list[SeenLink], str]:
    """A page of a ticket's links to tickets that the caller sees, oldest first, and the token of the next page."""
    found = await readable_ticket(tx, configuration, ticket)
    keyset = Keyset([(TicketLink.id, False)], str(found.id))
    seen = [part.condition for part in readable_parts(configuration)]
    statement = links_of(found.id).where(or_(*seen) if seen else false())
    rows = (await tx.execute(keyset.select(statement, page))).all()
    links = []
    for link, other in rows:
        kind, _ = kind_of(link.kind)
        links.append(SeenLink(link, kind.name if link.source_id == found.id else kind.inverse, other))

    def values(seen_link: SeenLink) -> Sequence[Value]:
        return [seen_link.link.id]

    return keyset.cut(links, page, values)


async def _other(
    tx: Tx, configuration: Configuration, here: Ticket, reference: str, problems: Problems
) -> Ticket | None:
    try:
        there = await readable_ticket(tx, configuration, reference)
    except NotFound:
        problems.add("ticket", "there is no such ticket")
        return None
    if there.id == here.id:
        problems.add("ticket", "must be another ticket")
    return there


async def _require_new(tx: Tx, kind: LinkKind, source: Ticket, target: Ticket) -> None:
    known = await tx.scalar(
        select(TicketLink.id).where(
            TicketLink.kind == kind.name, TicketLink.source_id == source.id, TicketLink.target_id == target.id
        )
    )
    if known is not None:
        raise AlreadyExists("The tickets are linked so already.", reason="LINK_EXISTS")
    for ticket in (source, target):
        count = await tx.scalar(select(func.count()).select_from(links_of(ticket.id).subquery()))
        if (count or 0) >= MAX_LINKS:
            raise WrongState("TOO_MANY_LINKS", f"{ticket.number} has {MAX_LINKS} links already.")


async def _require_no_cycle(
    tx: Tx, configuration: Configuration, kind: LinkKind, source: Ticket, target: Ticket
) -> None:
    if not kind.directed:
        return
    path = way(await edges_from(tx, target.id, kind.name), target.id, source.id)
    if path:
        named = await _named_way(tx, configuration, [source.id, *path])
        raise InvalidInput([FieldError("ticket", f"would close a cycle of {kind.name}: {named}")])


async def _named_way(tx: Tx, configuration: Configuration, ids: Sequence[UUID]) -> str:
    """The numbers of tickets in a row, those that the caller does not see as "…"."""
    rows = await tx.scalars(select(Ticket).where(Ticket.id.in_(ids)))
    numbers = {ticket.id: await number_seen(tx, configuration, ticket) for ticket in rows}
    return " → ".join(numbers[id_] for id_ in ids)


def _told(word: str, other: Ticket) -> dict[str, str]:
    return {"type": word, "id": str(other.id), "key": other.number, "name": other.title}


async def _tell(
    tx: Tx, configuration: Configuration, ticket: Ticket, change: Change, occasion: Occasion
) -> None:
    """Not for requesters: the other ticket may be none of theirs."""
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=ticket,
        occasion=occasion,
        action="link_added" if change.old is None else "link_removed",
        changes=[change],
        public=False,
    )
    events.ticket_updated(tx, view, [change], occasion)
