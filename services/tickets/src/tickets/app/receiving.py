"""Mail in: a comment where it answers a ticket of the sender's, else a new ticket."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.context import current_caller, use_caller
from chassis.db import Database, Tx
from chassis.errors import InvalidInput
from chassis.ids import is_id, new_id
from chassis.objects import ObjectStore
from tickets.app.access import is_watcher, may_on
from tickets.app.actors import occasion_of
from tickets.app.attaching import MAX_NAME, StoredFile, copy_file, new_attachment, refusal_of
from tickets.app.commenting import COMMENT, INTERNAL, PUBLIC, NewComment, add_comment, speaks_as_requester
from tickets.app.configuration import Configuration
from tickets.app.creating import NewTicket
from tickets.app.directory import EnsureRequester, KnownPerson, find_person, keep_person, require_person
from tickets.app.forwarding import was_forwarded_to
from tickets.app.making import make_ticket
from tickets.app.opening import Desk
from tickets.app.people import requester_of
from tickets.app.standing_in import caller_as, caused_by
from tickets.db.directory import Person
from tickets.db.links import lock_tickets
from tickets.db.merges import once_merged_into
from tickets.db.tickets import Ticket, TicketMessage
from tickets.domain.file_types import FilePolicy
from tickets.domain.left_out import LeftOut, left_out_text
from tickets.domain.occasion import Occasion
from tickets.domain.texts import MAX_BODY, one_line
from tickets.domain.threading import Answer, Candidate, FollowUp, Undeliverable, place_mail
from tickets.domain.workflow import FINAL_CATEGORIES
from tickets.publish import events

CHANNEL = "email"
NO_SUBJECT = "(no subject)"
MAX_MESSAGE_ID = 998
"""Characters; a longer header line is no mail (RFC 5322)."""

MAX_NAMED = 20
"""References, tickets and numbers of one mail that are looked at."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as notify understood it; see MessageReceived."""

    inbound_message_id: UUID
    message_id: str
    from_email: str
    from_name: str
    subject: str
    body: str
    quoted: str
    html: str
    references: Sequence[str]
    answered_ticket_ids: Sequence[str]
    subject_numbers: Sequence[str]
    automatic: bool
    bounce: bool
    files: Sequence[StoredFile]
    received_at: datetime
    language: str


@dataclass(frozen=True, slots=True)
class PreparedMail:
    """What was found out before the transaction: the sender (None for a bounce), the copied files, or why not.

    `left_out` are the files of kinds that the tenant does not take: the mail comes in without them, and says so.
    """

    sender: KnownPerson | None = None
    files: Sequence[StoredFile] = ()
    left_out: Sequence[LeftOut] = ()
    refused: str = ""


async def prepare_mail(
    database: Database, *, mail: Mail, ensure: EnsureRequester, objects: ObjectStore, policy: FilePolicy
) -> PreparedMail:
    """Finds or makes the sender at the gateway and copies the files. Raises Unavailable where either cannot be had."""
    tenant_id = current_caller().tenant_id
    sender: KnownPerson | None = None
    if not mail.bounce:
        async with database.transaction(tenant_id) as tx:
            known = await find_person(tx, mail.from_email)
        if known is None:
            try:
                sender = await ensure(mail.from_email, one_line(mail.from_name, 200), mail.language)
            except InvalidInput as error:
                return PreparedMail(
                    refused=f"sender: {error.errors[0].reason if error.errors else error.detail}"
                )
            if not sender.active:
                return PreparedMail(refused="sender: is deactivated")
    files, left_out = [], []
    for file in mail.files:
        if refusal := await refusal_of(objects, tenant_id, policy, file):
            left_out.append(LeftOut(one_line(file.name, MAX_NAME), refusal))
        else:
            files.append(await copy_file(objects, tenant_id, policy, file))
    return PreparedMail(sender, files, left_out)


