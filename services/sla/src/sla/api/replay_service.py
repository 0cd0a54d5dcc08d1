"""The RPCs of accounting and of what-if."""

from __future__ import annotations

from collections import Counter

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.sla.v1 import replay_service_pb2 as pb
from sla.api.drafts import calendar_draft, policy_draft
from sla.app import replaying
from sla.app.replaying import Proposal
from sla.db.tickets import TicketRow
from sla.domain import durations
from sla.domain.accounting import Owner, shares
from sla.domain.replay import BREACHED, MET, OPEN, Replayed, outcome
from sla.publish.messages import moment

_WEEKS = 4


class ReplayService:
    """Answers deskmesh.sla.v1.ReplayService."""

    async def GetAccounting(self, tx: Tx, request: pb.GetAccountingRequest) -> pb.GetAccountingResponse:
        calendar, turns = await replaying.account(tx, ticket=request.ticket, calendar=request.calendar)
        totals = shares(turns)
        return pb.GetAccountingResponse(
            calendar=calendar,
            total=durations.format(sum(totals.values(), start=durations.NOTHING)),
            shares=[
                pb.Share(owner=_owner(owner), time=durations.format(time)) for owner, time in totals.items()
            ],
            turns=[
                pb.Turn(
                    owner=_owner(turn.owner),
                    start=moment(turn.start),
                    end=moment(turn.end),
                    time=durations.format(turn.time),
                )
                for turn in turns
            ],
        )

    async def ReplayTickets(self, tx: Tx, request: pb.ReplayTicketsRequest) -> pb.ReplayTicketsResponse:
        proposal = Proposal(
            policy=policy_draft(request.policy) if request.HasField("policy") else None,
            policy_id=request.policy_id,
            calendar=calendar_draft(request.calendar) if request.HasField("calendar") else None,
            calendar_id=request.calendar_id,
        )
        replay, token = await replaying.replay_tickets(
            tx, proposal=proposal, weeks=request.weeks or _WEEKS, page=page_of(request)
        )
        return pb.ReplayTicketsResponse(
            clocks=[_clock(ticket, one) for ticket, one in replay.differing],
            next_page_token=token,
            now=_outcomes(replay.now),
            then=_outcomes(replay.then),
            tickets=replay.tickets,
        )


def _owner(owner: Owner) -> pb.Owner:
    return pb.Owner(kind=owner.kind, id=owner.id, key=owner.key)


def _outcomes(counted: Counter[str]) -> pb.Outcomes:
    return pb.Outcomes(met=counted[MET], breached=counted[BREACHED], open=counted[OPEN])


def _clock(ticket: TicketRow, one: Replayed) -> pb.ClockReplayed:
    known = one.now or one.then
    return pb.ClockReplayed(
        ticket_id=str(ticket.id),
        number=ticket.number,
        title=str(ticket.summary.get("title", "")),
        name=one.name,
        kind=one.kind,
        now=outcome(one.now),
        then=outcome(one.then),
        due_at_now=None if one.now is None else moment(one.now.due_at),
        due_at_then=None if one.then is None else moment(one.then.due_at),
        started_at=None if known is None else moment(known.started_at),
    )
