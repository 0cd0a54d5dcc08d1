"""Major incidents: declared, told, and ended. What follows one is answered by a job, see `tickets.api.major_incidents`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from chassis.context import current_caller
from chassis.db import Tx, check_version
from chassis.errors import AlreadyExists, NotFound, WrongState
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from tickets.app.access import may_read, readable_parts, readable_ticket, require_on
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.recording import record_change
from tickets.db.directory import Organization
from tickets.db.major_incidents import MajorIncident, count_followers, open_followers
from tickets.db.tickets import Ticket
from tickets.domain.changes import Change, Plain
from tickets.domain.references import Reference
from tickets.domain.texts import MAX_BODY, MAX_TITLE
from tickets.domain.workflow import OPEN_CATEGORIES
from tickets.publish import major_events

DECLARE = "tickets.declare_major"
INCIDENT = "incident"
EVERYBODY, AGENTS = "everybody", "agents"
MAX_ORGANIZATIONS = 100


@dataclass(frozen=True, slots=True)
class MajorDraft:
    """What people are told. Organisations are ids or keys; an empty title is that of the ticket."""

    title: str = ""
    message: str = ""
    audience: str = EVERYBODY
    organizations: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SeenMajor:
    """A major incident as the caller sees it; `ticket` is None where the caller does not see that."""

    major: MajorIncident
    ticket: Ticket | None
    organizations: Sequence[Reference] = ()
    followers: int = 0


async def declare_major(tx: Tx, *, configuration: Configuration, ticket: str, draft: MajorDraft) -> SeenMajor:
    """Makes an open incident a major one. Publishes MajorIncidentDeclared.

    Raises NotFound, Forbidden, InvalidInput, WrongState for another type or one that is resolved, AlreadyExists.
    """
    found = await _to_change(tx, configuration, ticket)
    if found.type != INCIDENT:
        raise WrongState("NOT_AN_INCIDENT", "Only an incident can be a major incident.")
    if found.state_category not in OPEN_CATEGORIES:
        raise WrongState("TICKET_RESOLVED", "The incident is resolved or closed.")
    organizations = await _checked(tx, draft)
    major = await tx.get(MajorIncident, found.id)
    if major is not None and major.ended_at is None:
        raise AlreadyExists("It is a major incident already.", reason="MAJOR_INCIDENT_EXISTS")
    if major is None:
        major = MajorIncident(id=found.id)
        tx.add(major)
    occasion = occasion_of()
    actor = occasion.actor
    major.declared_kind, major.declared_id = actor.kind, actor.id
    major.declared_name, major.declared_email = actor.name, actor.email
    major.declared_at, major.ended_at = occasion.recorded_at, None
    _write(major, found, draft, organizations)
    await _tell(tx, configuration, found, major, after=_plain(major))
    return SeenMajor(major, found, organizations, len(await open_followers(tx, found.id)))


async def update_major(
    tx: Tx,
    *,
    configuration: Configuration,
    ticket: str,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> SeenMajor:
    """Changes what people are told. Publishes MajorIncidentChanged. Raises NotFound, Forbidden, Stale, InvalidInput."""
    found = await _to_change(tx, configuration, ticket)
    major = await _open(tx, found)
    check_version(major, expected_version)
    before = _plain(major)
    draft = replace(_draft_of(major), **changes)  # type: ignore[arg-type]  # the door hands fields of the draft
    organizations = await _checked(tx, draft)
    _write(major, found, draft, organizations)
    if _plain(major) != before:
        await _tell(tx, configuration, found, major, before=before, after=_plain(major))
    return SeenMajor(major, found, organizations, len(await open_followers(tx, found.id)))


async def end_major(
    tx: Tx, *, configuration: Configuration, ticket: str, expected_version: int | None = None
) -> None:
    """Makes it an incident like others again. Publishes MajorIncidentEnded. Raises NotFound, Forbidden, Stale."""
    found = await _to_change(tx, configuration, ticket)
    major = await _open(tx, found)
    check_version(major, expected_version)
    before = _plain(major)
    major.ended_at = datetime.now(UTC)
    await _tell(tx, configuration, found, major, before=before)


async def get_major(tx: Tx, *, configuration: Configuration, ticket: str) -> SeenMajor:
    """The major incident that a ticket is. Raises NotFound, also where it is none any more."""
    found = await readable_ticket(tx, configuration, ticket)
    major = await _open(tx, found)
    organizations = await _named(tx, major.organization_ids)
    return SeenMajor(major, found, organizations, len(await open_followers(tx, found.id)))


async def list_majors(tx: Tx, *, configuration: Configuration, page: Page) -> tuple[list[SeenMajor], str]:
    """A page of the major incidents that the caller is told of, the newest first, and the token of the next page.

    Those of tickets that the caller sees, and those that everybody, or the caller's organisation, is told of; none any
    more once its ticket is resolved.
    """
    keyset = Keyset([(MajorIncident.declared_at, True), (MajorIncident.id, True)], "major incidents")
    statement = (
        select(MajorIncident, Ticket)
        .join(Ticket, (Ticket.tenant_id == MajorIncident.tenant_id) & (Ticket.id == MajorIncident.id))
        .where(
            MajorIncident.ended_at.is_(None),
            Ticket.state_category.in_(OPEN_CATEGORIES),
            or_(_told(), *(part.condition for part in readable_parts(configuration))),
        )
    )
    rows, token = keyset.cut(
        (await tx.execute(keyset.select(statement, page))).all(),
        page,
        lambda row: [row.MajorIncident.declared_at, row.MajorIncident.id],
    )
    seen = {row.Ticket.id for row in rows if await may_read(tx, row.Ticket, configuration)}
    followers = await count_followers(tx, sorted(seen)) if seen else {}
    return [
        SeenMajor(
            row.MajorIncident,
            row.Ticket if row.Ticket.id in seen else None,
            followers=followers.get(row.Ticket.id, 0),
        )
        for row in rows
    ], token


async def answered(tx: Tx, *, configuration: Configuration, ticket: str) -> tuple[Ticket, Sequence[UUID]]:
    """The ticket that is a major incident, for who may answer all that follow it, and those.

    Raises NotFound, Forbidden.
    """
    found = await _to_change(tx, configuration, ticket)
    await _open(tx, found)
    return found, await open_followers(tx, found.id)


def _told() -> ColumnElement[bool]:
    mine = [UUID(one) for one in sorted(current_caller().organization_ids)]
    return and_(
        MajorIncident.audience == EVERYBODY,
        or_(
            func.cardinality(MajorIncident.organization_ids) == 0,
            MajorIncident.organization_ids.overlap(mine),
        ),
    )


async def _to_change(tx: Tx, configuration: Configuration, ticket: str) -> Ticket:
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    require_on(found, configuration, DECLARE)
    return found


async def _open(tx: Tx, ticket: Ticket) -> MajorIncident:
    major = await tx.get(MajorIncident, ticket.id)
    if major is None or major.ended_at is not None:
        raise NotFound("major incident")
    return major


async def _checked(tx: Tx, draft: MajorDraft) -> list[Reference]:
    """The organisations of what shall be told. Raises InvalidInput."""
    problems = Problems()
    problems.text("title", draft.title, limit=MAX_TITLE)
    problems.text("message", draft.message, limit=MAX_BODY)
    problems.choice("audience", draft.audience, (EVERYBODY, AGENTS))
    found: dict[UUID, Reference] = {}
    if len(draft.organizations) > MAX_ORGANIZATIONS:
        problems.add("organizations", f"must be at most {MAX_ORGANIZATIONS}")
    if draft.organizations and draft.audience == AGENTS:
        problems.add("organizations", "go with the audience everybody")
    for place, key in enumerate(draft.organizations[:MAX_ORGANIZATIONS]):
        named = Organization.id == UUID(key) if is_id(key) else Organization.slug == key
        row = await tx.scalar(select(Organization).where(named))
        if row is None:
            problems.add(f"organizations[{place}]", "there is no such organization")
        else:
            found[row.id] = Reference(row.id, row.slug, row.name)
    problems.raise_any()
    return list(found.values())


async def _named(tx: Tx, ids: Sequence[UUID]) -> list[Reference]:
    rows = await tx.scalars(select(Organization).where(Organization.id.in_(ids)).order_by(Organization.slug))
    return [Reference(row.id, row.slug, row.name) for row in rows]


def _write(
    major: MajorIncident, ticket: Ticket, draft: MajorDraft, organizations: Sequence[Reference]
) -> None:
    major.title = draft.title.strip() or ticket.title
    major.message = draft.message
    major.audience = draft.audience or EVERYBODY
    major.organization_ids = [one.id for one in organizations]


def _draft_of(major: MajorIncident) -> MajorDraft:
    return MajorDraft(major.title, major.message, major.audience, list(map(str, major.organization_ids)))


def _plain(major: MajorIncident) -> Plain:
    said: dict[str, object] = {
        "title": major.title,
        "message": major.message,
        "audience": major.audience,
        "organizations": list(map(str, major.organization_ids)),
    }
    return said


async def _tell(
    tx: Tx,
    configuration: Configuration,
    ticket: Ticket,
    major: MajorIncident,
    *,
    before: Plain = None,
    after: Plain = None,
) -> None:
    """Writes the history, and publishes what happened."""
    occasion = occasion_of()
    action = "major_declared" if before is None else "major_ended" if after is None else "major_changed"
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=ticket,
        occasion=occasion,
        action=action,
        changes=[Change("major_incident", before, after)],
        public=False,
    )
    await tx.flush()
    major_events.tell(tx, action, view, major, occasion)
