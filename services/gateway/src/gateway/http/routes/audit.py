"""The audit log of the settings of all services."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.gateway.v1 import audit_service_pb2 as pb
from gateway.clients import gateway as rpcs
from gateway.http.answers import document, listing
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.models import audit as models
from gateway.http.models.common import list_of
from gateway.http.render import audit as render

door = Door("audit")


@door.route("GET", "/audit", rpcs.LIST_AUDIT_ENTRIES, gives=list_of(models.AuditEntry))
async def list_entries(request: Request, query: Annotated[models.AuditQuery, Query()]) -> Response:
    """List who changed which setting from what to what, in all services, the latest first."""
    question = pb.ListAuditEntriesRequest(
        page_size=query.page_size, page_token=query.page_token, filter=query.filter
    )
    answer = await ask(request, rpcs.LIST_AUDIT_ENTRIES, question)
    return listing([render.entry(one) for one in answer.entries], answer.next_page_token)


@door.route("GET", "/audit/verification", rpcs.VERIFY_AUDIT_LOG, gives=models.Verification)
async def verify(request: Request, query: Annotated[models.KnownEnd, Query()]) -> Response:
    """Read the whole log and say whether it is as it was written.

    With an end that was kept elsewhere, a log that was cut or made anew is found too.
    """
    question = pb.VerifyAuditLogRequest(known_sequence=query.known_sequence, known_hash=query.known_hash)
    return document(render.verification(await ask(request, rpcs.VERIFY_AUDIT_LOG, question)))
