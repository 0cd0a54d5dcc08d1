"""Tickets that are made by themselves."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from chassis.errors import FieldError, InvalidInput
from deskmesh.common.v1.types_pb2 import PersonRef, Ref
from deskmesh.tickets.v1 import recurrence_pb2 as nouns
from deskmesh.tickets.v1 import recurrence_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import recurrences as models
from gateway.http.models.common import PageQuery, list_of, word
from gateway.http.values import JsonObject, moment, person, plain_object, ref, struct, text, timestamp

door = Door("recurrences")

_ONE = "/recurrences/{recurrence}"


@door.route(
    "POST",
    "/recurrences",
    rpcs.CREATE_RECURRENCE,
    gives=models.Recurrence,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_recurrence(request: Request, body: models.NewRecurrence) -> Response:
    """Have tickets made by themselves, at times that recur or once.

    Each time makes one ticket, never two. A template that can't be right is refused with the place of the fault; what
    stops being right later is told with the time that it concerns (`GET /recurrences/{id}/occurrences`).
    """
    made = (
        await ask(request, rpcs.CREATE_RECURRENCE, pb.CreateRecurrenceRequest(recurrence=_said(body)))
    ).recurrence
    return resource(_recurrence(made), made.version, HTTPStatus.CREATED, f"{API}/recurrences/{made.id}")


@door.route("GET", "/recurrences", rpcs.LIST_RECURRENCES, gives=list_of(models.Recurrence))
async def list_recurrences(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the recurrences by name."""
    question = pb.ListRecurrencesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_RECURRENCES, question)
    return listing([_recurrence(one) for one in answer.recurrences], answer.next_page_token)


@door.route("POST", "/recurrences/preview", rpcs.PREVIEW_RECURRENCE, gives=list_of(models.Time))
async def preview_recurrence(request: Request, body: models.TimingInput) -> Response:
    """See the next times of a rule before it is saved."""
    question = pb.PreviewRecurrenceRequest(
        rrule=body.rrule,
        time_zone=body.time_zone,
        starts_at=timestamp(body.starts_at),
        count=body.count,
        calendar=Ref(key=word(body.calendar)),
        on_closed=body.on_closed,
    )
    answer = await ask(request, rpcs.PREVIEW_RECURRENCE, question)
    return listing([{"occurs_at": moment(at)} for at in answer.times])


@door.route("GET", _ONE, rpcs.GET_RECURRENCE, gives=models.Recurrence, versioned=True)
async def get_recurrence(request: Request, recurrence: str) -> Response:
    """Read a recurrence."""
    question = pb.GetRecurrenceRequest(recurrence_id=recurrence)
    return _answer((await ask(request, rpcs.GET_RECURRENCE, question)).recurrence)


