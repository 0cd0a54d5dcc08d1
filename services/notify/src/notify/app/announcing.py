"""Turns what happened into deliveries: who is told, what the mail may say, and the limits that stop loops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis import timers
from chassis.db import Tx
from chassis.ids import is_id, new_id
from chassis.timers import NewTimer
from notify.app import linking, pushing
from notify.db import deliveries, queries
from notify.db.deliveries import Desk, NewDelivery
from notify.domain import addresses, audience, composing, enclosing
from notify.domain.audience import Known, Letter, Party, Purpose, TicketPeople

DELIVER = "deliver"
SENT_TOGETHER = 8
"""At most so many mails of an event share a timer; what they take is lost again when the process dies meanwhile."""
MAX_SHOWN = 16 * 1024
_NO_DOMAIN = "deskmesh.invalid"


@dataclass(frozen=True, slots=True)
class TicketNews:
    """What mail about a ticket needs to know of it."""

    id: UUID
    number: str
    title: str
    people: TicketPeople
    priority: str = ""
    queue: str = ""
    language: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """Something happened to a ticket. `author` is the id of who did it, empty for the desk itself."""

    event_id: UUID
    ticket: TicketNews
    author: str = ""


@dataclass(frozen=True, slots=True)
class NewTicket(News):
    """A ticket was made; `automatic`: out of a machine's mail."""

    automatic: bool = False


@dataclass(frozen=True, slots=True)
class NewComment(News):
    """A comment was added."""

    author_name: str = ""
    body: str = ""
    html: str = ""
    """The body as HTML that is safe to show; empty where the text is what shall be told."""
    files: Sequence[enclosing.File] = ()
    public: bool = False
    from_requester: bool = False
    automatic: bool = False
    mentioned: Sequence[Party] = ()
    by_the_desk: bool = False
    """Said by a rule of the desk, and not by a person or a machine outside."""
    forwarded_to: Sequence[Party] = ()
    from_outside: bool = False
    """Came by mail."""


@dataclass(frozen=True, slots=True)
class Resolution(News):
    """The ticket was resolved."""


@dataclass(frozen=True, slots=True)
class ClockNews(News):
    """A clock of the ticket warns or has missed its target."""

    clock: str = ""
    due_at: datetime | None = None
    breached: bool = False


@dataclass(frozen=True, slots=True)
class Escalation(ClockNews):
    """A clock has reached a step of its escalation chain, which tells these roles and people."""

    to: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Reminder(News):
    """The desk wanted to be reminded of the ticket now."""


@dataclass(frozen=True, slots=True)
class RatingAsked(News):
    """The requester is asked for a rating: by five marks or two, and until when a link in the mail holds."""

    scale: str = ""
    link_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LowRating(News):
    """The requester gave a low rating."""

    score: int = 0
    comment: str = ""


@dataclass(frozen=True, slots=True)
class AskedApprover:
    """Somebody who is asked to decide, and until when a link in the mail holds."""

    party: Party
    vote_id: str
    link_expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalAsked(News):
    """People are asked to decide on the ticket, or once more."""

    approval_id: str = ""
    name: str = ""
    asker: str = ""
    asked: Sequence[AskedApprover] = ()
    reminder: bool = False


@dataclass(frozen=True, slots=True)
class ApprovalEnded(News):
    """An approval has ended; `asker` is who asked for it."""

    name: str = ""
    state: str = ""
    asker: Party | None = None


@dataclass(frozen=True, slots=True)
class Notice(News):
    """A rule or macro of the desk tells people something."""

    recipients: Sequence[Party] = ()
    body: str = ""


@dataclass(slots=True)
class _Plan:
    """The deliveries of one call, and how many limited mails each address has got, by the titles of their tickets."""

    new: list[NewDelivery] = field(default_factory=list)
    to_known: list[tuple[UUID, NewDelivery]] = field(default_factory=list)
    """Those of them that are sent to people of the directory, with their ids."""
    contents: dict[UUID, dict[str, str]] = field(default_factory=dict)
    """What the templates may show, by event."""
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


