"""The RPCs of work on many tickets, and the timer that does it."""

from dataclasses import dataclass
from uuid import UUID

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput, WrongState
from chassis.paging import page_of
from chassis.timers import Timer, TimerHandler
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import bulk_service_pb2 as pb
from tickets.api import requests
from tickets.app import bulk
from tickets.app.assigning import assign_ticket
from tickets.app.commenting import check_comment, comment_on_ticket
from tickets.app.configuration import Configuration, Configurations
from tickets.app.editing import check_edits
from tickets.app.transitioning import transition_ticket
from tickets.app.undoing import undo_on_ticket
from tickets.app.updating import update_ticket
from tickets.app.wording import Vocabulary
from tickets.db.bulk import BulkJob
from tickets.db.links import lock_structure
from tickets.publish.messages import moment

_UNDONE = {"update", "assignment", "transition"}
_PARTS = _UNDONE | {"comment"}


@dataclass(frozen=True, slots=True)
class BulkServicer:
    """BulkService."""

    configurations: Configurations

    async def StartBulk(self, tx: Tx, request: pb.StartBulkRequest) -> pb.StartBulkResponse:
        configuration = await self.configurations.within(tx)
        _check(configuration, request)
        work = pb.StartBulkRequest()
        work.CopyFrom(request)
        work.ClearField("tickets")
        seen = await bulk.start_bulk(
            tx,
            configuration=configuration,
            tickets=list(request.tickets),
            filter_text=request.filter,
            request=work.SerializeToString(),
        )
        return pb.StartBulkResponse(job=job_message(seen))

    async def GetBulk(self, tx: Tx, request: pb.GetBulkRequest) -> pb.GetBulkResponse:
        seen, items, token = await bulk.get_bulk(
            tx,
            configuration=await self.configurations.within(tx),
            job_id=request.id,
            page=page_of(request),
        )
        return pb.GetBulkResponse(
            job=job_message(seen), results=[_result(item) for item in items], next_page_token=token
        )

    async def CancelBulk(self, tx: Tx, request: pb.CancelBulkRequest) -> pb.CancelBulkResponse:
        return pb.CancelBulkResponse(job=job_message(await bulk.cancel_bulk(tx, job_id=request.id)))

    async def UndoBulk(self, tx: Tx, request: pb.UndoBulkRequest) -> pb.UndoBulkResponse:
        return pb.UndoBulkResponse(
            job=job_message(await bulk.undo_bulk(tx, job_id=request.id, request_of=_undoing))
        )


@dataclass(frozen=True, slots=True)
class BulkTimers:
    """Does the next tickets of jobs."""

    configurations: Configurations
    vocabulary: Vocabulary

    async def on_bulk(self, tx: Tx, timers: list[Timer]) -> None:
        """One job at a time: a fault of one is none of the others'."""
        configuration = await self.configurations.within(tx)
        for timer in timers:
            await bulk.do_next(
                tx,
                job_id=UUID(timer.key),
                work_of=lambda request: self._work(configuration, pb.StartBulkRequest.FromString(request)),
            )

    def handler(self) -> TimerHandler:
        """The handler of the timers of jobs."""
        return TimerHandler(kind=bulk.BULK, handle=self.on_bulk, batch=1)

    def _work(self, configuration: Configuration, request: pb.StartBulkRequest) -> bulk.Work:
        with_structure = request.transition.cascade or "parent_id" in request.update.update_mask.paths

        async def work(tx: Tx, ticket: str) -> None:
            if with_structure:
                await lock_structure(tx)
            if request.undoes:
                await undo_on_ticket(
                    tx,
                    configuration=configuration,
                    vocabulary=self.vocabulary,
                    ticket=ticket,
                    cause=bulk.cause_of(UUID(request.undoes)),
                    moves=request.HasField("transition"),
                )
                return
            if request.HasField("update"):
                await update_ticket(
                    tx,
                    configuration=configuration,
                    vocabulary=self.vocabulary,
                    ticket=ticket,
                    edits=requests.edits_of(request.update),
                )
            if request.HasField("assignment"):
                await assign_ticket(
                    tx,
                    configuration=configuration,
                    ticket=ticket,
                    assignment=requests.assignment_of(request.assignment),
                )
            if request.HasField("transition"):
                await transition_ticket(
                    tx,
                    configuration=configuration,
                    vocabulary=self.vocabulary,
                    ticket=ticket,
                    move=requests.move_of(request.transition),
                )
            if request.HasField("comment"):
                await comment_on_ticket(
                    tx,
                    configuration=configuration,
                    vocabulary=self.vocabulary,
                    ticket=ticket,
                    new=requests.comment_of(request.comment),
                    occurred_at=requests.moment_of(request.comment),
                )

        return work


def _undoing(job: BulkJob) -> bytes:
    """What takes a job back. Raises WrongState where it only said something."""
    request = pb.StartBulkRequest.FromString(job.request)
    if not _UNDONE & {field.name for field, _ in request.ListFields()}:
        raise WrongState("NOTHING_TO_UNDO", "What was said stays said.")
    request.undoes = str(job.id)
    return request.SerializeToString()


def _check(configuration: Configuration, request: pb.StartBulkRequest) -> None:
    """Raises InvalidInput for what is wrong whatever the ticket."""
    if not _PARTS & {field.name for field, _ in request.ListFields()}:
        raise InvalidInput([FieldError("changes", "or another part must say what is to be done")])
    if request.undoes:
        raise InvalidInput([FieldError("undoes", "is for UndoBulk to write")])
    if request.HasField("update"):
        check_edits(configuration, requests.edits_of(request.update))
    if request.HasField("assignment"):
        requests.assignment_of(request.assignment)
    if request.HasField("transition") and not request.transition.to:
        raise InvalidInput([FieldError("transition.to", "must be given")])
    if request.HasField("comment"):
        check_comment(requests.comment_of(request.comment))
        if request.comment.attachment_ids:
            raise InvalidInput([FieldError("comment.attachment_ids", "belong to one ticket")])


def job_message(seen: bulk.SeenJob) -> pb.BulkJob:
    """A job, and how far it is."""
    counts = seen.counts
    return pb.BulkJob(
        id=str(seen.job.id),
        state=seen.job.state,
        total=counts.total(),
        succeeded=counts["ok"],
        failed=counts["failed"],
        skipped=counts["skipped"],
        created_at=moment(seen.job.created_at),
        finished_at=moment(seen.job.finished_at),
    )


def _result(seen: bulk.SeenItem) -> pb.BulkResult:
    ticket = seen.ticket
    name = common.Ref(key=seen.item.ticket)
    if ticket is not None:
        name = common.Ref(id=str(ticket.id), key=ticket.number, name=ticket.title)
    return pb.BulkResult(ticket=name, state=seen.item.state, problem=seen.item.problem or b"")
