"""Sending what was said on a ticket to people outside it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import or_, select

from chassis.db import Tx
from chassis.errors import Forbidden
from chassis.ids import is_id
from tickets.app.access import READ, may_on, readable_ticket
from tickets.app.actors import occasion_of
from tickets.app.attaching import StoredFile, new_attachment
from tickets.app.checking import Problems
from tickets.app.commenting import (
    COMMENT,
    COMMENT_INTERNAL,
    INTERNAL,
    MAX_ATTACHMENTS,
    NewComment,
    add_comment,
)
from tickets.app.configuration import Configuration
from tickets.app.merging import tickets_shown_on
from tickets.app.wording import Vocabulary
from tickets.app.zones import zone_of_tenant
from tickets.db.tickets import Attachment, Comment, Ticket
from tickets.db.views import person_named
from tickets.domain.forwarding import MAX_ADDRESSES, MAX_BYTES, MAX_COMMENTS, Quoted, address_of, text_of
from tickets.domain.occasion import Occasion
from tickets.domain.texts import MAX_BODY, text_problem

CHANNEL = "forward"
# What the comment says where files alone are forwarded.
WORDLESS = "…"

_Said = TypeVar("_Said", Comment, Attachment)


@dataclass(frozen=True, slots=True)
class Forward:
    """What goes to whom: addresses, words of one's own, and what of the ticket goes along, by ids."""

    to: Sequence[str]
    body: str = ""
    comment_ids: Sequence[str] = ()
    description: bool = False
    attachment_ids: Sequence[str] = ()


async def forward_ticket(
    tx: Tx, *, configuration: Configuration, vocabulary: Vocabulary, ticket: str, forward: Forward
) -> tuple[Comment, list[Attachment]]:
    """Writes down, internally, what goes to whom; CommentAdded has it mailed.

    Raises NotFound, Forbidden, WrongState for a merged ticket, InvalidInput with everything that is wrong.
    """
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    for needed in (COMMENT, COMMENT_INTERNAL, READ):
        if not may_on(found, configuration, needed):
            raise Forbidden(f"This needs the permission {needed}.")
    problems = Problems()
    addresses = _addresses(problems, forward.to)
    problems.text("body", forward.body, limit=MAX_BODY)
    shown = [
        one.id for one in await tickets_shown_on(tx, configuration, found) if may_on(one, configuration, READ)
    ]
    comments = await _comments(tx, problems, shown, forward.comment_ids)
    files = await _files(tx, problems, shown, forward.attachment_ids)
    quoted = [Quoted(one.author_name, one.created_at, one.body) for one in comments]
    if forward.description and found.description:
        asker = await person_named(tx, found.requester_id)
        quoted.insert(0, Quoted(asker.name if asker else "", found.created_at, found.description))
    text = text_of(forward.body, quoted, await zone_of_tenant(tx))
    if not text and not files:
        problems.add("body", "must say something, or something of the ticket must go along")
    elif problem := text_problem(text, limit=MAX_BODY):
        problems.add("comment_ids", f"together with the body {problem}")
    problems.raise_any()
    occasion = occasion_of()
    copies = await _copies(tx, found, files, occasion)
    return await add_comment(
        tx,
        configuration=configuration,
        vocabulary=vocabulary,
        ticket=found,
        new=NewComment(
            text or WORDLESS,
            visibility=INTERNAL,
            channel=CHANNEL,
            attachment_ids=copies,
            forwarded_to=addresses,
        ),
        occasion=occasion,
        from_requester=False,
    )


async def was_forwarded_to(tx: Tx, ticket: Ticket, address: str) -> bool:
    """Whether something of the ticket, or of one that is merged into it, was forwarded to the address."""
    tickets = select(Ticket.id).where(or_(Ticket.id == ticket.id, Ticket.merged_into_id == ticket.id))
    found = await tx.scalar(
        select(Comment.id)
        .where(Comment.ticket_id.in_(tickets), Comment.forwarded_to.contains([address.casefold()]))
        .limit(1)
    )
    return found is not None


def _addresses(problems: Problems, words: Sequence[str]) -> list[str]:
    if not words:
        problems.add("to", "must name an address")
    if len(words) > MAX_ADDRESSES:
        problems.add("to", f"must be at most {MAX_ADDRESSES}")
    addresses = []
    for place, word in enumerate(words[:MAX_ADDRESSES]):
        address = address_of(word)
        if address is None:
            problems.add(f"to[{place}]", "must be an e-mail address")
        else:
            addresses.append(address)
    return list(dict.fromkeys(addresses))


async def _comments(
    tx: Tx, problems: Problems, tickets: Sequence[UUID], named: Sequence[str]
) -> Sequence[Comment]:
    ids = _ids(problems, "comment_ids", named, limit=MAX_COMMENTS)
    comments = await _among(tx, Comment, tickets, ids)
    if len(comments) != len(ids):
        problems.add("comment_ids", "each must be a comment of the ticket")
    return comments


async def _files(
    tx: Tx, problems: Problems, tickets: Sequence[UUID], named: Sequence[str]
) -> Sequence[Attachment]:
    ids = _ids(problems, "attachment_ids", named, limit=MAX_ATTACHMENTS)
    files = await _among(tx, Attachment, tickets, ids)
    if len(files) != len(ids):
        problems.add("attachment_ids", "each must be a file of the ticket")
    if sum(file.size_bytes for file in files) > MAX_BYTES:
        problems.add("attachment_ids", f"must be at most {MAX_BYTES} bytes together")
    return files


async def _among(
    tx: Tx, kind: type[_Said], tickets: Sequence[UUID], ids: Collection[UUID]
) -> Sequence[_Said]:
    """Those of the ids that belong to one of the tickets, the oldest first."""
    if not ids:
        return []
    rows = await tx.scalars(
        select(kind).where(kind.ticket_id.in_(tickets), kind.id.in_(ids)).order_by(kind.created_at, kind.id)
    )
    return rows.all()


def _ids(problems: Problems, name: str, named: Sequence[str], *, limit: int) -> set[UUID]:
    if len(named) > limit:
        problems.add(name, f"must be at most {limit}")
        return set()
    if not all(is_id(one) for one in named):
        problems.add(name, "must be ids")
        return set()
    return {UUID(one) for one in named}


async def _copies(tx: Tx, ticket: Ticket, files: Sequence[Attachment], occasion: Occasion) -> list[str]:
    """The files once more, for the comment that says that they went out; the bytes are the same."""
    copies = [
        new_attachment(
            tx.tenant_id,
            ticket.id,
            StoredFile(
                file.name, file.size_bytes, file.content_type, file.sha256, file.object_key, file.content_id
            ),
            occasion,
            public=False,
        )
        for file in files
    ]
    for copy in copies:
        tx.add(copy)
    await tx.flush()
    return [str(copy.id) for copy in copies]