async def announce(tx: Tx, *, news: Sequence[News], mail_domain: str, now: datetime) -> None:
    """Queue the mails and pushes that some news call for, each once however often the news come.

    A mail over the limit of automatic mails to its address is written down as suppressed and not sent.
    """
    if not news:
        return
    desk = await deliveries.desk_of(tx)
    people = await _people(tx, news, desk)
    letters = [(one, letter) for one in news for letter in _letters(one, people)]
    if not letters:
        return
    plan = _Plan(counts=await _limited_so_far(tx, [letter for _, letter in letters], now))
    domain = mail_domain or desk.support_address.rpartition("@")[2] or _NO_DOMAIN
    for one, letter in letters:
        _add(plan, one, letter, desk=desk, domain=domain)
    queued = await deliveries.add_deliveries(tx, plan.new, plan.contents)
    due = [timer for ids in queued.values() for timer in timers_of(ids, now)]
    due += await pushing.queue_pushes(tx, mails=plan.to_known, contents=plan.contents, now=now)
    await timers.schedule_many(tx, due)


def timers_of(delivery_ids: Sequence[UUID], due_at: datetime) -> list[NewTimer]:
    """The timers by which some deliveries are sent; a delivery is in one timer at a time, named by its first."""
    return [
        NewTimer(DELIVER, str(delivery_ids[start]), due_at, {"deliveries": list(map(str, group))})
        for start in range(0, len(delivery_ids), SENT_TOGETHER)
        if (group := delivery_ids[start : start + SENT_TOGETHER])
    ]


async def _people(tx: Tx, news: Sequence[News], desk: Desk) -> dict[str, Known]:
    ids: set[UUID] = set()
    teams: set[UUID] = set()
    addresses: set[str] | None = None
    for one in news:
        ids |= {UUID(each) for each in audience.ids_of(one.ticket.people)}
        if isinstance(one, ApprovalAsked):
            ids |= {UUID(each.party.id) for each in one.asked}
        if isinstance(one, Notice):
            ids |= {UUID(each.id) for each in one.recipients}
        if isinstance(one, ApprovalEnded) and one.asker is not None:
            ids.add(UUID(one.asker.id))
        if isinstance(one, Escalation):
            ids |= {UUID(each) for each in one.to if is_id(each)}
            addresses = (addresses or set()) | {each.lower() for each in one.to if "@" in each}
        if one.ticket.people.team_id and (one.ticket.people.assignee is None or isinstance(one, Escalation)):
            teams.add(UUID(one.ticket.people.team_id))
        if isinstance(one, NewComment):
            ids |= {UUID(each.id) for each in one.mentioned}
    return await deliveries.people_of(
        tx, ids=ids, team_ids=teams, agent_roles=desk.agent_roles, addresses=addresses
    )


def _letters(news: News, people: Mapping[str, Known]) -> list[Letter]:
    ticket = news.ticket.people
    match news:
        case NewTicket():
            return audience.of_new_ticket(ticket, people, author=news.author, automatic=news.automatic)
        case NewComment():
            return audience.of_comment(
                ticket,
                people,
                author=news.author,
                mentioned=news.mentioned,
                public=news.public,
                from_requester=news.from_requester,
                automatic=news.automatic,
                by_the_desk=news.by_the_desk,
                forwarded_to=news.forwarded_to,
                from_outside=news.from_outside,
            )
        case ApprovalAsked() | ApprovalEnded():
            return _approval_letters(news, people)
        case Notice():
            return audience.of_notice(news.recipients, people, author=news.author)
        case Resolution() | Reminder() | RatingAsked() | LowRating():
            return _letters_of_a_turn(news, people)
        case ClockNews():
            return (
                audience.of_escalation(ticket, people, to=news.to)
                if isinstance(news, Escalation)
                else audience.of_clock(ticket, people, breached=news.breached)
            )
        case _:
            raise TypeError(f"no rule tells who hears of {type(news).__name__}")


def _letters_of_a_turn(
    news: Resolution | Reminder | RatingAsked | LowRating, people: Mapping[str, Known]
) -> list[Letter]:
    ticket = news.ticket.people
    if isinstance(news, Reminder):
        return audience.of_reminder(ticket, people)
    if isinstance(news, RatingAsked):
        return audience.of_rating_request(ticket, people)
    if isinstance(news, LowRating):
        return audience.of_low_rating(ticket, people)
    return audience.of_resolution(ticket, people, author=news.author)


