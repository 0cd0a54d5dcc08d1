"""People who are named in the conversation: found, kept, and shown what they were named in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, update

from chassis.context import current_caller, use_caller
from chassis.db import Tx, get_for_update
from chassis.errors import Forbidden, NotFound
from chassis.ids import is_id
from chassis.paging import Keyset, Page
from tickets.app.access import READ, may_on, may_read, readable_parts, readable_ticket
from tickets.app.configuration import Configuration
from tickets.app.directory import reference_to
from tickets.app.standing_in import caller_as
from tickets.db.conversation import Mention
from tickets.db.directory import Person
from tickets.db.tickets import Comment, Ticket
from tickets.domain.mentions import MAX_MENTIONS, bearers, handles_in
from tickets.domain.references import Reference

PUBLIC = "public"
MAX_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class SeenMention:
    """A mention of the caller, with what they were named in."""

    mention: Mention
    comment: Comment
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class MentionedPerson:
    """Somebody whom a comment names."""

    person: Reference
    comment_id: UUID
    at: datetime


async def keep_mentions(
    tx: Tx, *, configuration: Configuration, ticket: Ticket, comment: Comment
) -> list[Reference]:
    """Keeps whom a stored comment names, and gives them: active people other than its author who may see it."""
    handles = handles_in(comment.body)
    if not handles:
        return []
    named = Person.email.in_(handles) | func.split_part(Person.email, "@", 1).in_(handles)
    people = {person.id: person for person in await tx.scalars(select(Person).where(Person.active, named))}
    found = bearers(handles, {id_: person.email for id_, person in people.items()})
    told = []
    for person in [people[id_] for id_ in found][:MAX_MENTIONS]:
        if str(person.id) == comment.author_id:
            continue
        if await _may_see(tx, configuration, ticket, comment, person):
            tx.add(Mention(comment_id=comment.id, person_id=person.id, read_at=None))
            told.append(reference_to(person))
    return told


async def list_mentions(
    tx: Tx, *, configuration: Configuration, unread: bool, page: Page
) -> tuple[list[SeenMention], str]:
    """A page of the caller's mentions on tickets that they still see, newest first, and the token of the next page."""
    person_id = _caller_id()
    keyset = Keyset([(Mention.id, True)], f"mentions {person_id} {unread}")
    statement = _of(person_id, configuration, unread=unread)
    rows = (await tx.execute(keyset.select(statement, page))).all()
    found = [SeenMention(row.Mention, row.Comment, row.Ticket) for row in rows]
    return keyset.cut(found, page, lambda seen: [seen.mention.id])


async def count_unread(tx: Tx, *, configuration: Configuration) -> int:
    """How many of the caller's mentions are unread; counting stops at `MAX_COUNTED`."""
    statement = _of(_caller_id(), configuration, unread=True).limit(MAX_COUNTED)
    count = await tx.scalar(
        select(func.count()).select_from(statement.with_only_columns(Mention.id).subquery())
    )
    return count or 0


async def mark_mention(tx: Tx, *, configuration: Configuration, mention_id: str, read: bool) -> SeenMention:
    """Notes that the caller has read a mention, or has not. Raises NotFound."""
    person_id = _caller_id()
    row = None
    if is_id(mention_id):
        statement = _of(person_id, configuration, unread=False).where(Mention.id == UUID(mention_id))
        row = (await tx.execute(statement)).first()
    if row is None:
        raise NotFound("mention")
    mention = await get_for_update(tx, Mention, row.Mention.id)
    if read != (mention.read_at is not None):
        mention.read_at = datetime.now(UTC) if read else None
        await tx.flush()
    return SeenMention(mention, row.Comment, row.Ticket)


async def mark_all_mentions(tx: Tx) -> int:
    """Notes that the caller has read all their mentions; gives how many were unread."""
    marked = await tx.execute(
        update(Mention)
        .where(Mention.person_id == _caller_id(), Mention.read_at.is_(None))
        .values(read_at=func.now(), updated_at=func.now(), version=Mention.version + 1)
        .returning(Mention.id)
    )
    return len(marked.all())


async def list_mentioned(
    tx: Tx, *, configuration: Configuration, ticket: str, page: Page
) -> tuple[list[MentionedPerson], str]:
    """A page of whom the comments of a ticket name that the caller sees, oldest first. Raises NotFound."""
    found = await readable_ticket(tx, configuration, ticket)
    keyset = Keyset([(Mention.id, False)], f"mentioned {found.id}")
    statement = (
        select(Mention, Person)
        .join(Comment, (Comment.tenant_id == Mention.tenant_id) & (Comment.id == Mention.comment_id))
        .join(Person, (Person.tenant_id == Mention.tenant_id) & (Person.id == Mention.person_id))
        .where(Comment.ticket_id == found.id)
    )
    if not may_on(found, configuration, READ):
        statement = statement.where(Comment.visibility == PUBLIC)
    rows, token = keyset.cut(
        (await tx.execute(keyset.select(statement, page))).all(), page, lambda row: [row.Mention.id]
    )
    return [
        MentionedPerson(reference_to(row.Person), row.Mention.comment_id, row.Mention.created_at)
        for row in rows
    ], token


async def _may_see(
    tx: Tx, configuration: Configuration, ticket: Ticket, comment: Comment, person: Person
) -> bool:
    with use_caller(caller_as(person, configuration, "")):
        if comment.visibility == PUBLIC:
            return await may_read(tx, ticket, configuration)
        return may_on(ticket, configuration, READ)


def _of(person_id: UUID, configuration: Configuration, *, unread: bool) -> Select[Mention, Comment, Ticket]:
    statement = (
        select(Mention, Comment, Ticket)
        .join(Comment, (Comment.tenant_id == Mention.tenant_id) & (Comment.id == Mention.comment_id))
        .join(Ticket, (Ticket.tenant_id == Comment.tenant_id) & (Ticket.id == Comment.ticket_id))
        .where(Mention.person_id == person_id, _visible(configuration))
    )
    return statement.where(Mention.read_at.is_(None)) if unread else statement


def _visible(configuration: Configuration) -> ColumnElement[bool]:
    seen: Sequence[ColumnElement[bool]] = [
        and_(part.condition, Comment.visibility == PUBLIC) if part.only_public else part.condition
        for part in readable_parts(configuration)
    ]
    return or_(*seen) if seen else false()


def _caller_id() -> UUID:
    person_id = current_caller().user_id
    if person_id is None:
        raise Forbidden("Only people are mentioned.")
    return person_id
