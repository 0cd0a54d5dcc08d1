"""Problems that incidents point at."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import problem_candidate_pb2 as nouns
from deskmesh.tickets.v1 import problem_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.models import problems as models
from gateway.http.models.tickets import Ticket
from gateway.http.render import tickets as render
from gateway.http.values import JsonObject, actor, moment

door = Door("tickets")


@door.route("GET", "/problems/candidates", rpcs.LIST_PROBLEM_CANDIDATES, gives=models.ProblemCandidates)
async def list_candidates(request: Request, query: Annotated[models.CandidateQuery, Query()]) -> Response:
    """List what incidents without a problem have in common: an item, a service, words of their titles, a category."""
    scope = pb.CandidateScope(window_days=query.window_days, threshold=query.threshold)
    question = pb.ListProblemCandidatesRequest(scope=scope, dismissed=query.dismissed)
    answer = await ask(request, rpcs.LIST_PROBLEM_CANDIDATES, question)
    return document({"items": [_candidate(one) for one in answer.candidates], "examined": answer.examined})


@door.route(
    "POST",
    "/problems/candidates/{key}/problem",
    rpcs.CREATE_PROBLEM_OF_CANDIDATE,
    gives=Ticket,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_problem(request: Request, key: str, body: models.NewProblem) -> Response:
    """Make a problem of a candidate and link its incidents to it, all or none."""
    question = pb.CreateProblemOfCandidateRequest(
        key=key,
        scope=pb.CandidateScope(window_days=body.window_days, threshold=body.threshold),
        title=body.title,
        description=body.description,
    )
    made = (await ask(request, rpcs.CREATE_PROBLEM_OF_CANDIDATE, question)).problem
    return resource(render.ticket(made), made.version, HTTPStatus.CREATED, f"{API}/tickets/{made.id}")


@door.route(
    "PUT",
    "/problems/candidates/{key}/dismissal",
    rpcs.DISMISS_PROBLEM_CANDIDATE,
    status=HTTPStatus.NO_CONTENT,
)
async def dismiss_candidate(request: Request, key: str, body: models.NewDismissal) -> Response:
    """Dismiss a candidate: it is shown no more until that is taken back."""
    await ask(
        request,
        rpcs.DISMISS_PROBLEM_CANDIDATE,
        pb.DismissProblemCandidateRequest(key=key, reason=body.reason),
    )
    return nothing()


@door.route(
    "DELETE",
    "/problems/candidates/{key}/dismissal",
    rpcs.RECALL_PROBLEM_CANDIDATE,
    status=HTTPStatus.NO_CONTENT,
)
async def recall_candidate(request: Request, key: str) -> Response:
    """Take the dismissal of a candidate back."""
    await ask(request, rpcs.RECALL_PROBLEM_CANDIDATE, pb.RecallProblemCandidateRequest(key=key))
    return nothing()


def _candidate(value: nouns.ProblemCandidate) -> JsonObject:
    dismissal: JsonObject | None = None
    if value.HasField("dismissal"):
        dismissal = {
            "reason": value.dismissal.reason,
            "dismissed_by": actor(value.dismissal.dismissed_by),
            "dismissed_at": moment(value.dismissal.dismissed_at),
        }
    return {
        "key": value.key,
        "kind": value.kind,
        "value": value.value,
        "incidents": [
            {
                "id": one.id,
                "key": one.number,
                "name": one.title,
                "state": one.state,
                "created_at": moment(one.created_at),
            }
            for one in value.incidents
        ],
        "reasons": [
            {"kind": one.kind, "value": one.value, "incidents": one.incidents} for one in value.reasons
        ],
        "first_at": moment(value.first_at),
        "last_at": moment(value.last_at),
        "dismissal": dismissal,
    }
