"""The RPCs and timers of approvals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.context import current_caller, use_caller
from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.paging import page_of
from chassis.timers import Timer, TimerHandler
from deskmesh.tickets.v1 import approval_pb2 as nouns
from deskmesh.tickets.v1 import approval_service_pb2 as pb
from tickets.api.answers import ticket_answer
from tickets.api.requests import time_in
from tickets.app import approval_reading, approval_timing, approvers, approving, deciding
from tickets.app.approval_ending import EXPIRY, REMINDER
from tickets.app.approvers import Approver, Substitution
from tickets.app.approving import NewApproval, NewStep
from tickets.app.configuration import Configurations
from tickets.app.recording import view_ticket
from tickets.publish.approval_messages import approval_message
from tickets.publish.messages import moment, person_message


@dataclass(frozen=True, slots=True)
class ApprovalServicer:
    """ApprovalService."""

    configurations: Configurations

    async def CreateApproval(self, tx: Tx, request: pb.CreateApprovalRequest) -> pb.CreateApprovalResponse:
        view = await approving.request_approval(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            new=NewApproval(steps_of(request.steps), request.name, request.own_allowed),
        )
        await tx.flush()
        return pb.CreateApprovalResponse(approval=approval_message(view))

    async def GetApproval(self, tx: Tx, request: pb.GetApprovalRequest) -> pb.GetApprovalResponse:
        configuration = await self.configurations.within(tx)
        ticket, view = await approval_reading.get_approval(
            tx, configuration=configuration, ticket=request.ticket, approval_id=request.approval_id
        )
        return pb.GetApprovalResponse(
            approval=approval_message(view),
            ticket=ticket_answer(await view_ticket(tx, configuration, ticket)),
        )

    async def ListApprovals(self, tx: Tx, request: pb.ListApprovalsRequest) -> pb.ListApprovalsResponse:
        views, token = await approval_reading.list_approvals(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            page=page_of(request),
        )
        return pb.ListApprovalsResponse(
            approvals=[approval_message(view) for view in views], next_page_token=token
        )

    async def ListMyApprovals(self, tx: Tx, request: pb.ListMyApprovalsRequest) -> pb.ListMyApprovalsResponse:
        views, token = await approval_reading.list_my_approvals(tx, page=page_of(request))
        return pb.ListMyApprovalsResponse(
            approvals=[approval_message(view) for view in views], next_page_token=token
        )

    async def DecideApproval(self, tx: Tx, request: pb.DecideApprovalRequest) -> pb.DecideApprovalResponse:
        view = await deciding.decide_approval(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            approval_id=request.approval_id,
            decision=request.decision,
            comment=request.comment,
            vote_id=request.vote_id,
        )
        await tx.flush()
        return pb.DecideApprovalResponse(approval=approval_message(view))

    async def DelegateApproval(
        self, tx: Tx, request: pb.DelegateApprovalRequest
    ) -> pb.DelegateApprovalResponse:
        view = await deciding.delegate_approval(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            approval_id=request.approval_id,
            to=request.to,
            comment=request.comment,
        )
        await tx.flush()
        return pb.DelegateApprovalResponse(approval=approval_message(view))

    async def WithdrawApproval(
        self, tx: Tx, request: pb.WithdrawApprovalRequest
    ) -> pb.WithdrawApprovalResponse:
        view = await deciding.withdraw_approval(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            approval_id=request.approval_id,
        )
        await tx.flush()
        return pb.WithdrawApprovalResponse(approval=approval_message(view))

    async def GetSubstitute(self, tx: Tx, _: pb.GetSubstituteRequest) -> pb.GetSubstituteResponse:
        found = await approvers.get_substitute(tx)
        return pb.GetSubstituteResponse(substitute=None if found is None else _substitute(found))

    async def SetSubstitute(self, tx: Tx, request: pb.SetSubstituteRequest) -> pb.SetSubstituteResponse:
        made = await approvers.set_substitute(
            tx,
            person=request.person,
            starts_at=time_in(request, "starts_at"),
            ends_at=time_in(request, "ends_at"),
        )
        return pb.SetSubstituteResponse(substitute=_substitute(made))

    async def RemoveSubstitute(self, tx: Tx, _: pb.RemoveSubstituteRequest) -> pb.RemoveSubstituteResponse:
        await approvers.remove_substitute(tx)
        return pb.RemoveSubstituteResponse()


@dataclass(frozen=True, slots=True)
class ApprovalTimers:
    """Reminds those who have not decided, and ends what was open for too long."""

    configurations: Configurations

    async def on_reminder(self, tx: Tx, timers: list[Timer]) -> None:
        """Asks once more."""
        configuration = await self.configurations.within(tx)
        for timer in timers:
            with use_caller(replace(current_caller(), cause=f"timer:{timer.id}")):
                await approval_timing.remind(tx, configuration=configuration, step_id=UUID(timer.key))

    async def on_expiry(self, tx: Tx, timers: list[Timer]) -> None:
        """Ends the approval."""
        configuration = await self.configurations.within(tx)
        for timer in timers:
            with use_caller(replace(current_caller(), cause=f"timer:{timer.id}")):
                await approval_timing.expire(tx, configuration=configuration, step_id=UUID(timer.key))

    def handlers(self) -> list[TimerHandler]:
        """The handlers of both; alone, so that two batches cannot lock tickets in different orders."""
        return [
            TimerHandler(kind=REMINDER, handle=self.on_reminder, batch=1),
            TimerHandler(kind=EXPIRY, handle=self.on_expiry, batch=1),
        ]


def steps_of(steps: Sequence[pb.NewApprovalStep], path: str = "steps") -> list[NewStep]:
    """The steps that are wanted. Raises InvalidInput for an approver that names nobody."""
    return [
        NewStep(
            approvers=[
                _approver(one, f"{path}[{place}].approvers[{number}]")
                for number, one in enumerate(step.approvers)
            ],
            name=step.name,
            mode=step.mode,
            quorum=step.quorum,
            stage=step.stage,
            remind_after_seconds=step.remind_after_seconds,
            expires_after_seconds=step.expires_after_seconds,
        )
        for place, step in enumerate(steps)
    ]


def _approver(message: pb.Approver, path: str) -> Approver:
    match message.WhichOneof("who"):
        case "person":
            return Approver("person", message.person)
        case "team":
            return Approver("team", message.team)
        case "manager" if message.manager:
            return Approver("manager")
        case _:
            raise InvalidInput([FieldError(path, "must name a person, a team or the manager")])


def _substitute(substitution: Substitution) -> nouns.Substitute:
    return nouns.Substitute(
        person=person_message(substitution.person),
        starts_at=moment(substitution.starts_at),
        ends_at=moment(substitution.ends_at),
    )
