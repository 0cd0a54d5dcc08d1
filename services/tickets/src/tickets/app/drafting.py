"""Replies and notes that agents write together before they are sent: one of each for a ticket."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Tx, check_version
from chassis.errors import FieldError, Forbidden, InvalidInput, NotFound, Stale
from chassis.ids import new_id
from tickets.app.access import may_on, readable_ticket
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.commenting import COMMENT, COMMENT_INTERNAL, INTERNAL, PUBLIC, NewComment, comment_on_ticket
from tickets.app.configuration import Configuration
from tickets.app.wording import Vocabulary
from tickets.db.conversation import TicketDraft
from tickets.db.tickets import Attachment, Comment, Ticket
from tickets.domain.texts import MAX_BODY
from tickets.domain.writing import FORMATS, TEXT

_NEEDED = {PUBLIC: COMMENT, INTERNAL: COMMENT_INTERNAL}


async def list_drafts(tx: Tx, *, configuration: Configuration, ticket: str) -> list[TicketDraft]:
    """The drafts of a ticket that the caller may write. Raises NotFound."""
    found = await readable_ticket(tx, configuration, ticket)
    kinds = [kind for kind, needed in _NEEDED.items() if may_on(found, configuration, needed)]
    rows = await tx.scalars(
        select(TicketDraft)
        .where(TicketDraft.ticket_id == found.id, TicketDraft.visibility.in_(kinds))
        .order_by(TicketDraft.visibility)
    )
    return list(rows)


async def get_draft(tx: Tx, *, configuration: Configuration, ticket: str, visibility: str) -> TicketDraft:
    """The draft of a ticket. Raises NotFound, InvalidInput, Forbidden."""
    found = await _draftable(tx, configuration, ticket, visibility)
    draft = await _find(tx, found, visibility)
    if draft is None:
        raise NotFound("draft")
    return draft


async def save_draft(
    tx: Tx,
    *,
    configuration: Configuration,
    ticket: str,
    visibility: str,
    body: str,
    format_: str,
    expected_version: int | None,
) -> TicketDraft:
    """Writes the draft of a ticket, whoever began it. Raises NotFound, InvalidInput, Forbidden, Stale."""
    found = await _draftable(tx, configuration, ticket, visibility)
    problems = Problems()
    problems.text("body", body, limit=MAX_BODY, required=True)
    problems.choice("format", format_, FORMATS)
    problems.raise_any()
    actor = occasion_of().actor
    author = {
        "author_kind": actor.kind,
        "author_id": actor.id,
        "author_name": actor.name,
        "author_email": actor.email,
    }
    if expected_version is None:
        await tx.execute(
            insert(TicketDraft)
            .values(
                tenant_id=tx.tenant_id,
                id=new_id(),
                version=1,
                ticket_id=found.id,
                visibility=visibility,
                body=body,
                format=format_ or TEXT,
                **author,
            )
            .on_conflict_do_nothing()
        )
    draft = await _find(tx, found, visibility)
    if draft is None:
        raise Stale
    check_version(draft, expected_version)
    draft.body, draft.format = body, format_ or TEXT
    for name, value in author.items():
        setattr(draft, name, value)
    await tx.flush()
    return draft


async def delete_draft(
    tx: Tx, *, configuration: Configuration, ticket: str, visibility: str, expected_version: int | None
) -> None:
    """Throws the draft away. Raises NotFound, InvalidInput, Forbidden, Stale."""
    draft = await get_draft(tx, configuration=configuration, ticket=ticket, visibility=visibility)
    check_version(draft, expected_version)
    await tx.session.delete(draft)


async def send_draft(
    tx: Tx,
    *,
    configuration: Configuration,
    vocabulary: Vocabulary,
    ticket: str,
    visibility: str,
    expected_version: int | None,
) -> tuple[Comment, list[Attachment]]:
    """Says what the draft says, as the caller, and ends it. Raises what commenting raises, and Stale."""
    draft = await get_draft(tx, configuration=configuration, ticket=ticket, visibility=visibility)
    check_version(draft, expected_version)
    said = await comment_on_ticket(
        tx,
        configuration=configuration,
        vocabulary=vocabulary,
        ticket=ticket,
        new=NewComment(draft.body, visibility=visibility, format=draft.format),
        occurred_at=None,
    )
    await tx.session.delete(draft)
    return said


async def _draftable(tx: Tx, configuration: Configuration, ticket: str, visibility: str) -> Ticket:
    if visibility not in _NEEDED:
        raise InvalidInput([FieldError("visibility", f"must be one of: {', '.join(_NEEDED)}")])
    found = await readable_ticket(tx, configuration, ticket)
    if not may_on(found, configuration, _NEEDED[visibility]):
        raise Forbidden(f"This needs the permission {_NEEDED[visibility]}.")
    return found


async def _find(tx: Tx, ticket: Ticket, visibility: str) -> TicketDraft | None:
    """The draft, locked: two who write or send it wait for each other."""
    return await tx.scalar(
        select(TicketDraft)
        .where(TicketDraft.ticket_id == ticket.id, TicketDraft.visibility == visibility)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
