"""The audit log over gRPC."""

import json

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.paging import page_of
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import audit_service_pb2 as pb
from gateway.app import audit
from gateway.db.audit import AuditEntry
from gateway.publish import timestamp, value


class AuditService:
    """Answers the rpcs of deskmesh.gateway.v1.AuditService."""

    async def ListAuditEntries(
        self, tx: Tx, request: pb.ListAuditEntriesRequest
    ) -> pb.ListAuditEntriesResponse:
        """See the proto."""
        rows, next_page_token = await audit.list_entries(
            tx, page=page_of(request), filter_text=request.filter
        )
        return pb.ListAuditEntriesResponse(
            entries=[_message(row) for row in rows], next_page_token=next_page_token
        )

    async def VerifyAuditLog(self, tx: Tx, request: pb.VerifyAuditLogRequest) -> pb.VerifyAuditLogResponse:
        """See the proto."""
        verdict = await audit.verify(tx, known=_known(request))
        return pb.VerifyAuditLogResponse(
            entries=verdict.entries,
            head=verdict.head.hex(),
            sound=verdict.broken_at is None,
            broken_at=verdict.broken_at or 0,
        )


def _known(request: pb.VerifyAuditLogRequest) -> audit.KnownEnd | None:
    if not request.known_hash and not request.known_sequence:
        return None
    try:
        known = audit.KnownEnd(request.known_sequence, bytes.fromhex(request.known_hash))
    except ValueError:
        known = audit.KnownEnd(0, b"")
    if known.sequence < 1 or len(known.hash) != 32:
        raise InvalidInput([FieldError("known_hash", "is not a hash and its sequence number")])
    return known


def _message(row: AuditEntry) -> pb.AuditEntry:
    return pb.AuditEntry(
        id=str(row.id),
        sequence=row.sequence,
        service=row.service,
        kind=row.kind,
        target_id=row.target_id,
        target_name=row.target_name,
        changes=[
            types_pb2.FieldChange(
                field=one["field"], old_value=value(one["old"]), new_value=value(one["new"])
            )
            for one in json.loads(row.changes)
        ],
        actor=types_pb2.Actor(kind=row.actor_kind, id=row.actor_id),
        cause=row.cause,
        occurred_at=timestamp(row.occurred_at),
        recorded_at=timestamp(row.recorded_at),
        hash=row.hash.hex(),
    )
