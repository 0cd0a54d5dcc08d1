"""Approvals, as JSON."""

from datetime import timedelta

from pydantic import TypeAdapter

from deskmesh.tickets.v1 import approval_pb2 as pb
from gateway.http.values import JsonObject, actor, moment, person, ref, text

_DURATION = TypeAdapter(timedelta)


def approval(value: pb.Approval) -> JsonObject:
    """Write an approval with its steps and votes."""
    return {
        "id": value.id,
        "ticket": {"id": value.ticket_id, "key": value.ticket_number, "name": value.ticket_title},
        "name": text(value.name),
        "state": value.state,
        "own_allowed": value.own_allowed,
        "steps": [_step(step) for step in value.steps],
        "requested_by": actor(value.requested_by),
        "created_at": moment(value.created_at),
        "decided_at": moment(value.decided_at),
        "version": value.version,
    }


def substitute(value: pb.Substitute) -> JsonObject:
    """Write who stands in; all null where nobody does."""
    return {
        "person": person(value.person),
        "starts_at": moment(value.starts_at),
        "ends_at": moment(value.ends_at),
    }


def duration(seconds: int) -> str | None:
    """Write a duration in ISO 8601; none at all is null."""
    return str(_DURATION.dump_python(timedelta(seconds=seconds), mode="json")) if seconds else None


def _step(value: pb.ApprovalStep) -> JsonObject:
    return {
        "id": value.id,
        "name": text(value.name),
        "stage": value.stage,
        "mode": value.mode,
        "needed": value.needed,
        "state": value.state,
        "opened_at": moment(value.opened_at),
        "due_at": moment(value.due_at),
        "decided_at": moment(value.decided_at),
        "remind_after": duration(value.remind_after_seconds),
        "expires_after": duration(value.expires_after_seconds),
        "votes": [_vote(vote) for vote in value.votes],
    }


def _vote(value: pb.ApprovalVote) -> JsonObject:
    return {
        "id": value.id,
        "approver": person(value.approver),
        "via": value.via,
        "team": ref(value.team),
        "state": value.state,
        "decided_by": person(value.decided_by),
        "delegated_by": person(value.delegated_by),
        "comment": text(value.comment),
        "decided_at": moment(value.decided_at),
    }
