"""Who decides: the people that a step names, and those who stand in for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import FieldError, Forbidden, InvalidInput
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.directory import find_person, reference_to, require_person
from tickets.db.approvals import ApprovalSubstitute
from tickets.db.directory import Person
from tickets.db.tickets import Ticket
from tickets.db.views import person_named
from tickets.domain.changes import Change, described
from tickets.domain.references import Reference
from tickets.publish import events


@dataclass(frozen=True, slots=True)
class Approver:
    """Who is asked: a person or a team by id or key, or the manager of whoever the ticket is for."""

    kind: Literal["person", "team", "manager"]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Voter:
    """One person with a vote, and why."""

    person: Person
    via: str
    team_id: UUID | None = None


async def voters_of(
    tx: Tx,
    configuration: Configuration,
    ticket: Ticket,
    approvers: Sequence[Approver],
    *,
    problems: Problems,
    path: str,
    own_allowed: bool,
) -> list[Voter]:
    """The people behind the approvers of a step, each once; what cannot be is noted under `path`.

    Unless it is allowed, whoever the ticket is for has no vote: left out of a team, refused by name.
    """
    voters: dict[UUID, Voter] = {}
    for place, approver in enumerate(approvers):
        field = f"{path}[{place}]"
        match approver.kind:
            case "person":
                person = await find_person(tx, approver.key) if approver.key else None
                found, missing = [person] if person else [], "there is no such person"
                team_id = None
            case "manager":
                manager = await manager_of(tx, ticket)
                found, missing = [manager] if manager else [], "the requester has no manager"
                team_id = None
            case "team":
                team = configuration.find_team(approver.key)
                found = await members_of(tx, team.id) if team else []
                missing = "the team has no active member" if team else "there is no such team"
                team_id = team.id if team else None
        allowed = [one for one in found if own_allowed or one.id != ticket.requester_id]
        if not found:
            problems.add(field, missing)
        elif not allowed:
            problems.add(field, "nobody decides on their own request here")
        for person in allowed:
            voters.setdefault(person.id, Voter(person, approver.kind, team_id))
    return list(voters.values())


async def manager_of(tx: Tx, ticket: Ticket) -> Person | None:
    """The active manager of whoever the ticket is for."""
    requester = await tx.get(Person, ticket.requester_id) if ticket.requester_id else None
    if requester is None or requester.manager_id is None:
        return None
    manager = await tx.get(Person, requester.manager_id)
    return manager if manager is not None and manager.active else None


async def members_of(tx: Tx, team_id: UUID) -> list[Person]:
    """The active members of a team, by address."""
    statement = select(Person).where(Person.active, Person.team_ids.contains([team_id]))
    return list(await tx.scalars(statement.order_by(Person.email, Person.id)))


async def standing_in(tx: Tx, people: Sequence[UUID], at: datetime) -> dict[UUID, Reference]:
    """Who stands in at a moment for those of the people that are away."""
    rows = await tx.execute(
        select(ApprovalSubstitute.id, Person)
        .join(
            Person,
            (Person.tenant_id == ApprovalSubstitute.tenant_id)
            & (Person.id == ApprovalSubstitute.substitute_id),
        )
        .where(
            ApprovalSubstitute.id.in_(people),
            ApprovalSubstitute.starts_at <= at,
            ApprovalSubstitute.ends_at > at,
            Person.active,
        )
    )
    return {absent: reference_to(person) for absent, person in rows}


@dataclass(frozen=True, slots=True)
class Substitution:
    """Who decides for the caller, from when until when."""

    person: Reference
    starts_at: datetime
    ends_at: datetime


async def get_substitute(tx: Tx) -> Substitution | None:
    """Who decides for the caller, now or later; None where nobody does (any more)."""
    row = await tx.get(ApprovalSubstitute, _caller_id())
    if row is None or row.ends_at <= datetime.now(UTC):
        return None
    person = await person_named(tx, row.substitute_id)
    assert person is not None  # an id was given
    return Substitution(person, row.starts_at, row.ends_at)


async def set_substitute(
    tx: Tx, *, person: str, starts_at: datetime | None, ends_at: datetime | None
) -> Substitution:
    """Has somebody decide for the caller, who may still decide too. Raises InvalidInput, Forbidden."""
    occasion = occasion_of()
    caller_id, starts = _caller_id(), starts_at or occasion.recorded_at
    problems = Problems()
    if ends_at is None:
        problems.add("ends_at", "must be given")
    elif ends_at <= max(starts, occasion.recorded_at):
        problems.add("ends_at", "must be in the future and after starts_at")
    problems.raise_any()
    assert ends_at is not None  # checked
    found = await require_person(tx, person, "person")
    if found.id == caller_id:
        raise InvalidInput([FieldError("person", "must be somebody else")])
    row = await tx.get(ApprovalSubstitute, caller_id)
    before = await person_named(tx, row.substitute_id) if row is not None else None
    if row is None:
        row = ApprovalSubstitute(id=caller_id)
        tx.add(row)
    row.substitute_id, row.starts_at, row.ends_at = found.id, starts, ends_at
    await tx.flush()
    _tell(tx, row, described(before), described(reference_to(found)))
    return Substitution(reference_to(found), starts, ends_at)


async def remove_substitute(tx: Tx) -> None:
    """Ends the standing in for the caller; nothing happens where nobody does."""
    row = await tx.get(ApprovalSubstitute, _caller_id())
    if row is not None:
        before = await person_named(tx, row.substitute_id)
        _tell(tx, row, described(before), None)
        await tx.session.delete(row)


def _tell(tx: Tx, row: ApprovalSubstitute, old: dict[str, str] | None, new: dict[str, str] | None) -> None:
    events.setting_changed(
        tx,
        kind="substitute",
        id=row.id,
        name="",
        version=row.version,
        changes=[Change("substitute", (old or {}).get("id"), (new or {}).get("id"))],
        occasion=occasion_of(),
    )


def _caller_id() -> UUID:
    caller = current_caller()
    if caller.kind != "user" or caller.user_id is None:
        raise Forbidden("Only people have substitutes.")
    return caller.user_id
