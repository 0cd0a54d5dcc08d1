"""Tickets with the names of what they refer to, one statement for any number of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.db import Tx
from tickets.db.configuration import Process, Queue
from tickets.db.directory import Organization, Person
from tickets.db.tickets import Ticket
from tickets.domain.references import Reference


class Clock(NamedTuple):
    """What is shown of a row of ticket_clocks."""

    id: UUID
    name: str
    state: str
    kind: str
    policy: str
    target: str
    breached: bool
    started_at: datetime
    due_at: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None


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
    merged_into: Reference | None = None
    watchers: Sequence[Reference] = ()
    clocks: Sequence[Clock] = ()


@dataclass(slots=True)
class Related:
    """What some tickets refer to."""

    names: dict[UUID, Reference] = field(default_factory=dict)
    watchers: dict[UUID, list[Reference]] = field(default_factory=dict)
    clocks: dict[UUID, list[Clock]] = field(default_factory=dict)

    def named(self, id: UUID | None) -> Reference | None:  # noqa: A002 (the word of the domain)
        """The reference of an id; by id alone where nothing is known of it."""
        if id is None:
            return None
        return self.names.get(id) or Reference(id, "", "")


# Row security binds each part to the tenant; ids of version 7 make a clash of kinds impossible. What is asked together
# comes in one round trip, which costs more than the empty columns.
_RELATED = """
SELECT NULL::uuid AS ticket_id, 'name' AS what, id, name, email AS key, NULL AS state, NULL AS kind, NULL AS policy,
       NULL AS target, NULL::boolean AS breached, NULL::timestamptz AS started_at, NULL::timestamptz AS due_at,
       NULL::timestamptz AS paused_at, NULL::timestamptz AS stopped_at
  FROM people WHERE id = ANY($1)
UNION ALL
SELECT NULL, 'name', id, name, slug, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM teams WHERE id = ANY($2)
UNION ALL
SELECT NULL, 'name', id, name, slug, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM organizations WHERE id = ANY($3)
UNION ALL
SELECT NULL, 'name', id, title, number, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM tickets WHERE id = ANY($5)
UNION ALL
SELECT w.ticket_id, 'watcher', w.person_id, coalesce(p.name, ''), coalesce(p.email, ''),
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM ticket_watchers w LEFT JOIN people p ON p.tenant_id = w.tenant_id AND p.id = w.person_id
 WHERE w.ticket_id = ANY($4)
UNION ALL
SELECT ticket_id, 'clock', id, name, '', state, kind, policy, target, breached, started_at, due_at, paused_at, stopped_at
  FROM ticket_clocks WHERE ticket_id = ANY($4) AND state <> 'removed'
ORDER BY what, started_at, key, name, id
"""


async def load_related(tx: Tx, tickets: Sequence[Ticket]) -> Related:
    """What the tickets refer to, in one statement."""
    related = Related()
    if not tickets:
        return related
    people = {ticket.requester_id for ticket in tickets} | {ticket.assignee_id for ticket in tickets}
    connection = await tx.raw()
    rows = await connection.fetch(
        _RELATED,
        _present(people),
        _present(ticket.team_id for ticket in tickets),
        _present(ticket.organization_id for ticket in tickets),
        [ticket.id for ticket in tickets],
        _present(ticket.merged_into_id for ticket in tickets),
    )
    for ticket_id, what, id_, name, key, *clock in rows:
        if what == "clock":
            related.clocks.setdefault(ticket_id, []).append(Clock(id_, name, *clock))
        elif what == "watcher":
            related.watchers.setdefault(ticket_id, []).append(Reference(id_, key, name))
        else:
            related.names[id_] = Reference(id_, key, name)
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
        merged_into=related.named(ticket.merged_into_id),
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
