"""Workflows: the life cycles of tickets, saved version by version."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import workflow_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import workflows as models
from gateway.http.models.common import PageQuery, list_of, word
from gateway.http.render import workflows as render
from gateway.http.values import struct

door = Door("workflows")


@door.route("GET", "/workflows", rpcs.LIST_WORKFLOWS, gives=list_of(models.Workflow))
async def list_workflows(request: Request, query: Annotated[models.WorkflowQuery, Query()]) -> Response:
    """List the workflows, of a process or a type if you like."""
    question = pb.ListWorkflowsRequest(
        page_size=query.page_size, page_token=query.page_token, process=query.process, type=query.type
    )
    answer = await ask(request, rpcs.LIST_WORKFLOWS, question)
    return listing([render.workflow(item) for item in answer.workflows], answer.next_page_token)


@door.route(
    "POST",
    "/workflows",
    rpcs.CREATE_WORKFLOW,
    gives=models.Workflow,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_workflow(request: Request, body: models.NewWorkflow) -> Response:
    """Create the workflow of a type in a process; each fault of the definition is told with its place."""
    question = pb.CreateWorkflowRequest(
        process=word(body.process), type=body.type, name=body.name, definition=struct(body.definition)
    )
    made = (await ask(request, rpcs.CREATE_WORKFLOW, question)).workflow
    return resource(render.workflow(made), made.version, HTTPStatus.CREATED, f"{API}/workflows/{made.id}")


@door.route("POST", "/workflows/validate", rpcs.VALIDATE_WORKFLOW, gives=models.Validation)
async def validate_workflow(request: Request, body: models.WorkflowDraft) -> Response:
    """Tell all that is wrong with a definition, and save nothing.

    States that cannot be reached, dead ends, what is unknown or there twice: each with its place.
    """
    question = pb.ValidateWorkflowRequest(definition=struct(body.definition))
    faults = (await ask(request, rpcs.VALIDATE_WORKFLOW, question)).faults
    errors = [{"field": fault.place, "reason": fault.reason} for fault in faults]
    return document({"valid": not errors, "errors": errors})


@door.route("GET", "/workflows/{workflow}", rpcs.GET_WORKFLOW, gives=models.Workflow, versioned=True)
async def get_workflow(request: Request, workflow: str) -> Response:
    """Read a workflow with its newest version."""
    question = pb.GetWorkflowRequest(workflow_id=workflow)
    found = (await ask(request, rpcs.GET_WORKFLOW, question)).workflow
    return resource(render.workflow(found), found.version)


@door.route("PATCH", "/workflows/{workflow}", rpcs.UPDATE_WORKFLOW, gives=models.Workflow, versioned=True)
async def update_workflow(request: Request, workflow: str, body: models.WorkflowPatch) -> Response:
    """Change a workflow: another definition is a new version, which new tickets get.

    Running tickets keep their version, or are moved to the new one in the background; a state in use that is no more
    needs another in `state_map`.
    """
    question = pb.UpdateWorkflowRequest(
        workflow_id=workflow,
        patch=pb.WorkflowPatch(
            name=body.name or "", definition=None if body.definition is None else struct(body.definition)
        ),
        update_mask=FieldMask(paths=body.named(besides={"running"})),
        running=pb.RunningTickets(rule=body.running.rule, state_map=body.running.state_map),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_WORKFLOW, question)).workflow
    return resource(render.workflow(changed), changed.version)


@door.route(
    "DELETE",
    "/workflows/{workflow}",
    rpcs.DELETE_WORKFLOW,
    status=HTTPStatus.NO_CONTENT,
    versioned=True,
)
async def delete_workflow(request: Request, workflow: str) -> Response:
    """Delete a workflow that no running ticket has.

    The type is then worked by the default process's workflow for it, or by that of the default type.
    """
    question = pb.DeleteWorkflowRequest(workflow_id=workflow, expected_version=expected_version(request))
    await ask(request, rpcs.DELETE_WORKFLOW, question)
    return nothing()


@door.route(
    "GET",
    "/workflows/{workflow}/versions",
    rpcs.LIST_WORKFLOW_VERSIONS,
    gives=list_of(models.WorkflowVersion),
)
async def list_workflow_versions(
    request: Request, workflow: str, query: Annotated[PageQuery, Query()]
) -> Response:
    """List all versions of a workflow, the newest first, with the running tickets of each."""
    question = pb.ListWorkflowVersionsRequest(
        workflow_id=workflow, page_size=query.page_size, page_token=query.page_token
    )
    answer = await ask(request, rpcs.LIST_WORKFLOW_VERSIONS, question)
    return listing([render.version(item) for item in answer.versions], answer.next_page_token)
