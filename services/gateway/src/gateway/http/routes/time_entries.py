"""Time spent on tickets: entries, lists and sums of them, and the timer of who is at work."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import time_entry_pb2 as nouns
from deskmesh.tickets.v1 import time_entry_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import time_entries as models
from gateway.http.models.common import list_of, word
from gateway.http.render import time_entries as render
from gateway.http.spreadsheets import spreadsheet
from gateway.http.values import timestamp

door = Door("time")

_MOST_ROWS = 10_000
_ENTRIES = "/tickets/{ticket}/time-entries"
_ENTRY = _ENTRIES + "/{entry}"


@door.route(
    "POST",
    _ENTRIES,
    rpcs.CREATE_TIME_ENTRY,
    gives=models.TimeEntry,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_time_entry(request: Request, ticket: str, body: models.NewTimeEntry) -> Response:
    """Note work on a ticket.

    Your own or, with `tickets.manage_time`, somebody else's. The ticket's `minutes_spent` and `minutes_billable` are the
    sums.
    """
    question = pb.CreateTimeEntryRequest(ticket=ticket, time_entry=_new(body))
    made = (await ask(request, rpcs.CREATE_TIME_ENTRY, question)).time_entry
    location = f"{API}/tickets/{made.ticket.id}/time-entries/{made.id}"
    return resource(render.time_entry(made), made.version, HTTPStatus.CREATED, location)


@door.route("GET", _ENTRIES, rpcs.LIST_TIME_ENTRIES, gives=list_of(models.TimeEntry))
async def list_time_entries_of_ticket(
    request: Request, ticket: str, query: Annotated[models.TimeEntryQuery, Query()]
) -> Response:
    """List the work on a ticket, the latest first."""
    return await _list(request, query, ticket)


@door.route("GET", _ENTRY, rpcs.GET_TIME_ENTRY, gives=models.TimeEntry, versioned=True)
async def get_time_entry(request: Request, ticket: str, entry: str) -> Response:
    """Read one entry."""
    question = pb.GetTimeEntryRequest(ticket=ticket, time_entry_id=entry)
    found = (await ask(request, rpcs.GET_TIME_ENTRY, question)).time_entry
    return resource(render.time_entry(found), found.version)


@door.route("PATCH", _ENTRY, rpcs.UPDATE_TIME_ENTRY, gives=models.TimeEntry, versioned=True)
async def update_time_entry(
    request: Request, ticket: str, entry: str, body: models.TimeEntryPatch
) -> Response:
    """Put an entry of yours right; others' need `tickets.manage_time`. The history keeps what it was."""
    question = pb.UpdateTimeEntryRequest(
        ticket=ticket,
        time_entry_id=entry,
        patch=_new(body),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_TIME_ENTRY, question)).time_entry
    return resource(render.time_entry(changed), changed.version)


@door.route("DELETE", _ENTRY, rpcs.DELETE_TIME_ENTRY, status=HTTPStatus.NO_CONTENT, versioned=True)
async def delete_time_entry(request: Request, ticket: str, entry: str) -> Response:
    """Take an entry of yours off; others' need `tickets.manage_time`. The history keeps what it was."""
    question = pb.DeleteTimeEntryRequest(
        ticket=ticket, time_entry_id=entry, expected_version=expected_version(request)
    )
    await ask(request, rpcs.DELETE_TIME_ENTRY, question)
    return nothing()


@door.route("GET", "/time-entries", rpcs.LIST_TIME_ENTRIES, gives=list_of(models.TimeEntry))
async def list_time_entries(request: Request, query: Annotated[models.TimeEntryQuery, Query()]) -> Response:
    """List the work on all tickets that you read: of a period, a person, an organisation."""
    return await _list(request, query)


@door.route("GET", "/time-entries/export", rpcs.LIST_TIME_ENTRIES, gives="text/csv")
async def export_time_entries(
    request: Request, query: Annotated[models.TimeExportQuery, Query()]
) -> Response:
    """Get the same as CSV, the latest first, up to ten thousand rows."""
    found: list[nouns.TimeEntry] = []
    token = ""
    while len(found) < _MOST_ROWS:
        question = pb.ListTimeEntriesRequest(filter=query.filter, page_size=200, page_token=token)
        answer = await ask(request, rpcs.LIST_TIME_ENTRIES, question)
        found += answer.time_entries
        token = answer.next_page_token
        if not token:
            break
    return spreadsheet("time-entries", render.COLUMNS, map(render.row, found))


@door.route("GET", "/time-entries/summary", rpcs.SUMMARIZE_TIME_ENTRIES, gives=list_of(models.TimeSum))
async def summarize_time_entries(
    request: Request, query: Annotated[models.TimeSumQuery, Query()]
) -> Response:
    """Sum the same up by person, organisation, ticket or activity: the 200 with the most minutes."""
    question = pb.SummarizeTimeEntriesRequest(filter=query.filter, group_by=query.group_by)
    answer = await ask(request, rpcs.SUMMARIZE_TIME_ENTRIES, question)
    return listing([render.time_sum(one) for one in answer.sums])


@door.route("GET", "/me/timer", rpcs.GET_WORK_TIMER, gives=models.MyWorkTimer)
async def get_work_timer(request: Request) -> Response:
    """See what you are working on."""
    answer = await ask(request, rpcs.GET_WORK_TIMER, pb.GetWorkTimerRequest())
    return document({"timer": render.work_timer(answer.timer) if answer.HasField("timer") else None})


@door.route("POST", "/tickets/{ticket}/timer", rpcs.START_WORK_TIMER, gives=models.StartedWorkTimer)
async def start_work_timer(request: Request, ticket: str, body: models.NewWorkTimer) -> Response:
    """Start your timer on a ticket; the one that ran becomes a time entry of its ticket."""
    question = pb.StartWorkTimerRequest(
        ticket=ticket, note=body.note, billable=body.billable, activity=body.activity
    )
    answer = await ask(request, rpcs.START_WORK_TIMER, question)
    stopped = render.time_entry(answer.stopped) if answer.HasField("stopped") else None
    return document({"timer": render.work_timer(answer.timer), "stopped": stopped})


@door.route("POST", "/me/timer/stop", rpcs.STOP_WORK_TIMER, gives=models.TimeEntry)
async def stop_work_timer(request: Request) -> Response:
    """Make a time entry of your timer: begun minutes, at most a day's. 409 where none runs."""
    answer = await ask(request, rpcs.STOP_WORK_TIMER, pb.StopWorkTimerRequest())
    return document(render.time_entry(answer.time_entry))


@door.route("DELETE", "/me/timer", rpcs.DISCARD_WORK_TIMER, status=HTTPStatus.NO_CONTENT)
async def discard_work_timer(request: Request) -> Response:
    """End your timer without an entry. 409 where none runs."""
    await ask(request, rpcs.DISCARD_WORK_TIMER, pb.DiscardWorkTimerRequest())
    return nothing()


async def _list(request: Request, query: models.TimeEntryQuery, ticket: str = "") -> Response:
    question = pb.ListTimeEntriesRequest(
        ticket=ticket,
        filter=query.filter,
        order_by=query.order_by,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await ask(request, rpcs.LIST_TIME_ENTRIES, question)
    return listing([render.time_entry(one) for one in answer.time_entries], answer.next_page_token)


def _new(body: models.NewTimeEntry | models.TimeEntryPatch) -> pb.NewTimeEntry:
    return pb.NewTimeEntry(
        minutes=body.minutes or 0,
        started_at=timestamp(body.started_at),
        note=body.note or "",
        billable=body.billable or False,
        activity=body.activity or "",
        person=word(body.person),
    )
