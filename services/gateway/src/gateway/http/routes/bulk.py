"""Work on many tickets."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.rpc.status_pb2 import Status
from starlette.requests import Request
from starlette.responses import Response

from chassis.errors import Internal, restored
from deskmesh.tickets.v1 import bulk_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.models import bulk as models
from gateway.http.models.common import PageQuery
from gateway.http.problems import problem_document
from gateway.http.routes import conversation, tickets
from gateway.http.values import JsonObject, moment, text

door = Door("tickets")


@door.route("POST", "/tickets/bulk", rpcs.START_BULK, gives=models.BulkJob, status=HTTPStatus.ACCEPTED)
async def start_bulk(request: Request, body: models.Bulk) -> Response:
    """Do the same to many tickets.

    The job goes ticket by ticket as you, with the rights that you have now: changes, assignment, transition, comment; each
    ticket whole or not at all, and at most once, whatever dies meanwhile. At most three of your jobs run at a time; others
    wait for them (`queued`), until fifty run or wait.
    """
    question = pb.StartBulkRequest(
        tickets=[one.word() for one in body.ticket_ids],
        filter=body.filter,
        update=tickets.edit(body.changes) if body.changes else None,
        assignment=tickets.assignment(body.assignment) if body.assignment else None,
        transition=tickets.move(body.transition) if body.transition else None,
        comment=conversation.said(body.comment) if body.comment else None,
    )
    return _begun((await ask(request, rpcs.START_BULK, question)).job)


@door.route("GET", "/tickets/bulk/{job}", rpcs.GET_BULK, gives=models.BulkJob)
async def get_bulk(request: Request, job: str, query: Annotated[PageQuery, Query()]) -> Response:
    """Read how far a job of yours is, with a page of what became of each ticket."""
    question = pb.GetBulkRequest(id=job, page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.GET_BULK, question)
    results = [result_of(result) for result in answer.results]
    return document(job_of(answer.job, results, answer.next_page_token))


@door.route("DELETE", "/tickets/bulk/{job}", rpcs.CANCEL_BULK, gives=models.BulkJob)
async def cancel_bulk(request: Request, job: str) -> Response:
    """Cancel a job of yours: tickets that it has not reached are left as they are."""
    return document(job_of((await ask(request, rpcs.CANCEL_BULK, pb.CancelBulkRequest(id=job))).job, [], ""))


@door.route(
    "POST", "/tickets/bulk/{job}/undo", rpcs.UNDO_BULK, gives=models.BulkJob, status=HTTPStatus.ACCEPTED
)
async def undo_bulk(request: Request, job: str) -> Response:
    """Take back what a job of yours has done.

    Another job gives each ticket that was changed what it had before: all of it, or nothing with the reason where some of it has
    changed since (`changed_since`), or the workflow knows no way back. A ticket whose work the job ended is worked on again where no
    move leads to its very state, as from resolved to new. What was said stays said. While the job runs: 409.
    """
    return _begun((await ask(request, rpcs.UNDO_BULK, pb.UndoBulkRequest(id=job))).job)


def _begun(job: pb.BulkJob) -> Response:
    return document(job_of(job, [], ""), HTTPStatus.ACCEPTED, {"location": f"{API}/tickets/bulk/{job.id}"})


def job_of(value: pb.BulkJob, results: list[JsonObject], next_page_token: str) -> JsonObject:
    """Write a job with a page of its results."""
    return {
        "id": value.id,
        "state": value.state,
        "total": value.total,
        "done": value.succeeded + value.failed,
        "succeeded": value.succeeded,
        "failed": value.failed,
        "skipped": value.skipped,
        "created_at": moment(value.created_at),
        "finished_at": moment(value.finished_at),
        "items": results,
        "next_page_token": next_page_token,
    }


def result_of(value: pb.BulkResult) -> JsonObject:
    """Write what became of one ticket."""
    ticket: JsonObject = {
        "id": text(value.ticket.id),
        "key": value.ticket.key,
        "name": text(value.ticket.name),
    }
    problem = None
    if value.problem:
        problem, _ = problem_document(restored(Status.FromString(value.problem)) or Internal())
    return {"ticket": ticket, "state": value.state, "problem": problem}
