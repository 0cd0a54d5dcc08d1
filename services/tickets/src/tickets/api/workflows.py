"""The RPCs of workflows."""

from dataclasses import dataclass

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.tickets.v1 import workflow_pb2
from deskmesh.tickets.v1 import workflow_service_pb2 as pb
from tickets.api.requests import changes_of, values_of
from tickets.app import workflows
from tickets.app.configuration import Configurations
from tickets.app.workflow_moving import Moving
from tickets.domain.definitions import parse_workflow, write_workflow
from tickets.publish import messages


@dataclass(frozen=True, slots=True)
class WorkflowServicer:
    """WorkflowService, and what a new release gives the workflows of tenants that are there already."""

    configurations: Configurations

    async def ListWorkflows(self, tx: Tx, request: pb.ListWorkflowsRequest) -> pb.ListWorkflowsResponse:
        views, token = await workflows.list_workflows(
            tx,
            configuration=await self.configurations.within(tx),
            process=request.process,
            kind=request.type,
            page=page_of(request),
        )
        return pb.ListWorkflowsResponse(workflows=[_message(view) for view in views], next_page_token=token)

    async def GetWorkflow(self, tx: Tx, request: pb.GetWorkflowRequest) -> pb.GetWorkflowResponse:
        await self.configurations.within(tx)
        view = await workflows.get_workflow(tx, workflow=request.workflow_id)
        return pb.GetWorkflowResponse(workflow=_message(view))

    async def ListWorkflowVersions(
        self, tx: Tx, request: pb.ListWorkflowVersionsRequest
    ) -> pb.ListWorkflowVersionsResponse:
        versions, token = await workflows.list_versions(
            tx, workflow=request.workflow_id, page=page_of(request)
        )
        return pb.ListWorkflowVersionsResponse(
            versions=[
                workflow_pb2.WorkflowVersion(
                    id=str(version.id),
                    revision=version.revision,
                    definition=messages.struct_message(write_workflow(parse_workflow(version.definition))),
                    created_at=messages.moment(version.created_at),
                    running_tickets=running,
                )
                for version, running in versions
            ],
            next_page_token=token,
        )

    async def CreateWorkflow(self, tx: Tx, request: pb.CreateWorkflowRequest) -> pb.CreateWorkflowResponse:
        configuration = await self.configurations.to_be_changed(tx)
        view = await workflows.create_workflow(
            tx,
            configuration=configuration,
            new=workflows.NewWorkflow(
                request.process, request.type, request.name, values_of(request.definition)
            ),
        )
        return pb.CreateWorkflowResponse(workflow=_message(view))

    async def UpdateWorkflow(self, tx: Tx, request: pb.UpdateWorkflowRequest) -> pb.UpdateWorkflowResponse:
        configuration = await self.configurations.to_be_changed(tx)
        named = changes_of(request.patch, request.update_mask)
        view = await workflows.update_workflow(
            tx,
            configuration=configuration,
            workflow=request.workflow_id,
            name=request.patch.name if "name" in named else None,
            definition=values_of(request.patch.definition) if "definition" in named else None,
            moving=Moving(request.running.rule, dict(request.running.state_map)),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateWorkflowResponse(workflow=_message(view))

    async def DeleteWorkflow(self, tx: Tx, request: pb.DeleteWorkflowRequest) -> pb.DeleteWorkflowResponse:
        await workflows.delete_workflow(
            tx,
            configuration=await self.configurations.to_be_changed(tx),
            workflow=request.workflow_id,
            expected_version=request.expected_version or None,
        )
        return pb.DeleteWorkflowResponse()

    async def ValidateWorkflow(
        self, tx: Tx, request: pb.ValidateWorkflowRequest
    ) -> pb.ValidateWorkflowResponse:
        configuration = await self.configurations.within(tx)
        _, faults = workflows.check_definition(configuration, values_of(request.definition))
        return pb.ValidateWorkflowResponse(
            faults=[pb.WorkflowFault(place=fault.place, reason=fault.reason) for fault in faults]
        )


def _message(view: workflows.WorkflowView) -> workflow_pb2.Workflow:
    row = view.workflow
    return workflow_pb2.Workflow(
        id=str(row.id),
        name=row.name,
        process=messages.row_message(view.process),
        type=view.kind.slug,
        revision=row.revision,
        definition=messages.struct_message(dict(view.definition)),
        created_at=messages.moment(row.created_at),
        updated_at=messages.moment(row.updated_at),
        version=row.version,
    )
