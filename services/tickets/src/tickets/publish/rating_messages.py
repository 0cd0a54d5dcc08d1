"""Ratings as callers and subscribers get them, and what is told of them."""

from chassis.db import Tx
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import rating_pb2 as pb
from tickets.db.configuration import Queue
from tickets.db.ratings import TicketRating
from tickets.db.views import TicketView
from tickets.domain.occasion import Occasion
from tickets.domain.rating import RatingPolicy
from tickets.publish.messages import (
    moment,
    person_message,
    row_message,
)
from tickets.publish.telling import tell


def rating_message(view: TicketView, rating: TicketRating, policy: RatingPolicy) -> pb.Rating:
    """A rating of a ticket, given or asked for."""
    ticket = view.ticket
    return pb.Rating(
        ticket=common.Ref(id=str(ticket.id), key=ticket.number, name=ticket.title),
        score=rating.score or 0,
        comment=rating.comment,
        nps=rating.nps,
        asked_at=moment(rating.asked_at),
        rated_at=moment(rating.rated_at),
        open_until=moment(rating.open_until),
        requester=person_message(view.requester),
        scale=policy.scale,
        asks_nps=policy.nps,
        low=rating.low,
        version=rating.version,
    )


def setting_message(queue: Queue | None, policy: RatingPolicy, version: int) -> pb.RatingSetting:
    """When ratings are asked for in a queue, or in all others."""
    return pb.RatingSetting(
        queue=None if queue is None else row_message(queue),
        ask_on=policy.ask_on,
        scale=policy.scale,
        nps=policy.nps,
        low_mark=policy.low_mark,
        on_low=policy.on_low,
        window_days=policy.window_days,
        version=version,
    )


def rating_requested(
    tx: Tx, view: TicketView, rating: TicketRating, policy: RatingPolicy, occasion: Occasion
) -> None:
    """The requester is asked."""
    tell(tx, view, events.RatingRequested, occasion, rating=rating_message(view, rating, policy))


def ticket_rated(tx: Tx, view: TicketView, rating: pb.Rating, occasion: Occasion, *, alert: bool) -> None:
    """The requester rated; `alert`: the desk shall be told."""
    tell(tx, view, events.TicketRated, occasion, rating=rating, alert=alert)
