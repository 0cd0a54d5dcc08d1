"""Fields that tenants add to their tickets."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import field_pb2 as nouns
from deskmesh.tickets.v1 import field_service_pb2 as pb
from deskmesh.tickets.v1 import field_table_service_pb2 as tables
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import fields as models
from gateway.http.models.common import list_of
from gateway.http.render import fields as render

door = Door("fields")


@door.route("GET", "/fields", rpcs.LIST_FIELDS, gives=list_of(models.TicketField))
async def list_fields(request: Request, query: Annotated[models.FieldQuery, Query()]) -> Response:
    """List the fields, those of a process and a type if you like."""
    question = pb.ListFieldsRequest(
        page_size=query.page_size, page_token=query.page_token, process=query.process, type=query.type
    )
    answer = await ask(request, rpcs.LIST_FIELDS, question)
    return listing([render.field(item) for item in answer.fields], answer.next_page_token)


@door.route("GET", "/fields/{field}", rpcs.GET_FIELD, gives=models.TicketField, versioned=True)
async def get_field(request: Request, field: str) -> Response:
    """Read a field, by id or slug."""
    found = (await ask(request, rpcs.GET_FIELD, pb.GetFieldRequest(field=field))).field
    return resource(render.field(found), found.version)


@door.route(
    "POST",
    "/fields",
    rpcs.CREATE_FIELD,
    gives=models.TicketField,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_field(request: Request, body: models.NewField) -> Response:
    """Create a field for tickets.

    It is asked for where its conditions say so; tickets from before stay as they are until they are changed there.
    """
    field = nouns.Field(
        slug=body.slug or "",
        name=body.name,
        type=body.type,
        description=body.description,
        choices=body.choices,
        required=body.required,
        required_when=body.required_when,
        shown_when=body.shown_when,
        dependent_choices=_dependent(body.dependent_choices),
        processes=body.processes,
        types=body.types,
    )
    made = (await ask(request, rpcs.CREATE_FIELD, pb.CreateFieldRequest(field=field))).field
    return resource(render.field(made), made.version, HTTPStatus.CREATED, f"{API}/fields/{made.id}")


@door.route("PATCH", "/fields/{field}", rpcs.UPDATE_FIELD, gives=models.TicketField, versioned=True)
async def update_field(request: Request, field: str, body: models.FieldPatch) -> Response:
    """Change a field; values that tickets have stay readable."""
    patch = nouns.Field(
        name=body.name or "",
        description=body.description or "",
        choices=body.choices,
        required=bool(body.required),
        required_when=body.required_when or "",
        shown_when=body.shown_when or "",
        dependent_choices=_dependent(body.dependent_choices),
        processes=body.processes,
        types=body.types,
        active=bool(body.active),
    )
    question = pb.UpdateFieldRequest(
        field=field,
        patch=patch,
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_FIELD, question)).field
    return resource(render.field(changed), changed.version)


@door.route("DELETE", "/fields/{field}", rpcs.DELETE_FIELD, status=HTTPStatus.NO_CONTENT, versioned=True)
async def delete_field(request: Request, field: str) -> Response:
    """Delete a field that no ticket has a value of; one in use is made inactive instead."""
    question = pb.DeleteFieldRequest(field=field, expected_version=expected_version(request))
    await ask(request, rpcs.DELETE_FIELD, question)
    return nothing()


@door.route("GET", "/filter-fields", rpcs.GET_FIELD_TABLE, gives=models.FieldTable)
async def get_field_table(request: Request) -> Response:
    """Read what filters and conditions over tickets may name: those of lists and views, rules, workflows and policies."""
    table = (await ask(request, rpcs.GET_FIELD_TABLE, tables.GetFieldTableRequest())).table
    return document(render.field_table(table))


def _dependent(body: models.DependentChoices | None) -> nouns.DependentChoices | None:
    if body is None:
        return None
    choices = {value: nouns.Choices(values=values) for value, values in body.choices.items()}
    return nouns.DependentChoices(field=body.field, choices=choices)
