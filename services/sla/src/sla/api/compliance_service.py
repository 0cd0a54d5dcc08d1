"""The RPCs of compliance."""

from __future__ import annotations

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.sla.v1 import compliance_service_pb2 as pb
from sla.api.times import time_or_none
from sla.app import compliance
from sla.domain import durations
from sla.publish.messages import at_risk_message


class ComplianceService:
    """Answers deskmesh.sla.v1.ComplianceService."""

    async def GetCompliance(self, tx: Tx, request: pb.GetComplianceRequest) -> pb.GetComplianceResponse:
        question = compliance.Question(
            by=request.by,
            since=time_or_none(request, "since"),
            until=time_or_none(request, "until"),
            kind=request.kind,
            clock=request.clock,
        )
        groups, token = await compliance.count_compliance(tx, question=question, page=page_of(request))
        return pb.GetComplianceResponse(groups=map(_group, groups), next_page_token=token)

    async def ListAtRisk(self, tx: Tx, request: pb.ListAtRiskRequest) -> pb.ListAtRiskResponse:
        found, token = await compliance.list_at_risk(
            tx, within=request.within, kind=request.kind, clock=request.clock, page=page_of(request)
        )
        return pb.ListAtRiskResponse(
            clocks=[at_risk_message(clock, ticket) for clock, ticket in found], next_page_token=token
        )


def _group(group: compliance.Group) -> pb.ComplianceGroup:
    return pb.ComplianceGroup(
        id=group.id,
        key=group.key,
        met=group.met,
        breached=group.breached,
        open=group.open,
        rate=group.rate,
        average="" if group.average is None else durations.format(group.average),
    )
