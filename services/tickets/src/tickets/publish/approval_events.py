"""What is told of approvals. Aggregate and version are the ticket's."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from google.protobuf.message import Message

from chassis.db import Tx
from deskmesh.tickets.v1 import events_pb2 as pb
from tickets.db.approval_views import ApprovalView
from tickets.db.views import TicketView
from tickets.domain.occasion import Occasion
from tickets.domain.references import Reference
from tickets.publish.approval_messages import Asked, approval_message, asked_message
from tickets.publish.messages import person_message
from tickets.publish.telling import tell


@dataclass(frozen=True, slots=True)
class ApprovalNews:
    """Something happened to an approval: the ticket as it is after it, and the circumstances."""

    ticket: TicketView
    view: ApprovalView
    occasion: Occasion


def approval_requested(tx: Tx, news: ApprovalNews, asked: Sequence[Asked], *, reminder: bool) -> None:
    """People are asked to decide, or asked once more."""
    _tell(tx, news, pb.ApprovalRequested, asked=[asked_message(one) for one in asked], reminder=reminder)


def approval_decided(tx: Tx, news: ApprovalNews, vote_ids: Sequence[UUID], decision: str) -> None:
    """Somebody decided."""
    _tell(tx, news, pb.ApprovalDecided, vote_ids=[str(id_) for id_ in vote_ids], decision=decision)


def approval_delegated(tx: Tx, news: ApprovalNews, former: Reference, heir: Reference) -> None:
    """A vote is another's from now on."""
    _tell(tx, news, pb.ApprovalDelegated, **{"from": person_message(former)}, to=person_message(heir))


def approval_completed(tx: Tx, news: ApprovalNews) -> None:
    """The approval has ended."""
    _tell(tx, news, pb.ApprovalCompleted)


def _tell(tx: Tx, news: ApprovalNews, event: type[Message], **more: object) -> None:
    tell(tx, news.ticket, event, news.occasion, approval=approval_message(news.view), **more)