@door.route("PATCH", _ONE, rpcs.UPDATE_RECURRENCE, gives=models.Recurrence, versioned=True)
async def update_recurrence(request: Request, recurrence: str, body: models.RecurrencePatch) -> Response:
    """Change a recurrence; the next time is reckoned anew from now."""
    question = pb.UpdateRecurrenceRequest(
        recurrence_id=recurrence,
        patch=_said(body),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    return _answer((await ask(request, rpcs.UPDATE_RECURRENCE, question)).recurrence)


@door.route("DELETE", _ONE, rpcs.DELETE_RECURRENCE, status=HTTPStatus.NO_CONTENT, versioned=True)
async def delete_recurrence(request: Request, recurrence: str) -> Response:
    """Remove a recurrence; the tickets that it made stay."""
    question = pb.DeleteRecurrenceRequest(
        recurrence_id=recurrence, expected_version=expected_version(request)
    )
    await ask(request, rpcs.DELETE_RECURRENCE, question)
    return nothing()


@door.route("POST", _ONE + "/pause", rpcs.PAUSE_RECURRENCE, gives=models.Recurrence)
async def pause_recurrence(request: Request, recurrence: str) -> Response:
    """Make no tickets until it is resumed."""
    question = pb.PauseRecurrenceRequest(recurrence_id=recurrence)
    return _answer((await ask(request, rpcs.PAUSE_RECURRENCE, question)).recurrence)


@door.route("POST", _ONE + "/resume", rpcs.RESUME_RECURRENCE, gives=models.Recurrence)
async def resume_recurrence(request: Request, recurrence: str) -> Response:
    """Go on with the next time from now; what passed meanwhile is not made."""
    question = pb.ResumeRecurrenceRequest(recurrence_id=recurrence)
    return _answer((await ask(request, rpcs.RESUME_RECURRENCE, question)).recurrence)


@door.route("GET", _ONE + "/occurrences", rpcs.LIST_OCCURRENCES, gives=list_of(models.Occurrence))
async def list_occurrences(
    request: Request, recurrence: str, query: Annotated[PageQuery, Query()]
) -> Response:
    """List what became of its times, the latest first."""
    question = pb.ListOccurrencesRequest(
        recurrence_id=recurrence, page_size=query.page_size, page_token=query.page_token
    )
    answer = await ask(request, rpcs.LIST_OCCURRENCES, question)
    return listing([_occurrence(one) for one in answer.occurrences], answer.next_page_token)


@door.route(
    "POST",
    "/scheduled-tickets",
    rpcs.SCHEDULE_TICKET,
    gives=models.ScheduledTicket,
    status=HTTPStatus.CREATED,
)
async def schedule_ticket(request: Request, body: models.NewScheduledTicket) -> Response:
    """Have one ticket made at a moment to come.

    Whoever may make a ticket now may have it made later; it is checked now, and made by the desk then.
    """
    question = pb.ScheduleTicketRequest(template=_written(body), not_before=timestamp(body.not_before))
    try:
        made = (await ask(request, rpcs.SCHEDULE_TICKET, question)).scheduled_ticket
    except InvalidInput as error:
        # The body is the template with a moment beside it.
        wrong = [FieldError(one.field.removeprefix("template."), one.reason) for one in error.errors]
        raise InvalidInput(wrong) from error
    return document(_scheduled(made), HTTPStatus.CREATED)


@door.route("GET", "/scheduled-tickets", rpcs.LIST_SCHEDULED_TICKETS, gives=list_of(models.ScheduledTicket))
async def list_scheduled_tickets(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List what you have scheduled, the latest first, with what became of it: those that wait go before all others."""
    question = pb.ListScheduledTicketsRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_SCHEDULED_TICKETS, question)
    return listing([_scheduled(one) for one in answer.scheduled_tickets], answer.next_page_token)


@door.route(
    "DELETE",
    "/scheduled-tickets/{scheduled}",
    rpcs.CANCEL_SCHEDULED_TICKET,
    status=HTTPStatus.NO_CONTENT,
)
async def cancel_scheduled_ticket(request: Request, scheduled: str) -> Response:
    """Have a ticket of yours not be made."""
    question = pb.CancelScheduledTicketRequest(scheduled_ticket_id=scheduled)
    await ask(request, rpcs.CANCEL_SCHEDULED_TICKET, question)
    return nothing()


def _said(body: models.NewRecurrence | models.RecurrencePatch) -> nouns.Recurrence:
    return nouns.Recurrence(
        name=body.name or "",
        rrule=body.rrule or "",
        time_zone=body.time_zone or "",
        starts_at=timestamp(body.starts_at),
        catch_up=body.catch_up or "",
        calendar=Ref(key=word(body.calendar)),
        on_closed=body.on_closed or "",
        template=None if body.template is None else _written(body.template),
    )


def _written(body: models.TicketTemplateInput) -> nouns.TicketTemplate:
    values = body.model_dump(
        exclude={"not_before", "process", "queue", "team", "requester", "assignee", "fields"}
    )
    return nouns.TicketTemplate(
        **values,
        fields=struct(body.fields) if body.fields else None,
        process=Ref(key=word(body.process)),
        queue=Ref(key=word(body.queue)),
        team=Ref(key=word(body.team)),
        requester=PersonRef(email=word(body.requester)),
        assignee=PersonRef(email=word(body.assignee)),
    )


def _answer(value: nouns.Recurrence) -> Response:
    return resource(_recurrence(value), value.version)


def _recurrence(value: nouns.Recurrence) -> JsonObject:
    return {
        "id": value.id,
        "name": value.name,
        "rrule": text(value.rrule),
        "time_zone": value.time_zone,
        "starts_at": moment(value.starts_at),
        "catch_up": value.catch_up,
        "calendar": ref(value.calendar),
        "on_closed": value.on_closed,
        "template": _template(value.template),
        "state": value.state,
        "next_at": moment(value.next_at),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def _template(value: nouns.TicketTemplate) -> JsonObject:
    return {
        "title": value.title,
        "description": text(value.description),
        "type": text(value.type),
        "process": ref(value.process),
        "queue": ref(value.queue),
        "impact": text(value.impact),
        "urgency": text(value.urgency),
        "priority": text(value.priority),
        "category": text(value.category),
        "tags": list(value.tags),
        "fields": plain_object(value.fields),
        "ci_ids": list(value.ci_ids),
        "service_id": text(value.service_id),
        "language": text(value.language),
        "channel": text(value.channel),
        "parent_id": text(value.parent_id),
        "requester": person(value.requester),
        "assignee": person(value.assignee),
        "team": ref(value.team),
    }


def _scheduled(value: nouns.ScheduledTicket) -> JsonObject:
    return {
        "id": value.id,
        "not_before": moment(value.not_before),
        "template": _template(value.template),
        "state": value.state,
        "ticket": ref(value.ticket),
        "reason": text(value.reason),
        "created_at": moment(value.created_at),
    }


def _occurrence(value: nouns.Occurrence) -> JsonObject:
    return {
        "occurs_at": moment(value.occurs_at),
        "state": value.state,
        "ticket": ref(value.ticket),
        "reason": text(value.reason),
    }