async def receive_mail(
    tx: Tx, *, configuration: Configuration, desk: Desk, mail: Mail, prepared: PreparedMail
) -> None:
    """Makes the mail a comment or a ticket, or publishes MessageRejected where it can never be either."""
    if prepared.refused:
        events.message_rejected(tx, inbound_message_id=mail.inbound_message_id, reason=prepared.refused)
        return
    cause = f"mail:{mail.inbound_message_id}"
    if mail.bounce:
        caller, person = caused_by(cause), None
    else:
        if prepared.sender is not None:
            await keep_person(tx, prepared.sender)
        person = await require_person(tx, mail.from_email, "from")
        caller = caller_as(person, configuration, cause)
    with use_caller(caller):
        tickets = await _named_tickets(tx, mail)
        candidates = [
            Candidate(
                ticket.id,
                by_reference,
                sender_may=await _may_answer(tx, configuration, ticket, person)
                or (by_reference and await _is_outside(tx, ticket, person)),
                final=ticket.state_category in FINAL_CATEGORIES,
            )
            for ticket, by_reference in tickets
        ]
        verdict = place_mail(candidates, automatic=mail.automatic, bounce=mail.bounce)
        now = occasion_of()
        occasion = replace(now, occurred_at=min(mail.received_at, now.recorded_at))
        if isinstance(verdict, Undeliverable):
            events.message_rejected(
                tx, inbound_message_id=mail.inbound_message_id, reason="a bounce of no ticket's message"
            )
        elif isinstance(verdict, Answer):
            ticket = next(ticket for ticket, _ in tickets if ticket.id == verdict.ticket_id)
            await _add_answer(
                tx,
                configuration=configuration,
                desk=desk,
                mail=mail,
                files=prepared.files,
                ticket=ticket,
                outside=not mail.bounce and not await _may_answer(tx, configuration, ticket, person),
                occasion=occasion,
            )
            ticket_id = ticket.id
        else:
            assert person is not None  # a bounce is an answer or nothing
            parent = verdict.ticket_id if isinstance(verdict, FollowUp) else None
            ticket_id = await _open_ticket(
                tx,
                configuration=configuration,
                desk=desk,
                mail=mail,
                files=prepared.files,
                person=person,
                parent_id=parent,
                occasion=occasion,
            )
    if prepared.left_out and not isinstance(verdict, Undeliverable):
        with use_caller(caused_by(cause)):
            await _say_what_is_left_out(
                tx,
                configuration=configuration,
                desk=desk,
                ticket_id=ticket_id,
                left_out=prepared.left_out,
                occasion=occasion,
            )


