"""The conversation of a ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import FieldError, Forbidden, InvalidInput, WrongState
from chassis.ids import is_id, new_id
from tickets.app.access import is_requester, may_on, readable_ticket
from tickets.app.actors import occasion_at
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.mentioning import keep_mentions
from tickets.app.moving import move_by_itself
from tickets.app.recording import record_change
from tickets.app.wording import Vocabulary, add_comment_words
from tickets.db.tickets import Attachment, Comment, Ticket
from tickets.domain.changes import Change
from tickets.domain.occasion import Occasion
from tickets.domain.references import Reference
from tickets.domain.texts import MAX_BODY, MAX_SHORT
from tickets.domain.workflow import AGENT_REPLIED, FINAL_CATEGORIES, REQUESTER_REPLIED
from tickets.domain.writing import FORMATS, HTML, TEXT, written
from tickets.publish import events

COMMENT = "tickets.comment"
COMMENT_INTERNAL = "tickets.comment_internal"
COMMENT_OWN = "tickets.comment_own"
PUBLIC, INTERNAL = "public", "internal"
MAX_ATTACHMENTS = 100
RULE_CHANNEL = "rule"
"""Of what the desk says by itself."""


@dataclass(frozen=True, slots=True)
class NewComment:
    """What is said, and how it came."""

    body: str
    visibility: str = PUBLIC
    format: str = TEXT
    """What the body is written in."""
    html: str = ""
    """The same as the mail has it beside the text."""
    channel: str = "api"
    attachment_ids: Sequence[str] = ()
    """Files of the ticket that go with it."""
    forwarded_to: Sequence[str] = ()
    quoted: str = ""
    automatic: bool = False
    """By a machine: it moves nothing and is no answer of the desk."""
    source_message_id: str = ""


async def comment_on_ticket(
    tx: Tx,
    *,
    configuration: Configuration,
    vocabulary: Vocabulary,
    ticket: str,
    new: NewComment,
    occurred_at: datetime | None,
) -> tuple[Comment, list[Attachment]]:
    """Adds what the caller says to a ticket.

    Raises NotFound, InvalidInput, Forbidden where the caller may read but not say it, WrongState where a requester
    answers on a closed ticket.
    """
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    occasion = occasion_at(occurred_at, created_at=found.created_at)
    check_comment(new)
    require_comment(found, configuration, new.visibility)
    return await add_comment(
        tx,
        configuration=configuration,
        vocabulary=vocabulary,
        ticket=found,
        new=new,
        occasion=occasion,
        from_requester=speaks_as_requester(found, configuration),
    )


def check_comment(new: NewComment) -> None:
    """Raises InvalidInput."""
    problems = Problems()
    problems.text("body", new.body, limit=MAX_BODY, required=True)
    problems.text("channel", new.channel, limit=MAX_SHORT)
    problems.choice("visibility", new.visibility, (PUBLIC, INTERNAL))
    problems.choice("format", new.format, FORMATS)
    if new.format == HTML and new.body.strip() and not written(new.body, HTML).text:
        problems.add("body", "must have text")
    if len(new.attachment_ids) > MAX_ATTACHMENTS:
        problems.add("attachment_ids", f"must be at most {MAX_ATTACHMENTS}")
    problems.raise_any()


def require_comment(ticket: Ticket, configuration: Configuration, visibility: str) -> None:
    """Raises Forbidden where the caller, who may read the ticket, may not say this, WrongState where it is too late."""
    if visibility == INTERNAL:
        if not may_on(ticket, configuration, COMMENT_INTERNAL):
            raise Forbidden(f"This needs the permission {COMMENT_INTERNAL}.")
        return
    if may_on(ticket, configuration, COMMENT):
        return
    # Whoever reads a ticket without the permission of an agent is its requester, a watcher, or of the same organisation.
    if not current_caller().may_somewhere(COMMENT_OWN):
        raise Forbidden(f"This needs the permission {COMMENT}.")
    if ticket.state_category in FINAL_CATEGORIES:
        raise WrongState("TICKET_CLOSED", "The ticket is closed; open a new one that follows it.")


def speaks_as_requester(ticket: Ticket, configuration: Configuration) -> bool:
    """Whether what the caller says is the requester's side speaking: the requester, or another who is no agent."""
    return is_requester(ticket) or not may_on(ticket, configuration, COMMENT)


