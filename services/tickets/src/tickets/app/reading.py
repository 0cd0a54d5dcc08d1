"""Reading one ticket and what belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true

from chassis.context import current_caller
from chassis.db import Tx
from chassis.paging import Keyset, Page, order_of
from tickets.app.access import may_read, readable_ticket
from tickets.app.attaching import attachments_of, sees_internal
from tickets.app.commenting import PUBLIC
from tickets.app.configuration import Configuration
from tickets.app.merging import tickets_shown_on
from tickets.app.recording import view_ticket
from tickets.db.configuration import Process, Queue, TicketType
from tickets.db.tickets import Attachment, Comment, HistoryEntry, Ticket
from tickets.db.views import TicketView
from tickets.domain.references import Reference

MAX_PAGE_CHARACTERS = 6_000_000
"""Of what was said, on a page of a conversation: what an answer holds, whatever letters it is written in."""

ConfigurationRow = TypeVar("ConfigurationRow", Process, Queue, TicketType)


async def get_ticket(tx: Tx, *, configuration: Configuration, ticket: str) -> TicketView:
    """The ticket by id or number. Raises NotFound where there is none or the caller may not see it."""
    return await view_ticket(tx, configuration, await readable_ticket(tx, configuration, ticket))


@dataclass(frozen=True, slots=True)
class SeenComment:
    """A comment with its files, and the ticket that it was said on where that is another one."""

    comment: Comment
    attachments: Sequence[Attachment]
    origin: Reference | None


async def list_comments(
    tx: Tx, *, configuration: Configuration, ticket: str, order_by: str, page: Page
) -> tuple[list[SeenComment], str]:
    """A page of the conversation with its files, as far as the caller sees it, and the token of the next page.

    What was said on tickets that are merged into it is part of it.
    """
    found = await readable_ticket(tx, configuration, ticket)
    columns = {"created_at": Comment.created_at}
    order = order_of(order_by, columns, default="created_at", unique=Comment.id)
    keyset = Keyset(order, str(found.id))
    shown = await tickets_shown_on(tx, configuration, found)
    public = Comment.visibility == PUBLIC
    statement = select(Comment).where(
        or_(*(_on(Comment.ticket_id == one.id, one, configuration, public) for one in shown))
    )
    rows, page = _fitting((await tx.scalars(keyset.select(statement, page))).all(), page)
    comments, token = keyset.cut(rows, page)
    files = await attachments_of(tx, [comment.id for comment in comments])
    origins = await _origins(tx, configuration, found, comments)
    return [
        SeenComment(comment, files.get(comment.id, []), origins.get(comment.id)) for comment in comments
    ], token


def _fitting(rows: Sequence[Comment], page: Page) -> tuple[Sequence[Comment], Page]:
    """The page, shorter where an answer would not hold what was said; at least one comment is on it."""
    written = 0
    for place, row in enumerate(rows):
        written += len(row.body) + len(row.quoted) + len(row.body_html or "")
        if place and written > MAX_PAGE_CHARACTERS:
            return rows[: place + 1], replace(page, size=place)
    return rows, page


async def list_attachments(
    tx: Tx, *, configuration: Configuration, ticket: str, page: Page
) -> tuple[Sequence[Attachment], str]:
    """A page of the files of a ticket that the caller sees, oldest first, and the token of the next page."""
    found = await readable_ticket(tx, configuration, ticket)
    keyset = Keyset([(Attachment.id, False)], str(found.id))
    shown = await tickets_shown_on(tx, configuration, found)
    own = or_(Attachment.public, Attachment.uploader_id == current_caller().subject)
    statement = select(Attachment).where(
        or_(*(_on(Attachment.ticket_id == one.id, one, configuration, own) for one in shown))
    )
    return keyset.cut((await tx.scalars(keyset.select(statement, page))).all(), page)


async def list_history(
    tx: Tx, *, configuration: Configuration, ticket: str, page: Page
) -> tuple[Sequence[HistoryEntry], str]:
    """A page of the history that the caller sees, in the order of what happened, and the token of the next page."""
    found = await readable_ticket(tx, configuration, ticket)
    keyset = Keyset([(HistoryEntry.occurred_at, False), (HistoryEntry.id, False)], str(found.id))
    statement = select(HistoryEntry).where(HistoryEntry.ticket_id == found.id)
    if not sees_internal(found, configuration):
        statement = statement.where(HistoryEntry.public)
    return keyset.cut((await tx.scalars(keyset.select(statement, page))).all(), page)


def _on(
    on_ticket: ColumnElement[bool],
    ticket: Ticket,
    configuration: Configuration,
    for_requesters: ColumnElement[bool],
) -> ColumnElement[bool]:
    """What the caller sees on one ticket: all of it, or what requesters do."""
    return and_(on_ticket, true() if sees_internal(ticket, configuration) else for_requesters)


async def _origins(
    tx: Tx, configuration: Configuration, ticket: Ticket, comments: Sequence[Comment]
) -> dict[UUID, Reference]:
    """The other tickets that comments were said on, by comment, as far as the caller sees them."""
    elsewhere = {
        comment.id: comment.origin_ticket_id or comment.ticket_id
        for comment in comments
        if comment.origin_ticket_id or comment.ticket_id != ticket.id
    }
    if not elsewhere:
        return {}
    rows = await tx.scalars(select(Ticket).where(Ticket.id.in_(set(elsewhere.values()))))
    seen = {
        one.id: Reference(one.id, one.number, one.title)
        for one in rows
        if await may_read(tx, one, configuration)
    }
    return {comment_id: seen[id_] for comment_id, id_ in elsewhere.items() if id_ in seen}


async def list_rows(
    tx: Tx, *, row: type[ConfigurationRow], page: Page
) -> tuple[Sequence[ConfigurationRow], str]:
    """A page of a part of the configuration in the order of its making, and the token of the next page."""
    keyset = Keyset([(row.id, False)], row.__tablename__)
    return keyset.cut((await tx.scalars(keyset.select(select(row), page))).all(), page)
