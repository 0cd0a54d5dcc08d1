"""Who might get tickets of a queue, and what the tickets ask for, read from the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, cast, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis import filters
from chassis.db import Tx
from chassis.errors import BadRequest
from chassis.filters import TypedNode, evaluate
from chassis.filters.evaluate import Values
from chassis.ids import is_id
from tickets.app.configuration import Configuration
from tickets.app.facts import ticket_values
from tickets.app.listing import field_table
from tickets.app.recording import view_tickets
from tickets.app.routing_settings import RoutingSettings
from tickets.app.standing_in import may_work
from tickets.db.automation import FocusMode
from tickets.db.configuration import Queue
from tickets.db.directory import Person
from tickets.db.routing import AgentTurn, claim_agents, in_hand, last_contacts
from tickets.db.tickets import Ticket
from tickets.domain.routing import Candidate, Need
from tickets.domain.work_profiles import (
    WorkProfile,
    absence_at,
    is_on_shift,
    next_shift,
    stored_profile,
)

_IN_A_TEAM = Person.team_ids != literal_column("'{}'::uuid[]")
"""What the index of people in teams has as its condition."""


@dataclass(frozen=True, slots=True)
class RoutedQueue:
    """A queue that gives out its tickets, and how."""

    configuration: Configuration
    queue: Queue
    settings: RoutingSettings


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates of some teams."""

    candidates: Sequence[Candidate]
    next_at: datetime | None
    """When the first of those who are away now comes back; None where that cannot be said."""


async def load_pool(
    tx: Tx, routed: RoutedQueue, *, teams: Collection[UUID], now: datetime, claimed: bool
) -> Pool:
    """The active people of the teams, as of now (aware).

    :param claimed: whether they are locked, so that nobody else gives them a ticket until the transaction ends.
    """
    wanted = cast(sorted(teams), ARRAY(Uuid))
    found = await tx.scalars(
        select(Person).where(Person.active, _IN_A_TEAM, Person.team_ids.overlap(wanted)).order_by(Person.id)
    )
    people = {person.id: person for person in found}
    turns = await claim_agents(tx, people) if claimed else await _turns(tx, people)
    # Counted only now that nobody else can give them one.
    loads = await in_hand(tx, people, waiting_counts=routed.settings.waiting_counts)
    caps = await _focused(tx, people)
    queue, settings = routed.queue, routed.settings
    process = routed.configuration.processes[queue.process_id]
    candidates, comings = [], []
    for person in people.values():
        profile = stored_profile(person.work_profile)
        absence = absence_at(profile, now)
        turn = turns.get(person.id)
        on_shift = is_on_shift(profile, now)
        substitute = absence.substitute if absence is not None else ""
        most = settings.max_open if profile.max_open is None else profile.max_open
        candidates.append(
            Candidate(
                id=person.id,
                name=person.name,
                email=person.email,
                team_ids=frozenset(person.team_ids),
                may_work=may_work(person, routed.configuration, process, queue),
                on_shift=on_shift,
                absent_until=None if absence is None else absence.end,
                substitute=UUID(substitute) if is_id(substitute) else None,
                skills=profile.skills,
                languages=[person.language, *profile.languages],
                open=loads.get(person.id, 0),
                max_open=min(most, caps.get(person.id, most)),
                routed_at=None if turn is None else turn.routed_at,
            )
        )
        if not on_shift or absence is not None:
            comings.append(_coming(profile, now))
    return Pool(candidates, min((one for one in comings if one is not None), default=None))


def _coming(profile: WorkProfile, now: datetime) -> datetime | None:
    """When somebody who is away may be back: as their absence ends, or as their next shift begins."""
    absence = absence_at(profile, now)
    return next_shift(profile, now) if absence is None else absence.end


async def _turns(tx: Tx, people: Collection[UUID]) -> dict[UUID, AgentTurn]:
    turns = await tx.scalars(select(AgentTurn).where(AgentTurn.person_id.in_(people)))
    return {turn.person_id: turn for turn in turns}


async def _focused(tx: Tx, people: Collection[UUID]) -> dict[UUID, int]:
    """How many tickets those of the people take who are in focus mode."""
    modes = await tx.scalars(select(FocusMode).where(FocusMode.id.in_(people), FocusMode.enabled))
    return {mode.id: mode.max_open for mode in modes}


async def needs_of(tx: Tx, routed: RoutedQueue, tickets: Sequence[Ticket]) -> list[tuple[Ticket, Need]]:
    """What each ticket asks of who works it."""
    configuration, settings = routed.configuration, routed.settings
    contacts: Mapping[UUID, UUID] = {}
    if "last_contact" in settings.strategies:
        contacts = await last_contacts(tx, [ticket.id for ticket in tickets])
    requesters = {ticket.requester_id for ticket in tickets if ticket.requester_id is not None}
    rows = await tx.execute(select(Person.id, Person.language).where(Person.id.in_(requesters)))
    spoken = {row.id: row.language for row in rows}
    conditions = [_condition(configuration, one.when) for one in settings.skills]
    values: Sequence[Values] = [{}] * len(tickets)
    if any(conditions):
        values = [ticket_values(view) for view in await view_tickets(tx, configuration, tickets)]
    needs = []
    for ticket, said in zip(tickets, values, strict=True):
        skills: dict[str, int] = {}
        for one, condition in zip(settings.skills, conditions, strict=True):
            if evaluate(condition, said):
                skills[one.skill] = max(one.level, skills.get(one.skill, 0))
        language = _language(ticket, spoken)
        team_id = ticket.team_id or routed.queue.team_id
        needs.append((ticket, Need(team_id, skills, language, contacts.get(ticket.id))))
    return needs


def _language(ticket: Ticket, spoken: Mapping[UUID, str]) -> str:
    """That of the requester; where they have none, that of what they wrote."""
    own = "" if ticket.requester_id is None else spoken.get(ticket.requester_id, "")
    return own or ticket.language


def _condition(configuration: Configuration, text: str) -> TypedNode | None:
    """A condition that was checked when it was saved; where its fields are gone since, the skill is always needed."""
    try:
        return filters.check(filters.parse(text), field_table(configuration, strict=False))
    except BadRequest:
        return None