async def add_comment(
    tx: Tx,
    *,
    configuration: Configuration,
    vocabulary: Vocabulary,
    ticket: Ticket,
    new: NewComment,
    occasion: Occasion,
    from_requester: bool,
    moves: bool = True,
) -> tuple[Comment, list[Attachment]]:
    """Adds a comment to the locked ticket, whoever asks: the caller has checked. Publishes CommentAdded.

    :param moves: whether the workflow may move the ticket because of it.
    """
    public = new.visibility == PUBLIC
    actor = occasion.actor
    said = written(new.body, new.format, html=new.html)
    comment = Comment(
        tenant_id=tx.tenant_id,
        id=new_id(),
        ticket_id=ticket.id,
        body=said.text,
        format=said.format,
        body_html=said.html,
        forwarded_to=list(new.forwarded_to),
        visibility=new.visibility,
        author_kind=actor.kind,
        author_id=actor.id,
        author_name=actor.name,
        author_email=actor.email,
        from_requester=from_requester,
        channel=new.channel or "api",
        quoted=new.quoted,
        automatic=new.automatic,
        source_message_id=new.source_message_id,
        created_at=occasion.occurred_at,
        recorded_at=occasion.recorded_at,
    )
    tx.add(comment)
    await tx.flush()
    attachments = await _take_along(tx, ticket, comment, new.attachment_ids)
    await add_comment_words(
        tx,
        ticket=ticket,
        body=said.text,
        public=public,
        languages=configuration.languages,
        vocabulary=vocabulary,
    )
    if public and not from_requester and not new.automatic:
        first = ticket.first_responded_at
        ticket.first_responded_at = min(first or occasion.occurred_at, occasion.occurred_at)
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=ticket,
        occasion=occasion,
        action="commented",
        changes=[Change("comment", None, _noted(comment))],
        public=public,
    )
    mentioned: Sequence[Reference] = ()
    # What machines outside say, and what was said long ago, calls for nobody.
    if not occasion.imported and (not new.automatic or new.channel == RULE_CHANNEL):
        mentioned = await keep_mentions(tx, configuration=configuration, ticket=ticket, comment=comment)
    events.comment_added(tx, view, comment, attachments, occasion, mentioned=mentioned)
    if public and moves and not new.automatic:
        await move_by_itself(
            tx,
            configuration=configuration,
            ticket=ticket,
            trigger=REQUESTER_REPLIED if from_requester else AGENT_REPLIED,
            occasion=occasion,
        )
    return comment, attachments


def _noted(comment: Comment) -> dict[str, object]:
    """What history keeps of a comment."""
    noted: dict[str, object] = {"id": str(comment.id), "visibility": comment.visibility}
    return noted | ({"forwarded_to": list(comment.forwarded_to)} if comment.forwarded_to else {})


async def _take_along(
    tx: Tx, ticket: Ticket, comment: Comment, attachment_ids: Sequence[str]
) -> list[Attachment]:
    """Ties files of the ticket to the comment; they become as public as it is. Raises InvalidInput.

    Only files that belong to no comment yet, and, without the permission of an agent, only one's own.
    """
    if not attachment_ids:
        return []
    wrong = InvalidInput(
        [FieldError("attachment_ids", "each must be a file of the ticket without a comment")]
    )
    if not all(is_id(one) for one in attachment_ids):
        raise wrong
    ids = {UUID(one) for one in attachment_ids}
    found = await tx.scalars(
        select(Attachment)
        .where(Attachment.ticket_id == ticket.id, Attachment.id.in_(ids), Attachment.comment_id.is_(None))
        .order_by(Attachment.id)
    )
    attachments = list(found)
    own = comment.author_id if comment.from_requester else None
    if len(attachments) != len(ids) or any(own not in (None, file.uploader_id) for file in attachments):
        raise wrong
    for attachment in attachments:
        attachment.comment_id = comment.id
        attachment.public = comment.visibility == PUBLIC
    return attachments
