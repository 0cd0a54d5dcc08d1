"""Incidents that concern many: what everybody is told of them, and one answer for all that follow."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import bulk_service_pb2 as bulk
from deskmesh.tickets.v1 import major_incident_pb2 as nouns
from deskmesh.tickets.v1 import major_incident_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.headers import expected_version
from gateway.http.models import major_incidents as models
from gateway.http.models.common import PageQuery, ReferenceInput, list_of
from gateway.http.render import tickets as render
from gateway.http.routes.bulk import job_of
from gateway.http.values import JsonObject, actor, moment, ref

door = Door("tickets")
_PATH = "/tickets/{ticket}/major-incident"


@door.route("GET", "/major-incidents", rpcs.LIST_MAJOR_INCIDENTS, gives=list_of(models.MajorIncident))
async def list_major_incidents(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List what everybody has to know of now, the newest first: for a banner.

    Requesters see what everybody or their organisation is told, without the ticket unless it is their own. What is
    resolved is left out.
    """
    question = pb.ListMajorIncidentsRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_MAJOR_INCIDENTS, question)
    return listing([_major(one) for one in answer.major_incidents], answer.next_page_token)


@door.route(
    "POST",
    _PATH,
    rpcs.DECLARE_MAJOR_INCIDENT,
    gives=models.MajorIncident,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def declare_major_incident(request: Request, ticket: str, body: models.NewMajorIncident) -> Response:
    """Declare an open incident a major one."""
    question = pb.DeclareMajorIncidentRequest(
        ticket=ticket,
        title=body.title,
        message=body.message,
        audience=body.audience,
        organizations=_words(body.organizations),
    )
    made = (await ask(request, rpcs.DECLARE_MAJOR_INCIDENT, question)).major_incident
    return resource(_major(made), made.version, HTTPStatus.CREATED)


@door.route("GET", _PATH, rpcs.GET_MAJOR_INCIDENT, gives=models.MajorIncident, versioned=True)
async def get_major_incident(request: Request, ticket: str) -> Response:
    """Read what people are told of a major incident; 404 for an incident like others."""
    question = pb.GetMajorIncidentRequest(ticket=ticket)
    found = (await ask(request, rpcs.GET_MAJOR_INCIDENT, question)).major_incident
    return resource(_major(found), found.version)


@door.route("PATCH", _PATH, rpcs.UPDATE_MAJOR_INCIDENT, gives=models.MajorIncident, versioned=True)
async def update_major_incident(request: Request, ticket: str, body: models.MajorIncidentPatch) -> Response:
    """Change what people are told."""
    question = pb.UpdateMajorIncidentRequest(
        ticket=ticket,
        patch=pb.MajorIncidentPatch(
            title=body.title or "",
            message=body.message or "",
            audience=body.audience or "",
            organizations=_words(body.organizations or ()),
        ),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_MAJOR_INCIDENT, question)).major_incident
    return resource(_major(changed), changed.version)


@door.route("DELETE", _PATH, rpcs.END_MAJOR_INCIDENT, status=HTTPStatus.NO_CONTENT, versioned=True)
async def end_major_incident(request: Request, ticket: str) -> Response:
    """Make it an incident like others again."""
    question = pb.EndMajorIncidentRequest(ticket=ticket, expected_version=expected_version(request))
    await ask(request, rpcs.END_MAJOR_INCIDENT, question)
    return nothing()


@door.route(
    "POST",
    _PATH + "/answers",
    rpcs.ANSWER_MAJOR_INCIDENT,
    gives=models.Answered,
    status=HTTPStatus.CREATED,
)
async def answer_major_incident(request: Request, ticket: str, body: models.NewAnswer) -> Response:
    """Answer all who are concerned at once.

    It is a public comment on the major incident now, and by a job of yours on each open ticket that it causes or that is
    a duplicate of it.
    """
    question = pb.AnswerMajorIncidentRequest(ticket=ticket, body=body.body)
    answer = await ask(request, rpcs.ANSWER_MAJOR_INCIDENT, question)
    said: JsonObject = {"comment": render.comment(answer.comment), "job": _job(answer.job)}
    return document(said, HTTPStatus.CREATED)


@door.route("POST", _PATH + "/resolution", rpcs.RESOLVE_MAJOR_INCIDENT, gives=models.ResolvedMajorIncident)
async def resolve_major_incident(request: Request, ticket: str, body: models.NewResolution) -> Response:
    """Resolve it, and all that follows.

    The ticket is resolved with a public comment and ends to be a major incident; by a job of yours each open ticket that
    it causes or that is a duplicate of it is moved and told the same. What cannot be moved so is told with the job.
    """
    question = pb.ResolveMajorIncidentRequest(ticket=ticket, message=body.message, to=body.to)
    answer = await ask(request, rpcs.RESOLVE_MAJOR_INCIDENT, question)
    return document({"ticket": render.ticket(answer.ticket), "job": _job(answer.job)})


def _job(value: bulk.BulkJob) -> JsonObject | None:
    return job_of(value, [], "") if value.id else None


def _words(organizations: Sequence[ReferenceInput]) -> list[str]:
    return [one.word() for one in organizations]


def _major(value: nouns.MajorIncident) -> JsonObject:
    return {
        "id": value.id,
        "title": value.title,
        "message": value.message,
        "audience": value.audience,
        "organizations": [ref(one) for one in value.organizations],
        "ticket": ref(value.ticket),
        "followers": value.followers if value.ticket.id else None,
        "declared_by": actor(value.declared_by),
        "declared_at": moment(value.declared_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }
