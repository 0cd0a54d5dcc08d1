"""What tickets are worked by: processes, queues, types, priorities."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import configuration_service_pb2 as pb
from deskmesh.tickets.v1 import ticket_pb2 as nouns
from gateway.clients import tickets as rpcs
from gateway.http.answers import listing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import configuration as models
from gateway.http.models.common import PageQuery, list_of, word
from gateway.http.render import tickets as render
from gateway.http.values import JsonObject

door = Door("configuration")


@door.route("GET", "/processes", rpcs.LIST_PROCESSES, gives=list_of(models.Process))
async def list_processes(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the business processes."""
    question = pb.ListProcessesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_PROCESSES, question)
    return listing([render.process(item) for item in answer.processes], answer.next_page_token)


@door.route("GET", "/queues", rpcs.LIST_QUEUES, gives=list_of(models.Queue))
async def list_queues(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the queues."""
    question = pb.ListQueuesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_QUEUES, question)
    return listing([render.queue(item) for item in answer.queues], answer.next_page_token)


@door.route("GET", "/queues/{queue}", rpcs.GET_QUEUE, gives=models.Queue, versioned=True)
async def get_queue(request: Request, queue: str) -> Response:
    """Read a queue, by id or slug."""
    found = (await ask(request, rpcs.GET_QUEUE, pb.GetQueueRequest(queue=queue))).queue
    return resource(render.queue(found), found.version)


@door.route("GET", "/ticket-types", rpcs.LIST_TICKET_TYPES, gives=list_of(models.TicketType))
async def list_ticket_types(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the ticket types."""
    question = pb.ListTicketTypesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_TICKET_TYPES, question)
    return listing([render.ticket_type(item) for item in answer.ticket_types], answer.next_page_token)


@door.route("GET", "/processes/{process}", rpcs.GET_PROCESS, gives=models.Process, versioned=True)
async def get_process(request: Request, process: str) -> Response:
    """Read a business process, by id or slug."""
    found = (await ask(request, rpcs.GET_PROCESS, pb.GetProcessRequest(process=process))).process
    return resource(render.process(found), found.version)


@door.route(
    "POST",
    "/processes",
    rpcs.CREATE_PROCESS,
    gives=models.Process,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_process(request: Request, body: models.NewProcess) -> Response:
    """Create a business process.

    Its first queue lets tickets in; until it has workflows of its own, those of the default process hold.
    """
    question = pb.CreateProcessRequest(slug=body.slug or "", name=body.name, description=body.description)
    made = (await ask(request, rpcs.CREATE_PROCESS, question)).process
    return resource(render.process(made), made.version, HTTPStatus.CREATED, f"{API}/processes/{made.id}")


@door.route("PATCH", "/processes/{process}", rpcs.UPDATE_PROCESS, gives=models.Process, versioned=True)
async def update_process(request: Request, process: str, body: models.ProcessPatch) -> Response:
    """Change a business process."""
    question = pb.UpdateProcessRequest(
        process=process,
        patch=pb.ProcessPatch(
            name=body.name or "",
            description=body.description or "",
            is_default=bool(body.is_default),
            active=bool(body.active),
        ),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_PROCESS, question)).process
    return resource(render.process(changed), changed.version)


@door.route(
    "POST", "/queues", rpcs.CREATE_QUEUE, gives=models.Queue, status=HTTPStatus.CREATED, versioned=True
)
async def create_queue(request: Request, body: models.NewQueue) -> Response:
    """Create a queue."""
    question = pb.CreateQueueRequest(
        slug=body.slug or "",
        name=body.name,
        process=word(body.process),
        team=word(body.team),
        confidential=body.confidential,
        is_default=body.is_default,
    )
    made = (await ask(request, rpcs.CREATE_QUEUE, question)).queue
    return resource(render.queue(made), made.version, HTTPStatus.CREATED, f"{API}/queues/{made.id}")


@door.route("PATCH", "/queues/{queue}", rpcs.UPDATE_QUEUE, gives=models.Queue, versioned=True)
async def update_queue(request: Request, queue: str, body: models.QueuePatch) -> Response:
    """Change a queue; tickets that are in it keep their team."""
    question = pb.UpdateQueueRequest(
        queue=queue,
        patch=pb.QueuePatch(
            name=body.name or "",
            team=word(body.team),
            confidential=bool(body.confidential),
            is_default=bool(body.is_default),
            active=bool(body.active),
        ),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_QUEUE, question)).queue
    return resource(render.queue(changed), changed.version)


