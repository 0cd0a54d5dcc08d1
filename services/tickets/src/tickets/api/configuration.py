"""The RPCs of the processes, queues, types and priorities that tickets are worked by, and of the files they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.tickets.v1 import configuration_service_pb2 as pb
from deskmesh.tickets.v1 import ticket_pb2
from tickets.api.requests import changes_of
from tickets.app import file_settings, priorities, processes, queues, ticket_types
from tickets.app.administering import find_row
from tickets.app.configuration import Configurations
from tickets.app.reading import list_rows
from tickets.db.configuration import Process, Queue, TicketType
from tickets.db.directory import Team
from tickets.domain.file_types import FilePolicy
from tickets.domain.references import Reference
from tickets.publish import messages


@dataclass(frozen=True, slots=True)
class ConfigurationServicer:
    """ConfigurationService."""

    configurations: Configurations

    async def ListProcesses(self, tx: Tx, request: pb.ListProcessesRequest) -> pb.ListProcessesResponse:
        await self.configurations.within(tx)
        rows, token = await list_rows(tx, row=Process, page=page_of(request))
        return pb.ListProcessesResponse(
            processes=[messages.process_message(row) for row in rows], next_page_token=token
        )

    async def GetProcess(self, tx: Tx, request: pb.GetProcessRequest) -> pb.GetProcessResponse:
        await self.configurations.within(tx)
        row = await find_row(tx, Process, request.process, "process")
        return pb.GetProcessResponse(process=messages.process_message(row))

    async def CreateProcess(self, tx: Tx, request: pb.CreateProcessRequest) -> pb.CreateProcessResponse:
        await self.configurations.to_be_changed(tx)
        row = await processes.create_process(
            tx, slug=request.slug, name=request.name, description=request.description
        )
        return pb.CreateProcessResponse(process=messages.process_message(row))

    async def UpdateProcess(self, tx: Tx, request: pb.UpdateProcessRequest) -> pb.UpdateProcessResponse:
        await self.configurations.to_be_changed(tx)
        row = await processes.update_process(
            tx,
            process=request.process,
            changes=changes_of(request.patch, request.update_mask),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateProcessResponse(process=messages.process_message(row))

    async def ListQueues(self, tx: Tx, request: pb.ListQueuesRequest) -> pb.ListQueuesResponse:
        await self.configurations.within(tx)
        rows, token = await list_rows(tx, row=Queue, page=page_of(request))
        return pb.ListQueuesResponse(queues=await _queues(tx, rows), next_page_token=token)

    async def GetQueue(self, tx: Tx, request: pb.GetQueueRequest) -> pb.GetQueueResponse:
        await self.configurations.within(tx)
        row = await find_row(tx, Queue, request.queue, "queue")
        return pb.GetQueueResponse(queue=(await _queues(tx, [row]))[0])

    async def CreateQueue(self, tx: Tx, request: pb.CreateQueueRequest) -> pb.CreateQueueResponse:
        await self.configurations.to_be_changed(tx)
        new = queues.NewQueue(
            slug=request.slug,
            name=request.name,
            process=request.process,
            team=request.team,
            confidential=request.confidential,
            is_default=request.is_default,
        )
        row = await queues.create_queue(tx, new=new)
        return pb.CreateQueueResponse(queue=(await _queues(tx, [row]))[0])

    async def UpdateQueue(self, tx: Tx, request: pb.UpdateQueueRequest) -> pb.UpdateQueueResponse:
        await self.configurations.to_be_changed(tx)
        row = await queues.update_queue(
            tx,
            queue=request.queue,
            changes=changes_of(request.patch, request.update_mask),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateQueueResponse(queue=(await _queues(tx, [row]))[0])

    async def ListTicketTypes(self, tx: Tx, request: pb.ListTicketTypesRequest) -> pb.ListTicketTypesResponse:
        await self.configurations.within(tx)
        rows, token = await list_rows(tx, row=TicketType, page=page_of(request))
        return pb.ListTicketTypesResponse(
            ticket_types=[messages.type_message(row) for row in rows], next_page_token=token
        )

    async def GetTicketType(self, tx: Tx, request: pb.GetTicketTypeRequest) -> pb.GetTicketTypeResponse:
        await self.configurations.within(tx)
        row = await find_row(tx, TicketType, request.ticket_type, "ticket type")
        return pb.GetTicketTypeResponse(ticket_type=messages.type_message(row))

    async def CreateTicketType(
        self, tx: Tx, request: pb.CreateTicketTypeRequest
    ) -> pb.CreateTicketTypeResponse:
        await self.configurations.to_be_changed(tx)
        row = await ticket_types.create_ticket_type(
            tx, slug=request.slug, name=request.name, prefix=request.prefix
        )
        return pb.CreateTicketTypeResponse(ticket_type=messages.type_message(row))

    async def UpdateTicketType(
        self, tx: Tx, request: pb.UpdateTicketTypeRequest
    ) -> pb.UpdateTicketTypeResponse:
        await self.configurations.to_be_changed(tx)
        row = await ticket_types.update_ticket_type(
            tx,
            ticket_type=request.ticket_type,
            changes=changes_of(request.patch, request.update_mask),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateTicketTypeResponse(ticket_type=messages.type_message(row))

    async def GetPriorityMatrix(self, tx: Tx, _: pb.GetPriorityMatrixRequest) -> pb.GetPriorityMatrixResponse:
        await self.configurations.within(tx)
        cells, version = await priorities.get_matrix(tx)
        return pb.GetPriorityMatrixResponse(cells=_cells(cells), version=version)

    async def UpdatePriorityMatrix(
        self, tx: Tx, request: pb.UpdatePriorityMatrixRequest
    ) -> pb.UpdatePriorityMatrixResponse:
        await self.configurations.to_be_changed(tx)
        cells, version = await priorities.update_matrix(
            tx,
            cells=[priorities.Cell(cell.impact, cell.urgency, cell.priority) for cell in request.cells],
            expected_version=request.expected_version or None,
        )
        return pb.UpdatePriorityMatrixResponse(cells=_cells(cells), version=version)

    async def GetFilePolicy(self, tx: Tx, _: pb.GetFilePolicyRequest) -> pb.GetFilePolicyResponse:
        policy, version = await file_settings.get_file_policy(tx)
        return pb.GetFilePolicyResponse(policy=_files(policy), version=version)

    async def SetFilePolicy(self, tx: Tx, request: pb.SetFilePolicyRequest) -> pb.SetFilePolicyResponse:
        await self.configurations.to_be_changed(tx)
        policy, version = await file_settings.set_file_policy(
            tx,
            policy=FilePolicy(request.policy.taken, tuple(request.policy.extensions)),
            expected_version=request.expected_version or None,
        )
        return pb.SetFilePolicyResponse(policy=_files(policy), version=version)


def _files(policy: FilePolicy) -> ticket_pb2.FilePolicy:
    return ticket_pb2.FilePolicy(taken=policy.taken, extensions=policy.extensions)


async def _queues(tx: Tx, rows: Sequence[Queue]) -> list[ticket_pb2.Queue]:
    """The queues with their processes and teams as they stand."""
    answered = []
    for row in rows:
        process = await tx.get(Process, row.process_id)
        assert process is not None  # a foreign key holds it
        answered.append(messages.queue_message(row, process, await _team(tx, row.team_id)))
    return answered


async def _team(tx: Tx, id: UUID | None) -> Reference | None:  # noqa: A002 (the word of the domain)
    """The team of an id; by id alone where its copy has not come yet."""
    if id is None:
        return None
    team = await tx.get(Team, id)
    return Reference(id, "", "") if team is None else Reference(id, team.slug, team.name)


def _cells(cells: Sequence[priorities.Cell]) -> list[ticket_pb2.PriorityCell]:
    return [
        ticket_pb2.PriorityCell(impact=cell.impact, urgency=cell.urgency, priority=cell.priority)
        for cell in cells
    ]