def _approval_letters(news: ApprovalAsked | ApprovalEnded, people: Mapping[str, Known]) -> list[Letter]:
    if isinstance(news, ApprovalAsked):
        purpose = Purpose.APPROVAL_REMINDER if news.reminder else Purpose.APPROVAL_REQUEST
        return audience.of_approval([each.party for each in news.asked], people, purpose)
    parties = [] if news.asker is None else [news.asker]
    return audience.of_approval(parties, people, Purpose.APPROVAL_COMPLETED)


async def _limited_so_far(tx: Tx, letters: Sequence[Letter], now: datetime) -> dict[str, dict[str, int]]:
    recipients = {letter.email for letter in letters if letter.purpose in audience.LIMITED}
    if not recipients:
        return {}
    # Two workers at once must not both see the last free place.
    await queries.lock(tx, *(f"limit/{recipient}" for recipient in recipients))
    return await deliveries.sent_since(
        tx,
        recipients=recipients,
        purposes=audience.LIMITED,
        since=now - audience.AUTOMATIC_WINDOW,
        at_most=audience.AUTOMATIC_LIMIT,
    )


def _add(plan: _Plan, news: News, letter: Letter, *, desk: Desk, domain: str) -> None:
    recipient = addresses.normalise(letter.email)
    if recipient is None:
        return
    suppressed, title = "", news.ticket.title
    counts = plan.counts.setdefault(recipient, {})
    if recipient in desk.mailboxes:
        suppressed = "a mailbox of this desk"
    elif not audience.within_limit(counts, letter.purpose, title=title):
        suppressed = "too many automatic mails in an hour"
    elif letter.purpose in audience.LIMITED:
        counts[title] = counts.get(title, 0) + 1
    delivery_id = new_id()
    delivery = NewDelivery(
        id=delivery_id,
        event_id=news.event_id,
        ticket_id=news.ticket.id,
        purpose=letter.purpose.value,
        recipient=recipient,
        recipient_name=letter.name,
        language=letter.language or news.ticket.language or desk.language,
        time_zone=letter.time_zone or desk.time_zone,
        subject=composing.subject_of(news.ticket.number, news.ticket.title),
        message_id=f"{delivery_id}@{domain}",
        state="suppressed" if suppressed else "queued",
        last_error=suppressed,
    )
    plan.new.append(delivery)
    if letter.person_id and not suppressed:
        plan.to_known.append((UUID(letter.person_id), delivery))
    if news.event_id not in plan.contents:
        plan.contents[news.event_id] = _content(news)


def _content(news: News) -> dict[str, str]:
    """What templates may show of the news, flat. A mail to somebody outside gets no internal text: it is never in it."""
    ticket = news.ticket
    requester = ticket.people.requester
    shown = {
        "ticket.number": ticket.number,
        "ticket.title": ticket.title,
        "ticket.priority": ticket.priority,
        "ticket.queue": ticket.queue,
        "requester.name": requester.name if requester else "",
        "requester.email": requester.email if requester else "",
    }
    match news:
        case NewTicket():
            shown["ticket.description"] = ticket.description[:MAX_SHOWN]
        case NewComment():
            shown["comment.body"] = news.body
            if news.html:
                shown["comment.html"] = news.html
            shown |= enclosing.content_of(news.files)
            shown["comment.author"] = news.author_name
            shown["comment.internal"] = "" if news.public else "yes"
        case ApprovalAsked():
            shown["ticket.description"] = ticket.description[:MAX_SHOWN]
            shown |= {"approval.name": news.name, "approval.asker": news.asker}
            shown |= linking.approval_content(
                str(ticket.id),
                news.approval_id,
                {
                    each.party.email: (each.party.id, each.vote_id, each.link_expires_at)
                    for each in news.asked
                },
            )
        case ApprovalEnded():
            shown |= {"approval.name": news.name, f"approval.{news.state}": "yes"}
        case Notice():
            shown["notice.body"] = news.body
        case RatingAsked() if requester is not None and news.link_expires_at is not None:
            shown |= linking.rating_content(
                str(ticket.id), requester.id, scale=news.scale, until=news.link_expires_at
            )
        case LowRating():
            shown |= {"rating.score": str(news.score), "rating.comment": news.comment}
        case ClockNews():
            shown["clock.name"] = news.clock
            shown["clock.due_at"] = news.due_at.isoformat() if news.due_at else ""
            shown["clock.breached"] = "yes" if news.breached else ""
    return shown