async def _named_tickets(tx: Tx, mail: Mail) -> list[tuple[Ticket, bool]]:
    """The tickets that the mail names, locked, with whether by a reference; the strongest claim first.

    For a merged ticket stands the one that it was merged into; after one from which others were taken out again come
    those: its mails went to their requesters too.
    """
    answered = [UUID(one) for one in mail.answered_ticket_ids[:MAX_NAMED] if is_id(one)]
    references = [reference[:MAX_MESSAGE_ID] for reference in mail.references[:MAX_NAMED]]
    if references:
        rows = await tx.execute(
            select(TicketMessage.message_id, TicketMessage.ticket_id).where(
                TicketMessage.message_id.in_(references)
            )
        )
        found: dict[str, list[UUID]] = {}
        for message_id, ticket_id in rows:
            found.setdefault(message_id, []).append(ticket_id)
        answered += [ticket_id for reference in references for ticket_id in found.get(reference, [])]
    numbers = [number.upper() for number in mail.subject_numbers[:MAX_NAMED]]
    if not answered and not numbers:
        return []
    statement = (
        select(Ticket)
        .where(Ticket.id.in_(answered) | Ticket.number.in_(numbers))
        .order_by(Ticket.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    tickets = (await tx.scalars(statement)).all()
    by_id = {ticket.id: ticket for ticket in tickets}
    by_number = {ticket.number: ticket for ticket in tickets}
    claims = [(by_id[one], True) for one in dict.fromkeys(answered) if one in by_id]
    claims += [(by_number[one], False) for one in dict.fromkeys(numbers) if one in by_number]
    return await _after_merges(tx, claims)


async def _after_merges(tx: Tx, claims: Sequence[tuple[Ticket, bool]]) -> list[tuple[Ticket, bool]]:
    targets = await lock_tickets(tx, [one.merged_into_id for one, _ in claims if one.merged_into_id])
    standing = [
        (targets[one.merged_into_id] if one.merged_into_id else one, by_reference)
        for one, by_reference in claims
    ]
    separated = await once_merged_into(tx, [one.id for one, _ in standing])
    sources = await lock_tickets(tx, [source_id for _, source_id in separated])
    found: dict[UUID, tuple[Ticket, bool]] = {}
    for ticket, by_reference in standing:
        found.setdefault(ticket.id, (ticket, by_reference))
        for target_id, source_id in separated:
            source = sources[source_id]
            if target_id == ticket.id and source.merged_into_id is None:
                found.setdefault(source_id, (source, by_reference))
    return list(found.values())


async def _may_answer(tx: Tx, configuration: Configuration, ticket: Ticket, person: Person | None) -> bool:
    if person is None:
        return False
    if ticket.requester_id == person.id or may_on(ticket, configuration, COMMENT):
        return True
    return await is_watcher(tx, ticket, person.id)


async def _is_outside(tx: Tx, ticket: Ticket, person: Person | None) -> bool:
    """Whether the sender answers what an agent forwarded to them."""
    return person is not None and await was_forwarded_to(tx, ticket, person.email)


async def _add_answer(
    tx: Tx,
    *,
    configuration: Configuration,
    desk: Desk,
    mail: Mail,
    files: Sequence[StoredFile],
    ticket: Ticket,
    outside: bool,
    occasion: Occasion,
) -> None:
    """A machine's answer becomes internal: it tells the agents, and nobody is mailed because of it.

    So does the answer of somebody outside to whom something was forwarded; the agents are mailed.
    """
    by_machine = mail.automatic or mail.bounce
    internal = by_machine or outside
    attachments = [
        new_attachment(tx.tenant_id, ticket.id, file, occasion, public=not internal) for file in files
    ]
    for attachment in attachments:
        tx.add(attachment)
    await tx.flush()
    comment, _ = await add_comment(
        tx,
        configuration=configuration,
        vocabulary=desk.vocabulary,
        ticket=ticket,
        new=NewComment(
            body=_text(mail.body or mail.quoted),
            html=mail.html,
            visibility=INTERNAL if internal else PUBLIC,
            channel=CHANNEL,
            attachment_ids=[str(attachment.id) for attachment in attachments],
            quoted=_text(mail.quoted) if mail.body else "",
            automatic=by_machine,
            source_message_id=str(mail.inbound_message_id),
        ),
        occasion=occasion,
        from_requester=not mail.bounce and not outside and speaks_as_requester(ticket, configuration),
    )
    if mail.message_id:
        await tx.execute(
            insert(TicketMessage)
            .values(
                tenant_id=tx.tenant_id,
                message_id=mail.message_id[:MAX_MESSAGE_ID],
                ticket_id=ticket.id,
                comment_id=comment.id,
            )
            .on_conflict_do_nothing()
        )


async def _open_ticket(
    tx: Tx,
    *,
    configuration: Configuration,
    desk: Desk,
    mail: Mail,
    files: Sequence[StoredFile],
    person: Person,
    parent_id: UUID | None,
    occasion: Occasion,
) -> UUID:
    """Quoted text belongs to a new ticket too: in a forwarded mail it is what the sender wants to say."""
    described = "\n\n".join(part for part in (mail.body, mail.quoted) if part.strip())
    ticket_id = new_id()
    attachments = [new_attachment(tx.tenant_id, ticket_id, file, occasion, public=True) for file in files]
    new = NewTicket(
        title=one_line(mail.subject) or NO_SUBJECT,
        description=_text(described),
        html=mail.html,
        channel=CHANNEL,
        language=mail.language,
        requester=await requester_of(tx, person),
        parent_id=parent_id,
        automatic=mail.automatic,
        source_message_id=str(mail.inbound_message_id),
        message_id=mail.message_id[:MAX_MESSAGE_ID] or None,
        ticket_id=ticket_id,
        attachments=attachments,
    )
    await make_ticket(tx, configuration=configuration, desk=desk, new=new, occasion=occasion)
    for attachment in attachments:
        tx.add(attachment)
    return ticket_id


async def _say_what_is_left_out(
    tx: Tx,
    *,
    configuration: Configuration,
    desk: Desk,
    ticket_id: UUID,
    left_out: Sequence[LeftOut],
    occasion: Occasion,
) -> None:
    """Tells the agents which files did not come along, and why; they are kept with the mail as it came."""
    await tx.flush()
    ticket = (await lock_tickets(tx, [ticket_id]))[ticket_id]
    await add_comment(
        tx,
        configuration=configuration,
        vocabulary=desk.vocabulary,
        ticket=ticket,
        new=NewComment(
            body=left_out_text(configuration.languages[0], left_out),
            visibility=INTERNAL,
            channel=CHANNEL,
            automatic=True,
        ),
        occasion=replace(occasion_of(), occurred_at=occasion.occurred_at),
        from_requester=False,
    )


def _text(text: str) -> str:
    return text.replace("\x00", "")[:MAX_BODY]
