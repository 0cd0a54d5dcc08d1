"""Approvals of tickets, one's own to decide, and who stands in."""

from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import approval_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.models import approvals as models
from gateway.http.models.common import PageQuery, list_of, word
from gateway.http.render import approvals as render
from gateway.http.values import timestamp

door = Door("approvals")


@door.route(
    "POST",
    "/tickets/{ticket}/approvals",
    rpcs.CREATE_APPROVAL,
    gives=models.Approval,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_approval(request: Request, ticket: str, body: models.NewApproval) -> Response:
    """Ask people to agree to a ticket.

    Steps are asked one after the other, those of one stage at once; in a step all have to agree, anybody, or a quorum.
    Who is asked gets a mail with a link by which it can be decided without signing in.
    """
    question = pb.CreateApprovalRequest(
        ticket=ticket, name=body.name, steps=steps_of(body.steps), own_allowed=body.own_allowed
    )
    made = (await ask(request, rpcs.CREATE_APPROVAL, question)).approval
    location = f"{API}/tickets/{made.ticket_id}/approvals/{made.id}"
    return resource(render.approval(made), made.version, HTTPStatus.CREATED, location)


@door.route("GET", "/tickets/{ticket}/approvals", rpcs.LIST_APPROVALS, gives=list_of(models.Approval))
async def list_approvals(request: Request, ticket: str, query: Annotated[PageQuery, Query()]) -> Response:
    """List the approvals of a ticket, the oldest first."""
    question = pb.ListApprovalsRequest(ticket=ticket, page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_APPROVALS, question)
    return listing([render.approval(one) for one in answer.approvals], answer.next_page_token)


@door.route(
    "GET",
    "/tickets/{ticket}/approvals/{approval}",
    rpcs.GET_APPROVAL,
    gives=models.Approval,
    versioned=True,
)
async def get_approval(request: Request, ticket: str, approval: str) -> Response:
    """Read an approval."""
    question = pb.GetApprovalRequest(ticket=ticket, approval_id=approval)
    found = (await ask(request, rpcs.GET_APPROVAL, question)).approval
    return resource(render.approval(found), found.version)


@door.route(
    "POST",
    "/tickets/{ticket}/approvals/{approval}/decisions",
    rpcs.DECIDE_APPROVAL,
    gives=models.Approval,
    versioned=True,
)
async def decide_approval(request: Request, ticket: str, approval: str, body: models.NewDecision) -> Response:
    """Approve or reject, for yourself and for those for whom you stand in.

    Once the needed votes are in, the next stage is asked, or the approval ends.
    """
    question = pb.DecideApprovalRequest(
        ticket=ticket,
        approval_id=approval,
        decision=body.verb(),
        comment=body.comment,
        vote_id=body.vote_id or "",
    )
    decided = (await ask(request, rpcs.DECIDE_APPROVAL, question)).approval
    return resource(render.approval(decided), decided.version)


@door.route(
    "POST",
    "/tickets/{ticket}/approvals/{approval}/delegations",
    rpcs.DELEGATE_APPROVAL,
    gives=models.Approval,
    versioned=True,
)
async def delegate_approval(
    request: Request, ticket: str, approval: str, body: models.NewDelegation
) -> Response:
    """Have somebody else decide instead of you."""
    question = pb.DelegateApprovalRequest(
        ticket=ticket, approval_id=approval, to=word(body.to), comment=body.comment
    )
    passed_on = (await ask(request, rpcs.DELEGATE_APPROVAL, question)).approval
    return resource(render.approval(passed_on), passed_on.version)


@door.route(
    "POST",
    "/tickets/{ticket}/approvals/{approval}/withdrawal",
    rpcs.WITHDRAW_APPROVAL,
    gives=models.Approval,
    versioned=True,
)
async def withdraw_approval(request: Request, ticket: str, approval: str) -> Response:
    """End an approval that is no longer needed."""
    question = pb.WithdrawApprovalRequest(ticket=ticket, approval_id=approval)
    ended = (await ask(request, rpcs.WITHDRAW_APPROVAL, question)).approval
    return resource(render.approval(ended), ended.version)


@door.route("GET", "/me/approvals", rpcs.LIST_MY_APPROVALS, gives=list_of(models.Approval))
async def list_my_approvals(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List what you have to decide, the oldest first; also for those for whom you stand in."""
    question = pb.ListMyApprovalsRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_MY_APPROVALS, question)
    return listing([render.approval(one) for one in answer.approvals], answer.next_page_token)


@door.route("GET", "/me/substitute", rpcs.GET_SUBSTITUTE, gives=models.Substitute)
async def get_substitute(request: Request) -> Response:
    """Read who decides while you are away."""
    answer = await ask(request, rpcs.GET_SUBSTITUTE, pb.GetSubstituteRequest())
    return document(render.substitute(answer.substitute))


@door.route("PUT", "/me/substitute", rpcs.SET_SUBSTITUTE, gives=models.Substitute)
async def set_substitute(request: Request, body: models.NewSubstitute) -> Response:
    """Have somebody decide while you are away; you may still decide too."""
    question = pb.SetSubstituteRequest(
        person=word(body.person), starts_at=timestamp(body.starts_at), ends_at=timestamp(body.ends_at)
    )
    answer = await ask(request, rpcs.SET_SUBSTITUTE, question)
    return document(render.substitute(answer.substitute))


@door.route("DELETE", "/me/substitute", rpcs.REMOVE_SUBSTITUTE, status=HTTPStatus.NO_CONTENT)
async def remove_substitute(request: Request) -> Response:
    """Have nobody decide for you any more."""
    await ask(request, rpcs.REMOVE_SUBSTITUTE, pb.RemoveSubstituteRequest())
    return nothing()


def steps_of(steps: Sequence[models.NewApprovalStep]) -> list[pb.NewApprovalStep]:
    """Say the steps of an approval as the service takes them."""
    return [
        pb.NewApprovalStep(
            name=step.name,
            mode=step.mode or ("quorum" if step.quorum else "all"),
            quorum=step.quorum or 0,
            stage=step.stage or 0,
            approvers=[_approver(one) for one in step.approvers],
            remind_after_seconds=_seconds(step.remind_after),
            expires_after_seconds=_seconds(step.expires_after),
        )
        for step in steps
    ]


def _approver(approver: models.Approver) -> pb.Approver:
    if approver.team is not None:
        return pb.Approver(team=word(approver.team))
    return pb.Approver(manager=True) if approver.manager else pb.Approver(person=word(approver.person))


def _seconds(duration: timedelta | None) -> int:
    return 0 if duration is None else int(duration.total_seconds())
