"""The RPCs of agreements."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.sla.v1 import agreement_service_pb2 as pb
from sla.api.masks import masked
from sla.app import agreements, included_hours
from sla.app.agreements import AgreementDraft
from sla.app.refusals import invalid
from sla.domain import durations
from sla.publish.messages import agreement_message

_FIELDS = (
    "name",
    "kind",
    "parties",
    "services",
    "products",
    "valid_from",
    "valid_until",
    "note",
    "included_hours",
    "hours_period",
    "hours_warnings",
)
_LISTS = ("parties", "services", "products", "hours_warnings")


class AgreementService:
    """Answers deskmesh.sla.v1.AgreementService."""

    async def CreateAgreement(self, tx: Tx, request: pb.CreateAgreementRequest) -> pb.CreateAgreementResponse:
        draft = AgreementDraft(**_values(request.agreement, _FIELDS))  # type: ignore[arg-type]  # its own fields
        row = await agreements.create_agreement(tx, draft=draft)
        return pb.CreateAgreementResponse(agreement=agreement_message(row))

    async def GetAgreement(self, tx: Tx, request: pb.GetAgreementRequest) -> pb.GetAgreementResponse:
        row = await agreements.get_agreement(tx, agreement=request.agreement_id)
        return pb.GetAgreementResponse(agreement=agreement_message(row))

    async def ListAgreements(self, tx: Tx, request: pb.ListAgreementsRequest) -> pb.ListAgreementsResponse:
        rows, token = await agreements.list_agreements(tx, page=page_of(request))
        return pb.ListAgreementsResponse(agreements=map(agreement_message, rows), next_page_token=token)

    async def UpdateAgreement(self, tx: Tx, request: pb.UpdateAgreementRequest) -> pb.UpdateAgreementResponse:
        row = await agreements.update_agreement(
            tx,
            agreement=request.agreement_id,
            changes=_values(request.patch, masked(request.update_mask, request.patch, _FIELDS)),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateAgreementResponse(agreement=agreement_message(row))

    async def DeleteAgreement(self, tx: Tx, request: pb.DeleteAgreementRequest) -> pb.DeleteAgreementResponse:
        await agreements.delete_agreement(
            tx, agreement=request.agreement_id, expected_version=request.expected_version or None
        )
        return pb.DeleteAgreementResponse()

    async def GetAgreementHours(
        self, tx: Tx, request: pb.GetAgreementHoursRequest
    ) -> pb.GetAgreementHoursResponse:
        on = None
        if request.on:
            try:
                on = date.fromisoformat(request.on)
            except ValueError:
                raise invalid(("on", 'must be a date such as "2026-01-01"')) from None
        found = await included_hours.read_balance(
            tx, agreement=request.agreement_id, on=on, now=datetime.now(UTC)
        )
        return pb.GetAgreementHoursResponse(
            period_start=found.first_day.isoformat(),
            period_end="" if found.last_day is None else found.last_day.isoformat(),
            included=durations.format(found.included),
            used=durations.format(found.used),
            remaining=durations.format(found.included - found.used),
            told=found.told,
        )

    async def GetEntitlement(self, tx: Tx, request: pb.GetEntitlementRequest) -> pb.GetEntitlementResponse:
        found = await agreements.check_entitlement(tx, ticket=request.ticket)
        return pb.GetEntitlementResponse(
            entitled=found.entitled, reason=found.reason, agreements=map(agreement_message, found.agreements)
        )


def _values(agreement: pb.Agreement, fields: Collection[str]) -> dict[str, object]:
    values = {name: getattr(agreement, name) for name in fields}
    if not values.get("kind", "sla"):
        values["kind"] = "sla"
    if not values.get("hours_period", "month"):
        values["hours_period"] = "month"
    return {name: list(value) if name in _LISTS else value for name, value in values.items()}
