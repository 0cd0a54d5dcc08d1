"""Agreements, and whether a ticket is covered by one."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.sla.v1 import agreement_service_pb2 as pb
from gateway.clients import sla as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import agreements as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.values import JsonObject, moment, text

door = Door("sla")


@door.route(
    "POST",
    "/sla/agreements",
    rpcs.CREATE_AGREEMENT,
    gives=models.Agreement,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_agreement(request: Request, body: models.NewAgreement) -> Response:
    """Create an agreement."""
    question = pb.CreateAgreementRequest(agreement=_written(body))
    made = (await ask(request, rpcs.CREATE_AGREEMENT, question)).agreement
    return resource(_agreement(made), made.version, HTTPStatus.CREATED, f"{API}/sla/agreements/{made.id}")


@door.route("GET", "/sla/agreements", rpcs.LIST_AGREEMENTS, gives=list_of(models.Agreement))
async def list_agreements(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List agreements."""
    question = pb.ListAgreementsRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_AGREEMENTS, question)
    return listing([_agreement(one) for one in answer.agreements], answer.next_page_token)


@door.route("GET", "/sla/agreements/{agreement}", rpcs.GET_AGREEMENT, gives=models.Agreement, versioned=True)
async def get_agreement(request: Request, agreement: str) -> Response:
    """Read an agreement, by id or name."""
    question = pb.GetAgreementRequest(agreement_id=agreement)
    found = (await ask(request, rpcs.GET_AGREEMENT, question)).agreement
    return resource(_agreement(found), found.version)


@door.route(
    "PATCH", "/sla/agreements/{agreement}", rpcs.UPDATE_AGREEMENT, gives=models.Agreement, versioned=True
)
async def update_agreement(request: Request, agreement: str, body: models.AgreementPatch) -> Response:
    """Change an agreement."""
    question = pb.UpdateAgreementRequest(
        agreement_id=agreement,
        patch=_written(body),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_AGREEMENT, question)).agreement
    return resource(_agreement(changed), changed.version)


@door.route(
    "DELETE",
    "/sla/agreements/{agreement}",
    rpcs.DELETE_AGREEMENT,
    status=HTTPStatus.NO_CONTENT,
    versioned=True,
)
async def delete_agreement(request: Request, agreement: str) -> Response:
    """Delete an agreement."""
    question = pb.DeleteAgreementRequest(agreement_id=agreement, expected_version=expected_version(request))
    await ask(request, rpcs.DELETE_AGREEMENT, question)
    return nothing()


@door.route("GET", "/sla/agreements/{agreement}/hours", rpcs.GET_AGREEMENT_HOURS, gives=models.AgreementHours)
async def get_agreement_hours(
    request: Request, agreement: str, query: Annotated[models.HoursQuery, Query()]
) -> Response:
    """Say how much of the hours that an agreement includes is used in a period."""
    question = pb.GetAgreementHoursRequest(agreement_id=agreement, on=query.on or "")
    answer = await ask(request, rpcs.GET_AGREEMENT_HOURS, question)
    return document(
        {
            "period_start": answer.period_start,
            "period_end": text(answer.period_end),
            "included": answer.included,
            "used": answer.used,
            "remaining": answer.remaining,
            "told": list(answer.told),
        }
    )


@door.route("GET", "/tickets/{ticket}/entitlement", rpcs.GET_ENTITLEMENT, gives=models.Entitlement)
async def get_entitlement(request: Request, ticket: str) -> Response:
    """Say whether an agreement with its customer covered a ticket when it was made."""
    answer = await ask(request, rpcs.GET_ENTITLEMENT, pb.GetEntitlementRequest(ticket=ticket))
    return document(
        {
            "entitled": answer.entitled,
            "reason": answer.reason,
            "agreements": [_agreement(one) for one in answer.agreements],
        }
    )


def _written(body: models.NewAgreement | models.AgreementPatch) -> pb.Agreement:
    return pb.Agreement(
        name=body.name or "",
        kind=body.kind or "",
        parties=body.parties,
        services=body.services,
        products=body.products,
        valid_from=body.valid_from or "",
        valid_until=body.valid_until or "",
        note=body.note or "",
        included_hours=body.included_hours or "",
        hours_period=body.hours_period or "",
        hours_warnings=body.hours_warnings,
    )


def _agreement(value: pb.Agreement) -> JsonObject:
    return {
        "id": value.id,
        "key": value.name,
        "name": value.name,
        "kind": value.kind,
        "parties": list(value.parties),
        "services": list(value.services),
        "products": list(value.products),
        "valid_from": value.valid_from,
        "valid_until": text(value.valid_until),
        "note": value.note,
        "included_hours": text(value.included_hours),
        "hours_period": value.hours_period,
        "hours_warnings": list(value.hours_warnings),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }
