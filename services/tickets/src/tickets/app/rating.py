"""Ratings: given and changed by the requester while there is time, read by the desk."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import false, or_, select

from chassis import filters
from chassis.db import Tx, check_version
from chassis.errors import Forbidden, NotFound, WrongState
from chassis.filters import Field, FieldTable, FieldType
from chassis.paging import Keyset, Page, order_of
from tickets.app.access import is_requester, may, readable_parts, readable_ticket
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.creating import NewTicket, Requester
from tickets.app.filtering import with_ids
from tickets.app.making import make_ticket
from tickets.app.moving import move_by_itself
from tickets.app.opening import Desk
from tickets.app.recording import record_change, view_ticket, view_tickets
from tickets.db.ratings import TicketRating
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView
from tickets.domain.changes import Change, Plain
from tickets.domain.occasion import Occasion
from tickets.domain.rating import MAX_COMMENT, RATEABLE_CATEGORIES, RatingPolicy, rating_problems
from tickets.domain.texts import one_line
from tickets.domain.workflow import FINAL_CATEGORIES, REQUESTER_REPLIED
from tickets.publish import rating_messages as publish

REPORTS = "reports.read"

FIELDS: Final = FieldTable(
    {
        "score": Field(FieldType.NUMBER, (TicketRating.score,)),
        "nps": Field(FieldType.NUMBER, (TicketRating.nps,)),
        "comment": Field(FieldType.STRING, (TicketRating.comment,)),
        "low": Field(FieldType.BOOL, (TicketRating.low,)),
        "rated_at": Field(FieldType.TIMESTAMP, (TicketRating.rated_at,)),
        "ticket": Field(FieldType.REFERENCE, (Ticket.id, Ticket.number)),
        "type": Field(FieldType.STRING, (Ticket.type,)),
        "process": Field(FieldType.REFERENCE, (Ticket.process_id,)),
        "queue": Field(FieldType.REFERENCE, (Ticket.queue_id,)),
        "team": Field(FieldType.REFERENCE, (Ticket.team_id,)),
        "assignee": Field(FieldType.REFERENCE, (Ticket.assignee_id,)),
        "requester": Field(FieldType.REFERENCE, (Ticket.requester_id,)),
        "organization": Field(FieldType.REFERENCE, (Ticket.organization_id,)),
    }
)
"""What filters of ratings may name."""

_ORDERS: Final = {"rated_at": TicketRating.rated_at, "score": TicketRating.score}


@dataclass(frozen=True, slots=True)
class RatingView:
    """A rating with its ticket and the setting that it is given by."""

    rating: TicketRating
    ticket: TicketView
    policy: RatingPolicy


@dataclass(frozen=True, slots=True)
class NewRating:
    """What the requester thinks; `nps` None where it is not said."""

    score: int
    comment: str = ""
    nps: int | None = None
    expected_version: int | None = None


async def get_rating(tx: Tx, *, configuration: Configuration, ticket: str) -> RatingView:
    """The rating of a ticket, or what is asked. Raises NotFound where neither is there."""
    found = await readable_ticket(tx, configuration, ticket)
    rating = await tx.get(TicketRating, found.id)
    if rating is None:
        raise NotFound("rating")
    view = await view_ticket(tx, configuration, found)
    return RatingView(rating, view, configuration.rating_policy(found.queue_id))


async def rate_ticket(
    tx: Tx, *, configuration: Configuration, desk: Desk, ticket: str, new: NewRating
) -> RatingView:
    """Keeps what the requester thinks of an own ticket. Publishes TicketRated.

    A rating that becomes low is told to the desk or has the ticket worked again, as the setting says. Raises NotFound,
    Forbidden for anybody but the requester, Stale, InvalidInput, WrongState where the ticket is not done or it is too late.
    """
    found = await readable_ticket(tx, configuration, ticket, for_update=True)
    if not is_requester(found):
        raise Forbidden("Only the requester rates a ticket.")
    policy, occasion = configuration.rating_policy(found.queue_id), occasion_of()
    rating = await tx.get(TicketRating, found.id)
    if rating is None:
        rating = _unasked(found, policy)
        tx.add(rating)
    elif new.expected_version is not None:
        check_version(rating, new.expected_version)
    if rating.open_until <= occasion.recorded_at:
        raise WrongState("RATING_OVER", "It is too late to rate this ticket.")
    problems = Problems()
    for field, reason in rating_problems(policy, new.score, new.nps).items():
        problems.add(field, reason)
    problems.text("comment", new.comment, limit=MAX_COMMENT)
    problems.raise_any()
    before, was_low = _said(rating), rating.low
    rating.score, rating.comment = new.score, new.comment
    # An answer to what is no longer asked stays.
    rating.nps = new.nps if policy.nps else rating.nps
    rating.low, rating.rated_at = policy.is_low(new.score), occasion.recorded_at
    await tx.flush()
    view = await record_change(
        tx,
        configuration=configuration,
        ticket=found,
        occasion=occasion,
        action="rated",
        changes=[Change("rating", before, _said(rating))],
    )
    became_low = rating.low and not was_low
    alert = became_low and policy.on_low != "nothing"
    publish.ticket_rated(tx, view, publish.rating_message(view, rating, policy), occasion, alert=alert)
    if became_low and policy.on_low == "reopen":
        await _work_again(tx, configuration=configuration, desk=desk, view=view, occasion=occasion)
    return RatingView(rating, view, policy)


async def list_ratings(
    tx: Tx, *, configuration: Configuration, filter_text: str, order_by: str, page: Page
) -> tuple[list[RatingView], str]:
    """A page of the ratings on tickets that the caller reads and reports on, the latest first, and the next page's token.

    Raises BadRequest for a malformed filter or token, InvalidInput for the order.
    """
    queues = [
        queue.id
        for queue in configuration.queues.values()
        if may(REPORTS, configuration.processes[queue.process_id], queue)
    ]
    seen = [part.condition for part in readable_parts(configuration) if not part.only_public]
    tree = await with_ids(tx, configuration, filters.parse(filter_text))
    statement = (
        select(TicketRating, Ticket)
        .join(Ticket, (Ticket.tenant_id == TicketRating.tenant_id) & (Ticket.id == TicketRating.id))
        .where(
            TicketRating.rated_at.is_not(None),
            Ticket.queue_id.in_(queues),
            or_(*seen) if seen else false(),
            filters.to_sql(filters.check(tree, FIELDS), FIELDS),
        )
    )
    order = order_of(order_by, _ORDERS, default="rated_at desc", unique=TicketRating.id)
    keyset = Keyset(order, filter_text)
    rows = (await tx.execute(keyset.select(statement, page))).all()
    tickets = {ticket.id: ticket for _, ticket in rows}
    ratings, token = keyset.cut([rating for rating, _ in rows], page)
    views = await view_tickets(tx, configuration, [tickets[rating.id] for rating in ratings])
    return [
        RatingView(rating, view, configuration.rating_policy(view.ticket.queue_id))
        for rating, view in zip(ratings, views, strict=True)
    ], token


def _unasked(ticket: Ticket, policy: RatingPolicy) -> TicketRating:
    """A rating that nobody asked for. Raises WrongState where the desk is not done with the ticket."""
    if ticket.state_category not in RATEABLE_CATEGORIES:
        raise WrongState("NOT_DONE", "A ticket is rated once it is resolved.")
    done_at = ticket.closed_at or ticket.resolved_at or datetime.now(UTC)
    return TicketRating(
        id=ticket.id, comment="", low=False, open_until=done_at + timedelta(days=policy.window_days)
    )


async def _work_again(
    tx: Tx, *, configuration: Configuration, desk: Desk, view: TicketView, occasion: Occasion
) -> None:
    """The ticket moves as by an answer of the requester; one at its end is followed by a new one below it."""
    ticket = view.ticket
    by_setting = replace(occasion, rule="rating:low")
    if ticket.state_category not in FINAL_CATEGORIES:
        await move_by_itself(
            tx, configuration=configuration, ticket=ticket, trigger=REQUESTER_REPLIED, occasion=by_setting
        )
        return
    assert view.requester is not None  # who has just rated it
    rating = await tx.get(TicketRating, ticket.id)
    assert rating is not None  # it was just given
    new = NewTicket(
        title=one_line(ticket.title),
        description=rating.comment,
        type=ticket.type,
        queue=str(ticket.queue_id),
        impact=ticket.impact,
        urgency=ticket.urgency,
        category=ticket.category,
        channel=ticket.channel,
        language=ticket.language,
        ci_ids=ticket.ci_ids,
        service_id=ticket.service_id,
        parent_id=ticket.id,
        requester=Requester(view.requester, view.organization),
    )
    await make_ticket(tx, configuration=configuration, desk=desk, new=new, occasion=by_setting)


def _said(rating: TicketRating) -> Plain:
    if rating.score is None:
        return None
    said: dict[str, object] = {"score": rating.score, "comment": rating.comment}
    return said if rating.nps is None else {**said, "nps": rating.nps}
