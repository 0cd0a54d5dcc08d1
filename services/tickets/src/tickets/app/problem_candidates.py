"""Problems that incidents point at: found, made in one step, dismissed and recalled."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, false, or_, select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import NotFound
from chassis.search.words import asked_words, forms
from tickets.app.access import readable_parts, require_on
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.creating import UPDATE, NewTicket, check_new, place_ticket, require_create
from tickets.app.directory import require_person
from tickets.app.linking import connect
from tickets.app.making import make_ticket
from tickets.app.opening import Desk
from tickets.app.people import requester_of
from tickets.app.recording import view_ticket
from tickets.db.links import lock_structure, lock_tickets
from tickets.db.problem_candidates import CandidateDismissal, compared_incidents, oldest_compared
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView
from tickets.domain.links import kind_of
from tickets.domain.problem_candidates import Candidate, Incident, candidates
from tickets.domain.texts import MAX_SHORT

MOST_DAYS = 90
MOST_THRESHOLD = 100
MOST_EXAMINED = 10_000
"""The newest tickets of the window are looked at; so the work has a bound however many there are."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which incidents are looked at: made in so many days until now; and how many must have something in common."""

    window_days: int = 28
    threshold: int = 3


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates with the rows of their incidents and the dismissals by key, and how many incidents were looked at."""

    candidates: Sequence[Candidate]
    tickets: Mapping[UUID, Ticket]
    dismissals: Mapping[str, CandidateDismissal]
    examined: int


async def find_candidates(tx: Tx, *, configuration: Configuration, scope: Scope, dismissed: bool) -> Found:
    """What the incidents that the caller reads have in common, as they are now. Raises InvalidInput for a scope out of bounds.

    :param dismissed: whether candidates that were dismissed are among them.
    """
    problems = Problems()
    if not 1 <= scope.window_days <= MOST_DAYS:
        problems.add("window_days", f"must be 1 to {MOST_DAYS}")
    if not 2 <= scope.threshold <= MOST_THRESHOLD:
        problems.add("threshold", f"must be 2 to {MOST_THRESHOLD}")
    problems.raise_any()
    seen = [part.condition for part in readable_parts(configuration) if not part.only_public]
    since = datetime.now(UTC) - timedelta(days=scope.window_days)
    since = await tx.scalar(oldest_compared(since, MOST_EXAMINED)) or since
    statement = compared_incidents(or_(*seen) if seen else false(), since, MOST_EXAMINED)
    tickets = (await tx.scalars(statement)).all()
    found = await asyncio.to_thread(_candidates_among, tickets, configuration.languages, scope.threshold)
    rows = await tx.scalars(
        select(CandidateDismissal).where(CandidateDismissal.key.in_([one.key for one in found]))
    )
    dismissals = {row.key: row for row in rows}
    shown = [one for one in found if dismissed or one.key not in dismissals]
    return Found(shown, {ticket.id: ticket for ticket in tickets}, dismissals, len(tickets))


async def create_problem(
    tx: Tx, *, configuration: Configuration, desk: Desk, key: str, scope: Scope, title: str, description: str
) -> tuple[TicketView, list[UUID]]:
    """Makes a problem of a candidate and links its incidents, all or none; gives the problem and their ids.

    It is about what the incidents have in common, in the process of the newest. Publishes TicketCreated, and TicketUpdated of each.
    Raises NotFound where there is no such candidate (any more), Forbidden, InvalidInput.
    """
    await lock_structure(tx)
    found = await find_candidates(tx, configuration=configuration, scope=scope, dismissed=True)
    candidate = next((one for one in found.candidates if one.key == key), None)
    if candidate is None:
        raise NotFound("problem candidate")
    for one in candidate.incidents:
        require_on(found.tickets[one.id], configuration, UPDATE)
    newest = found.tickets[candidate.incidents[0].id]
    shared = {reason.kind: reason.value for reason in reversed(candidate.reasons)}
    new = NewTicket(
        title=title or newest.title,
        description=description,
        type="problem",
        process=configuration.processes[newest.process_id].slug,
        category=shared.get("category", ""),
        ci_ids=[shared["ci"]] if "ci" in shared else [],
        service_id=shared.get("service", ""),
        requester=await requester_of(tx, await require_person(tx, current_caller().subject, "requester"))
        if current_caller().kind == "user"
        else None,
    )
    placing = place_ticket(configuration, new)
    require_create(placing)
    new = check_new(configuration, new, placing)
    occasion = occasion_of()
    problem = await make_ticket(tx, configuration=configuration, desk=desk, new=new, occasion=occasion)
    kind, _ = kind_of("problem_of")
    locked = await lock_tickets(tx, [one.id for one in candidate.incidents])
    for incident in locked.values():
        await connect(
            tx, configuration=configuration, kind=kind, source=problem, target=incident, occasion=occasion
        )
    await tx.flush()
    return await view_ticket(tx, configuration, problem), list(locked)


async def dismiss_candidate(tx: Tx, *, key: str, reason: str) -> None:
    """Shows a candidate no more; dismissed again, it has the new reason. Raises InvalidInput for a key or reason that cannot be."""
    problems = Problems()
    if len(key) != 32 or not set(key) <= set("0123456789abcdef"):
        problems.add("key", "is no key of a candidate")
    problems.text("reason", reason, limit=MAX_SHORT)
    problems.raise_any()
    row = await tx.scalar(select(CandidateDismissal).where(CandidateDismissal.key == key).with_for_update())
    if row is None:
        row = CandidateDismissal(key=key, reason="", dismissed_by={})
        tx.add(row)
    row.reason, row.dismissed_by = reason.strip(), asdict(occasion_of().actor)
    await tx.flush()


async def recall_candidate(tx: Tx, *, key: str) -> None:
    """Takes a dismissal back. Raises NotFound where there is none."""
    gone = await tx.scalar(
        delete(CandidateDismissal).where(CandidateDismissal.key == key).returning(CandidateDismissal.id)
    )
    if gone is None:
        raise NotFound("dismissal")


def _candidates_among(
    tickets: Sequence[Ticket], languages: tuple[str, ...], threshold: int
) -> list[Candidate]:
    return candidates([_compared(ticket, languages) for ticket in tickets], threshold)


def _compared(ticket: Ticket, languages: tuple[str, ...]) -> Incident:
    return Incident(
        id=ticket.id,
        words=frozenset(_form(word, languages) for word in asked_words(ticket.title) if len(word) > 2),
        category=ticket.category,
        service_id=ticket.service_id,
        organization=str(ticket.organization_id or ""),
        ci_ids=list(ticket.ci_ids),
        created_at=ticket.created_at,
    )


def _form(word: str, languages: tuple[str, ...]) -> str:
    """One form of a word for all its endings: the shortest stem."""
    return min(forms(word, languages), key=lambda form: (len(form), form))
