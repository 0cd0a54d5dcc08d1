"""The audit log, as JSON."""

from deskmesh.gateway.v1 import audit_service_pb2 as pb
from gateway.http.render.macros import change
from gateway.http.values import JsonObject, actor, moment, text


def entry(value: pb.AuditEntry) -> JsonObject:
    """Write a changed setting."""
    return {
        "id": value.id,
        "sequence": value.sequence,
        "service": value.service,
        "kind": value.kind,
        "target_id": value.target_id,
        "target_name": text(value.target_name),
        "changes": [change(one) for one in value.changes],
        "actor": actor(value.actor),
        "cause": value.cause,
        "occurred_at": moment(value.occurred_at),
        "recorded_at": moment(value.recorded_at),
        "hash": value.hash,
    }


def verification(value: pb.VerifyAuditLogResponse) -> JsonObject:
    """Write what a reading of the whole log found."""
    return {
        "entries": value.entries,
        "head": value.head,
        "sound": value.sound,
        "broken_at": value.broken_at or None,
    }
