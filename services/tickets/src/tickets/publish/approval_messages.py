"""Approvals as the messages that callers and subscribers get."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import approval_pb2 as pb
from tickets.db.approval_views import ApprovalView
from tickets.db.approvals import ApprovalStep, ApprovalVote
from tickets.domain.references import Reference
from tickets.publish.messages import moment, person_message, reference_message


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is told of an open vote, and until when a link in the mail holds."""

    vote_id: UUID
    person: Reference
    link_expires_at: datetime


def approval_message(view: ApprovalView) -> pb.Approval:
    """An approval with its steps and votes."""
    approval = view.approval
    return pb.Approval(
        id=str(approval.id),
        ticket_id=str(approval.ticket_id),
        ticket_number=view.number,
        ticket_title=view.title,
        name=approval.name,
        state=approval.state,
        own_allowed=approval.own_allowed,
        steps=[_step(view, step) for step in view.steps],
        requested_by=common.Actor(
            kind=approval.asker_kind,
            id=approval.asker_id,
            name=approval.asker_name,
            email=approval.asker_email,
        ),
        created_at=moment(approval.created_at),
        decided_at=moment(approval.decided_at),
        version=approval.version,
    )


def asked_message(asked: Asked) -> pb.AskedApprover:
    """Who is told of an open vote."""
    return pb.AskedApprover(
        vote_id=str(asked.vote_id),
        person=person_message(asked.person),
        link_expires_at=moment(asked.link_expires_at),
    )


def _step(view: ApprovalView, step: ApprovalStep) -> pb.ApprovalStep:
    return pb.ApprovalStep(
        id=str(step.id),
        name=step.name,
        stage=step.stage,
        mode=step.mode,
        needed=step.needed,
        state=step.state,
        votes=[_vote(view, vote) for vote in view.votes.get(step.id, [])],
        opened_at=moment(step.opened_at),
        due_at=moment(step.due_at),
        decided_at=moment(step.decided_at),
        remind_after_seconds=step.remind_after_seconds,
        expires_after_seconds=step.expires_after_seconds,
    )


def _vote(view: ApprovalView, vote: ApprovalVote) -> pb.ApprovalVote:
    return pb.ApprovalVote(
        id=str(vote.id),
        approver=person_message(view.named(vote.person_id)),
        via=vote.via,
        team=reference_message(view.named(vote.team_id)),
        state=vote.state,
        decided_by=person_message(view.named(vote.decided_by_id)),
        delegated_by=person_message(view.named(vote.delegated_by_id)),
        comment=vote.comment,
        decided_at=moment(vote.decided_at),
    )
