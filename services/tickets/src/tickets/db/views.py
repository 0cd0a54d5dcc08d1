"""Tickets with the names of what they refer to, two statements for any number of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis.db import Tx
from tickets.db.configuration import Process, Queue
from tickets.db.directory import Organization, Person
from tickets.db.tickets import Ticket, TicketClock
from tickets.domain.references import Reference


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket and what it refers to. A person whose copy has not come yet is named by id alone."""

    ticket: Ticket
    process: Process
    queue: Queue
    team: Reference | None = None
    assignee: Reference | None = None
    requester: Reference | None = None
    organization: Reference | None = None
    watchers: Sequence[Reference] = ()
    clocks: Sequence[TicketClock] = ()


@dataclass(slots=True)
class Related:
    """What some tickets refer to."""

    names: dict[UUID, Reference] = field(default_factory=dict)
    watchers: dict[UUID, list[Reference]] = field(default_factory=dict)
    clocks: dict[UUID, list[TicketClock]] = field(default_factory=dict)

    def named(self, id: UUID | None) -> Reference | None:  # noqa: A002 (the word of the domain)
        """The reference of an id; by id alone where nothing is known of it."""
        if id is None:
            return None
        return self.names.get(id) or Reference(id, "", "")


# Row security binds each part to the tenant; ids of version 7 make a clash of kinds impossible.
_RELATED = """
SELECT 'name' AS kind, id, email AS key, name, NULL::uuid AS ticket_id FROM people WHERE id = ANY($1)
UNION ALL
SELECT 'name', id, slug, name, NULL FROM teams WHERE id = ANY($2)
UNION ALL
SELECT 'name', id, slug, name, NULL FROM organizations WHERE id = ANY($3)
UNION ALL
SELECT 'watcher', w.person_id, coalesce(p.email, ''), coalesce(p.name, ''), w.ticket_id
  FROM ticket_watchers w LEFT JOIN people p ON p.tenant_id = w.tenant_id AND p.id = w.person_id
 WHERE w.ticket_id = ANY($4)
ORDER BY 1, 3, 2
"""

_CLOCKS = """
SELECT id, ticket_id, name, state, kind, policy, target, breached, started_at, due_at, paused_at, stopped_at
FROM ticket_clocks WHERE ticket_id = ANY($1) AND state <> 'removed' ORDER BY started_at, name, id
"""


async def load_related(tx: Tx, tickets: Sequence[Ticket]) -> Related:
    """What the tickets refer to, in two statements."""
    related = Related()
    if not tickets:
        return related
    people = {ticket.requester_id for ticket in tickets} | {ticket.assignee_id for ticket in tickets}
    ids = [ticket.id for ticket in tickets]
    await tx.flush()
    connection = await tx.raw()
    rows = await connection.fetch(
        _RELATED,
        _present(people),
        _present(ticket.team_id for ticket in tickets),
        _present(ticket.organization_id for ticket in tickets),
        ids,
    )
    for row in rows:
        reference = Reference(row["id"], row["key"], row["name"])
        if row["kind"] == "name":
            related.names[reference.id] = reference
        else:
            related.watchers.setdefault(row["ticket_id"], []).append(reference)
    for row in await connection.fetch(_CLOCKS, ids):
        clock = TicketClock(**dict(row))
        related.clocks.setdefault(clock.ticket_id, []).append(clock)
    return related


def view_of(ticket: Ticket, process: Process, queue: Queue, related: Related) -> TicketView:
    """The ticket with what was loaded for it."""
    return TicketView(
        ticket=ticket,
        process=process,
        queue=queue,
        team=related.named(ticket.team_id),
        assignee=related.named(ticket.assignee_id),
        requester=related.named(ticket.requester_id),
        organization=related.named(ticket.organization_id),
        watchers=related.watchers.get(ticket.id, []),
        clocks=related.clocks.get(ticket.id, []),
    )


async def person_named(tx: Tx, id: UUID | None) -> Reference | None:  # noqa: A002 (the word of the domain)
    """The reference of a person; by id alone where the copy has not come yet."""
    if id is None:
        return None
    person = await tx.get(Person, id)
    return Reference(id, "", "") if person is None else Reference(id, person.email, person.name)


async def organization_named(tx: Tx, id: UUID | None) -> Reference | None:  # noqa: A002 (the word of the domain)
    """The reference of an organisation; by id alone where the copy has not come yet."""
    if id is None:
        return None
    organization = await tx.get(Organization, id)
    if organization is None:
        return Reference(id, "", "")
    return Reference(id, organization.slug, organization.name)


def _present(ids: Iterable[UUID | None]) -> list[UUID]:
    return sorted({one for one in ids if one is not None})
