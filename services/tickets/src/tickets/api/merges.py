"""The RPCs that make one ticket of several, and several of one."""

from dataclasses import dataclass

from chassis.context import current_caller
from chassis.db import Databases, Tx
from chassis.grpc_server import own_transaction
from chassis.idempotency import once
from deskmesh.tickets.v1 import merge_service_pb2 as pb
from tickets.api.answers import ticket_answer
from tickets.api.requests import opening_of
from tickets.app.configuration import Configurations
from tickets.app.merging import Merging, merge_tickets, unmerge_ticket
from tickets.app.opening import Desk
from tickets.app.splitting import Split, plan_split, split_ticket


@dataclass(frozen=True, slots=True)
class MergeServicer:
    """MergeService."""

    databases: Databases
    configurations: Configurations
    desk: Desk

    async def MergeTickets(self, tx: Tx, request: pb.MergeTicketsRequest) -> pb.MergeTicketsResponse:
        view = await merge_tickets(
            tx,
            configuration=await self.configurations.within(tx),
            merging=Merging(request.ticket, list(request.merged), request.expected_version or None),
        )
        return pb.MergeTicketsResponse(ticket=ticket_answer(view))

    async def UnmergeTicket(self, tx: Tx, request: pb.UnmergeTicketRequest) -> pb.UnmergeTicketResponse:
        configuration = await self.configurations.within(tx)
        view = await unmerge_ticket(
            tx, configuration=configuration, ticket=request.ticket, merged=request.merged
        )
        return pb.UnmergeTicketResponse(ticket=ticket_answer(view))

    @own_transaction
    async def SplitTicket(self, request: pb.SplitTicketRequest) -> pb.SplitTicketResponse:
        tenant_id = current_caller().tenant_id
        database = self.databases.for_tenant(tenant_id)
        configuration = await self.configurations.of(tenant_id)
        split = Split(request.ticket, list(request.comment_ids), opening_of(request.new))
        planned = await plan_split(database, desk=self.desk, configuration=configuration, split=split)

        async def work(tx: Tx) -> pb.SplitTicketResponse:
            view = await split_ticket(tx, desk=self.desk, configuration=configuration, planned=planned)
            return pb.SplitTicketResponse(ticket=ticket_answer(view))

        return await once(database, pb.SplitTicketResponse, work)
