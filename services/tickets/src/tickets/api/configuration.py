"""The RPCs of the configuration that tickets are worked by."""

from dataclasses import dataclass

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.paging import page_of
from deskmesh.tickets.v1 import configuration_service_pb2 as pb
from deskmesh.tickets.v1 import ticket_pb2
from tickets.app.configuration import Configuration, Configurations
from tickets.app.reading import list_rows
from tickets.db.configuration import Process, Queue, TicketType
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

    async def ListQueues(self, tx: Tx, request: pb.ListQueuesRequest) -> pb.ListQueuesResponse:
        configuration = await self.configurations.within(tx)
        rows, token = await list_rows(tx, row=Queue, page=page_of(request))
        return pb.ListQueuesResponse(
            queues=[_queue(configuration, row) for row in rows], next_page_token=token
        )

    async def GetQueue(self, tx: Tx, request: pb.GetQueueRequest) -> pb.GetQueueResponse:
        configuration = await self.configurations.within(tx)
        queue = configuration.find_queue(request.queue)
        if queue is None:
            raise NotFound("queue")
        return pb.GetQueueResponse(queue=_queue(configuration, queue))

    async def ListTicketTypes(self, tx: Tx, request: pb.ListTicketTypesRequest) -> pb.ListTicketTypesResponse:
        await self.configurations.within(tx)
        rows, token = await list_rows(tx, row=TicketType, page=page_of(request))
        return pb.ListTicketTypesResponse(
            ticket_types=[messages.type_message(row) for row in rows], next_page_token=token
        )


def _queue(configuration: Configuration, queue: Queue) -> ticket_pb2.Queue:
    process = configuration.processes[queue.process_id]
    return messages.queue_message(queue, process, configuration.team(queue.team_id))
