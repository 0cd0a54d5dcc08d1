"""Reading one ticket and what belongs to it."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import or_, select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.paging import Keyset, Page, order_of
from tickets.app.access import readable_ticket
from tickets.app.attaching import attachments_of, sees_internal
from tickets.app.commenting import PUBLIC
from tickets.app.configuration import Configuration
from tickets.app.recording import view_ticket
from tickets.db.configuration import Process, Queue, TicketType
from tickets.db.tickets import Attachment, Comment, HistoryEntry
from tickets.db.views import TicketView

ConfigurationRow = TypeVar("ConfigurationRow", Process, Queue, TicketType)


async def get_ticket(tx: Tx, *, configuration: Configuration, ticket: str) -> TicketView:
    """The ticket by id or number. Raises NotFound where there is none or the caller may not see it."""
    return await view_ticket(tx, configuration, await readable_ticket(tx, configuration, ticket))


async def list_comments(
    tx: Tx, *, configuration: Configuration, ticket: str, order_by: str, page: Page
) -> tuple[list[tuple[Comment, list[Attachment]]], str]:
    """A page of the conversation with its files, as far as the caller sees it, and the token of the next page."""
    found = await readable_ticket(tx, configuration, ticket)
    columns = {"created_at": Comment.created_at}
    order = order_of(order_by, columns, default="created_at", unique=Comment.id)
    keyset = Keyset(order, str(found.id))
    statement = select(Comment).where(Comment.ticket_id == found.id)
    if not sees_internal(found, configuration):
        statement = statement.where(Comment.visibility == PUBLIC)
    comments, token = keyset.cut((await tx.scalars(keyset.select(statement, page))).all(), page)
    files = await attachments_of(tx, [comment.id for comment in comments])
    return [(comment, files.get(comment.id, [])) for comment in comments], token


async def list_attachments(
    tx: Tx, *, configuration: Configuration, ticket: str, page: Page
) -> tuple[Sequence[Attachment], str]:
    """A page of the files of a ticket that the caller sees, oldest first, and the token of the next page."""
    found = await readable_ticket(tx, configuration, ticket)
    keyset = Keyset([(Attachment.id, False)], str(found.id))
    statement = select(Attachment).where(Attachment.ticket_id == found.id)
    if not sees_internal(found, configuration):
        own = Attachment.uploader_id == current_caller().subject
        statement = statement.where(or_(Attachment.public, own))
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


async def list_rows(
    tx: Tx, *, row: type[ConfigurationRow], page: Page
) -> tuple[Sequence[ConfigurationRow], str]:
    """A page of a part of the configuration in the order of its making, and the token of the next page."""
    keyset = Keyset([(row.id, False)], row.__tablename__)
    return keyset.cut((await tx.scalars(keyset.select(select(row), page))).all(), page)
