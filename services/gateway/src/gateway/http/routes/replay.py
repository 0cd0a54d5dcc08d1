"""Whose the time of a ticket was, and what a proposed rule would have made of past tickets."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.sla.v1 import replay_service_pb2 as pb
from gateway.clients import sla as rpcs
from gateway.http.answers import document
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.models import replay as models
from gateway.http.routes.calendars import written_calendar
from gateway.http.routes.sla import written_policy
from gateway.http.values import JsonObject, moment, text

door = Door("sla")


@door.route("GET", "/tickets/{ticket}/sla/accounting", rpcs.GET_ACCOUNTING, gives=models.Accounting)
async def get_accounting(
    request: Request, ticket: str, query: Annotated[models.AccountingQuery, Query()]
) -> Response:
    """Attribute the business time of a ticket to its teams, the requester and suppliers.

    From its creation until it was finished, or now. In a waiting state it is the requester's, or the supplier's where the
    state says so; between a resolution and a reopening the requester's; else its team's.
    """
    question = pb.GetAccountingRequest(ticket=ticket, calendar=query.calendar)
    answer = await ask(request, rpcs.GET_ACCOUNTING, question)
    return document(
        {
            "calendar": text(answer.calendar),
            "total": answer.total,
            "shares": [{"owner": _owner(one.owner), "time": one.time} for one in answer.shares],
            "turns": [
                {
                    "owner": _owner(one.owner),
                    "start": moment(one.start),
                    "end": moment(one.end),
                    "time": one.time,
                }
                for one in answer.turns
            ],
        }
    )


@door.route("POST", "/sla/policies/what-if", rpcs.REPLAY_TICKETS, gives=models.Replay)
async def replay_tickets(request: Request, body: models.Proposal) -> Response:
    """Try a policy or calendar on the tickets of the last weeks, as if it had been in force all the time.

    A page holds the clocks that would have come out otherwise, and how all of them came out; nothing is changed.
    """
    question = pb.ReplayTicketsRequest(
        policy=None if body.policy is None else written_policy(body.policy),
        policy_id=body.policy_id,
        calendar=None if body.calendar is None else written_calendar(body.calendar),
        calendar_id=body.calendar_id,
        weeks=body.weeks,
        page_size=body.page_size,
        page_token=body.page_token,
    )
    answer = await ask(request, rpcs.REPLAY_TICKETS, question)
    return document(
        {
            "items": [_replayed(clock) for clock in answer.clocks],
            "next_page_token": answer.next_page_token,
            "tickets": answer.tickets,
            "now": _outcomes(answer.now),
            "then": _outcomes(answer.then),
        }
    )


def _owner(owner: pb.Owner) -> JsonObject:
    return {"kind": owner.kind, "id": text(owner.id), "key": text(owner.key)}


def _outcomes(counted: pb.Outcomes) -> JsonObject:
    return {"met": counted.met, "breached": counted.breached, "open": counted.open}


def _replayed(clock: pb.ClockReplayed) -> JsonObject:
    return {
        "ticket": {"id": clock.ticket_id, "number": clock.number, "title": clock.title},
        "name": clock.name,
        "kind": clock.kind,
        "now": text(clock.now),
        "then": text(clock.then),
        "due_at_now": moment(clock.due_at_now),
        "due_at_then": moment(clock.due_at_then),
        "started_at": moment(clock.started_at),
    }