@door.route(
    "GET", "/ticket-types/{ticket_type}", rpcs.GET_TICKET_TYPE, gives=models.TicketType, versioned=True
)
async def get_ticket_type(request: Request, ticket_type: str) -> Response:
    """Read a ticket type, by id or slug."""
    question = pb.GetTicketTypeRequest(ticket_type=ticket_type)
    found = (await ask(request, rpcs.GET_TICKET_TYPE, question)).ticket_type
    return resource(render.ticket_type(found), found.version)


@door.route(
    "POST",
    "/ticket-types",
    rpcs.CREATE_TICKET_TYPE,
    gives=models.TicketType,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_ticket_type(request: Request, body: models.NewTicketType) -> Response:
    """Create a ticket type.

    Until a process has a workflow for it, that of the default type holds.
    """
    question = pb.CreateTicketTypeRequest(slug=body.slug or "", name=body.name, prefix=body.prefix)
    made = (await ask(request, rpcs.CREATE_TICKET_TYPE, question)).ticket_type
    return resource(
        render.ticket_type(made), made.version, HTTPStatus.CREATED, f"{API}/ticket-types/{made.id}"
    )


@door.route(
    "PATCH",
    "/ticket-types/{ticket_type}",
    rpcs.UPDATE_TICKET_TYPE,
    gives=models.TicketType,
    versioned=True,
)
async def update_ticket_type(request: Request, ticket_type: str, body: models.TicketTypePatch) -> Response:
    """Change a ticket type."""
    question = pb.UpdateTicketTypeRequest(
        ticket_type=ticket_type,
        patch=pb.TicketTypePatch(
            name=body.name or "", is_default=bool(body.is_default), active=bool(body.active)
        ),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_TICKET_TYPE, question)).ticket_type
    return resource(render.ticket_type(changed), changed.version)


@door.route("GET", "/priority-matrix", rpcs.GET_PRIORITY_MATRIX, gives=models.PriorityMatrix, versioned=True)
async def get_priority_matrix(request: Request) -> Response:
    """Read what impact and urgency make of a ticket."""
    found = await ask(request, rpcs.GET_PRIORITY_MATRIX, pb.GetPriorityMatrixRequest())
    return _matrix(found)


@door.route(
    "PATCH", "/priority-matrix", rpcs.UPDATE_PRIORITY_MATRIX, gives=models.PriorityMatrix, versioned=True
)
async def update_priority_matrix(request: Request, body: models.PriorityMatrixPatch) -> Response:
    """Change cells of the priority matrix.

    New and changed tickets follow it; the others keep their priority.
    """
    question = pb.UpdatePriorityMatrixRequest(
        cells=[
            nouns.PriorityCell(impact=cell.impact, urgency=cell.urgency, priority=cell.priority)
            for cell in body.cells
        ],
        expected_version=expected_version(request),
    )
    changed = await ask(request, rpcs.UPDATE_PRIORITY_MATRIX, question)
    return _matrix(changed)


def _matrix(answer: pb.GetPriorityMatrixResponse | pb.UpdatePriorityMatrixResponse) -> Response:
    body: JsonObject = {
        "cells": [render.priority_cell(cell) for cell in answer.cells],
        "version": answer.version,
    }
    return resource(body, answer.version)


@door.route("GET", "/file-policy", rpcs.GET_FILE_POLICY, gives=models.FilePolicy, versioned=True)
async def get_file_policy(request: Request) -> Response:
    """Read which kinds of files are taken."""
    found = await ask(request, rpcs.GET_FILE_POLICY, pb.GetFilePolicyRequest())
    return _files(found)


@door.route("PUT", "/file-policy", rpcs.SET_FILE_POLICY, gives=models.FilePolicy, versioned=True)
async def set_file_policy(request: Request, body: models.NewFilePolicy) -> Response:
    """Replace which kinds of files are taken.

    A file is judged by the end of its name, by its declared type and by its first bytes: a program stays one whatever it
    is called. Files that are there already stay.
    """
    question = pb.SetFilePolicyRequest(
        policy=nouns.FilePolicy(taken=body.taken, extensions=body.extensions),
        expected_version=expected_version(request),
    )
    changed = await ask(request, rpcs.SET_FILE_POLICY, question)
    return _files(changed)


def _files(answer: pb.GetFilePolicyResponse | pb.SetFilePolicyResponse) -> Response:
    body: JsonObject = {
        "taken": answer.policy.taken,
        "extensions": list(answer.policy.extensions),
        "version": answer.version,
    }
    return resource(body, answer.version)
