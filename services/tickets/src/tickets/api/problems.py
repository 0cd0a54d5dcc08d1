"""The RPCs of problems that incidents point at."""

from dataclasses import dataclass

from chassis.db import Tx
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import problem_candidate_pb2
from deskmesh.tickets.v1 import problem_service_pb2 as pb
from tickets.api.answers import ticket_answer
from tickets.app import problem_candidates as app
from tickets.app.configuration import Configurations
from tickets.app.known_errors import get_known_error
from tickets.app.opening import Desk
from tickets.domain.problem_candidates import Candidate
from tickets.domain.problems import ROOT_CAUSE, workaround_of
from tickets.publish.messages import moment


@dataclass(frozen=True, slots=True)
class ProblemServicer:
    """ProblemService."""

    configurations: Configurations
    desk: Desk

    async def ListProblemCandidates(
        self, tx: Tx, request: pb.ListProblemCandidatesRequest
    ) -> pb.ListProblemCandidatesResponse:
        found = await app.find_candidates(
            tx,
            configuration=await self.configurations.within(tx),
            scope=_scope(request.scope),
            dismissed=request.dismissed,
        )
        return pb.ListProblemCandidatesResponse(
            candidates=[_message(found, one) for one in found.candidates], examined=found.examined
        )

    async def GetKnownError(self, tx: Tx, request: pb.GetKnownErrorRequest) -> pb.GetKnownErrorResponse:
        configuration = await self.configurations.within(tx)
        found = await get_known_error(tx, configuration=configuration, ticket=request.ticket)
        return pb.GetKnownErrorResponse(
            known_error=pb.KnownError(
                ticket_id=str(found.id),
                number=found.number,
                title=found.title,
                description=found.description,
                root_cause=str(found.fields.get(ROOT_CAUSE) or ""),
                workaround=workaround_of(found.fields),
                language=found.language,
            )
        )

    async def CreateProblemOfCandidate(
        self, tx: Tx, request: pb.CreateProblemOfCandidateRequest
    ) -> pb.CreateProblemOfCandidateResponse:
        problem, incidents = await app.create_problem(
            tx,
            configuration=await self.configurations.within(tx),
            desk=self.desk,
            key=request.key,
            scope=_scope(request.scope),
            title=request.title,
            description=request.description,
        )
        return pb.CreateProblemOfCandidateResponse(
            problem=ticket_answer(problem), incident_ids=[str(one) for one in incidents]
        )

    async def DismissProblemCandidate(
        self, tx: Tx, request: pb.DismissProblemCandidateRequest
    ) -> pb.DismissProblemCandidateResponse:
        await app.dismiss_candidate(tx, key=request.key, reason=request.reason)
        return pb.DismissProblemCandidateResponse()

    async def RecallProblemCandidate(
        self, tx: Tx, request: pb.RecallProblemCandidateRequest
    ) -> pb.RecallProblemCandidateResponse:
        await app.recall_candidate(tx, key=request.key)
        return pb.RecallProblemCandidateResponse()


def _scope(scope: pb.CandidateScope) -> app.Scope:
    default = app.Scope()
    return app.Scope(scope.window_days or default.window_days, scope.threshold or default.threshold)


def _message(found: app.Found, one: Candidate) -> problem_candidate_pb2.ProblemCandidate:
    incidents = [found.tickets[incident.id] for incident in one.incidents]
    dismissal = found.dismissals.get(one.key)
    return problem_candidate_pb2.ProblemCandidate(
        key=one.key,
        kind=one.kind,
        value=one.value,
        incidents=[
            problem_candidate_pb2.CandidateIncident(
                id=str(ticket.id),
                number=ticket.number,
                title=ticket.title,
                state=ticket.state,
                created_at=moment(ticket.created_at),
            )
            for ticket in incidents
        ],
        reasons=[
            problem_candidate_pb2.CandidateReason(
                kind=reason.kind, value=reason.value, incidents=reason.incidents
            )
            for reason in one.reasons
        ],
        first_at=moment(incidents[-1].created_at),
        last_at=moment(incidents[0].created_at),
        dismissal=None
        if dismissal is None
        else problem_candidate_pb2.CandidateDismissal(
            reason=dismissal.reason,
            dismissed_by=common.Actor(**dismissal.dismissed_by),  # type: ignore[arg-type]  # kept by the names of its fields
            dismissed_at=moment(dismissal.updated_at),
        ),
    )
