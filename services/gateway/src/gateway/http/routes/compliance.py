"""Compliance: what became of the clocks, and which are at risk now."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.sla.v1 import compliance_service_pb2 as pb
from gateway.clients import sla as rpcs
from gateway.http.answers import listing
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.models import compliance as models
from gateway.http.models.common import list_of
from gateway.http.spreadsheets import spreadsheet
from gateway.http.values import JsonObject, moment, person, ref, text, timestamp

door = Door("sla")

_COLUMNS = ("id", "key", "met", "breached", "open", "rate", "average")
_MOST_ROWS = 10_000
_PAGE = 200


@door.route("GET", "/sla/compliance", rpcs.GET_COMPLIANCE, gives=list_of(models.ComplianceGroup))
async def count_compliance(request: Request, query: Annotated[models.ComplianceQuery, Query()]) -> Response:
    """Count the clocks met, breached and open, by policy, customer, service, team, person or period.

    Each winding of a clock counts once, in the time in which it started; those of tickets on which the caller may read
    reports.
    """
    answer = await _counted(request, query, query.page_size, query.page_token)
    return listing([_group(group) for group in answer.groups], answer.next_page_token)


@door.route("GET", "/sla/compliance/export", rpcs.GET_COMPLIANCE, gives="text/csv")
async def export_compliance(request: Request, query: Annotated[models.Scope, Query()]) -> Response:
    """Count the same as CSV, all pages of it up to ten thousand rows."""
    groups: list[JsonObject] = []
    token = ""
    while len(groups) < _MOST_ROWS:
        answer = await _counted(request, query, _PAGE, token)
        groups += [_group(group) for group in answer.groups]
        token = answer.next_page_token
        if not token:
            break
    return spreadsheet("compliance", _COLUMNS, (group.values() for group in groups))


@door.route("GET", "/sla/compliance/at-risk", rpcs.LIST_AT_RISK, gives=list_of(models.ClockAtRisk))
async def list_at_risk(request: Request, query: Annotated[models.RiskQuery, Query()]) -> Response:
    """List the running clocks that are breached or soon will be, the nearest first."""
    question = pb.ListAtRiskRequest(
        within=query.within,
        kind=query.kind,
        clock=query.clock,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await ask(request, rpcs.LIST_AT_RISK, question)
    return listing([_at_risk(clock) for clock in answer.clocks], answer.next_page_token)


async def _counted(
    request: Request, scope: models.Scope, page_size: int, page_token: str
) -> pb.GetComplianceResponse:
    question = pb.GetComplianceRequest(
        by=scope.by,
        since=timestamp(scope.since),
        until=timestamp(scope.until),
        kind=scope.kind,
        clock=scope.clock,
        page_size=page_size,
        page_token=page_token,
    )
    return await ask(request, rpcs.GET_COMPLIANCE, question)


def _group(group: pb.ComplianceGroup) -> JsonObject:
    return {
        "id": text(group.id),
        "key": text(group.key),
        "met": group.met,
        "breached": group.breached,
        "open": group.open,
        "rate": group.rate if group.HasField("rate") else None,
        "average": text(group.average),
    }


def _at_risk(clock: pb.ClockAtRisk) -> JsonObject:
    return {
        "id": clock.id,
        "name": clock.name,
        "kind": clock.kind,
        "policy": clock.policy,
        "due_at": moment(clock.due_at),
        "breached": clock.breached,
        "ticket": {
            "id": clock.ticket_id,
            "number": clock.number,
            "title": clock.title,
            "priority": clock.priority,
        },
        "queue": ref(clock.queue),
        "team": ref(clock.team),
        "assignee": person(clock.assignee),
    }
