"""What is told of approvals. Aggregate and version are the ticket's."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis import outbox
from chassis.db import Tx
from deskmesh.tickets.v1 import events_pb2 as pb
from tickets.db.approval_views import ApprovalView
from tickets.db.views import TicketView
from tickets.domain.occasion import Occasion
from tickets.domain.references import Reference
from tickets.publish.approval_messages import Asked, approval_message, asked_message
from tickets.publish.messages import (
    MAX_TEXT_BYTES,
    actor_message,
    moment,
    person_message,
    ticket_message,
)

Event = pb.ApprovalRequested | pb.ApprovalDecided | pb.ApprovalDelegated | pb.ApprovalCompleted


@dataclass(frozen=True, slots=True)
class ApprovalNews:
    """Something happened to an approval: the ticket as it is after it, and the circumstances."""

    ticket: TicketView
    view: ApprovalView
    occasion: Occasion


def approval_requested(tx: Tx, news: ApprovalNews, asked: Sequence[Asked], *, reminder: bool) -> None:
    """People are asked to decide, or asked once more."""
    _add(tx, news, pb.ApprovalRequested(asked=[asked_message(one) for one in asked], reminder=reminder))


def approval_decided(tx: Tx, news: ApprovalNews, vote_ids: Sequence[UUID], decision: str) -> None:
    """Somebody decided."""
    _add(tx, news, pb.ApprovalDecided(vote_ids=[str(id_) for id_ in vote_ids], decision=decision))


def approval_delegated(tx: Tx, news: ApprovalNews, former: Reference, heir: Reference) -> None:
    """A vote is another's from now on."""
    event = pb.ApprovalDelegated(to=person_message(heir))
    getattr(event, "from").MergeFrom(person_message(former))  # a keyword of Python
    _add(tx, news, event)


def approval_completed(tx: Tx, news: ApprovalNews) -> None:
    """The approval has ended."""
    _add(tx, news, pb.ApprovalCompleted())


def _add(tx: Tx, news: ApprovalNews, event: Event) -> None:
    ticket, occasion = news.ticket, news.occasion
    told = type(event)(
        ticket=ticket_message(ticket, cut_bytes=MAX_TEXT_BYTES),
        approval=approval_message(news.view),
        actor=actor_message(occasion.actor),
        cause=occasion.cause,
        occurred_at=moment(occasion.occurred_at),
        recorded_at=moment(occasion.recorded_at),
    )
    event.MergeFromString(told.SerializeToString())
    outbox.add(tx, event, aggregate_id=ticket.ticket.id, version=ticket.ticket.version)
