"""The RPCs of tickets."""

from dataclasses import dataclass

from chassis.context import current_caller
from chassis.db import Database, Databases, Tx
from chassis.grpc_server import own_transaction
from chassis.idempotency import once
from chassis.objects import ObjectStore
from chassis.paging import page_of
from deskmesh.tickets.v1 import ticket_pb2
from deskmesh.tickets.v1 import ticket_service_pb2 as pb
from tickets.api import requests
from tickets.api.answers import ticket_answer
from tickets.app import attaching, reading, watching
from tickets.app.assigning import assign_ticket
from tickets.app.commenting import comment_on_ticket
from tickets.app.configuration import Configurations
from tickets.app.counting import count_tickets
from tickets.app.directory import names_caller
from tickets.app.forwarding import forward_ticket
from tickets.app.listing import Wanted, list_tickets
from tickets.app.opening import Desk, open_ticket
from tickets.app.people import make_known
from tickets.app.transitioning import list_moves, transition_ticket
from tickets.app.updating import update_ticket
from tickets.db.views import TicketView
from tickets.publish import messages


@dataclass(frozen=True, slots=True)
class TicketServicer:
    """TicketService."""

    databases: Databases
    configurations: Configurations
    desk: Desk
    objects: ObjectStore

    @own_transaction
    async def CreateTicket(self, request: pb.CreateTicketRequest) -> bytes:
        tenant_id = current_caller().tenant_id

        def answer(view: TicketView) -> bytes:
            return pb.CreateTicketResponse(ticket=ticket_answer(view)).SerializeToString()

        return await open_ticket(
            self._database(),
            desk=self.desk,
            configuration=await self.configurations.of(tenant_id),
            opening=requests.opening_of(request),
            answer=answer,
        )

    async def GetTicket(self, tx: Tx, request: pb.GetTicketRequest) -> pb.GetTicketResponse:
        configuration = await self.configurations.within(tx)
        view = await reading.get_ticket(tx, configuration=configuration, ticket=request.ticket)
        return pb.GetTicketResponse(ticket=ticket_answer(view))

    async def ListTickets(self, tx: Tx, request: pb.ListTicketsRequest) -> pb.ListTicketsResponse:
        views, token = await list_tickets(
            tx,
            configuration=await self.configurations.within(tx),
            wanted=Wanted(request.filter, request.order_by, request.query),
            page=page_of(request),
        )
        return pb.ListTicketsResponse(tickets=[ticket_answer(view) for view in views], next_page_token=token)

    async def CountTickets(self, tx: Tx, request: pb.CountTicketsRequest) -> pb.CountTicketsResponse:
        configuration = await self.configurations.within(tx)
        counted = await count_tickets(
            tx, configuration=configuration, filters=request.filters, up_to=request.up_to
        )
        return pb.CountTicketsResponse(
            counts=[ticket_pb2.TicketCount(count=one.count, more=one.more) for one in counted]
        )

    @own_transaction
    async def UpdateTicket(self, request: pb.UpdateTicketRequest) -> pb.UpdateTicketResponse:
        edits = requests.edits_of(request)
        if "requester" in edits.names and edits.requester:
            await self._make_known(edits.requester, "requester")

        async def work(tx: Tx) -> pb.UpdateTicketResponse:
            view = await update_ticket(
                tx,
                configuration=await self.configurations.within(tx),
                vocabulary=self.desk.vocabulary,
                ticket=request.ticket,
                edits=edits,
            )
            return pb.UpdateTicketResponse(ticket=ticket_answer(view))

        return await once(self._database(), pb.UpdateTicketResponse, work)

    async def AssignTicket(self, tx: Tx, request: pb.AssignTicketRequest) -> pb.AssignTicketResponse:
        view = await assign_ticket(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            assignment=requests.assignment_of(request),
        )
        return pb.AssignTicketResponse(ticket=ticket_answer(view))

    async def TransitionTicket(
        self, tx: Tx, request: pb.TransitionTicketRequest
    ) -> pb.TransitionTicketResponse:
        view = await transition_ticket(
            tx,
            configuration=await self.configurations.within(tx),
            vocabulary=self.desk.vocabulary,
            ticket=request.ticket,
            move=requests.move_of(request),
        )
        return pb.TransitionTicketResponse(ticket=ticket_answer(view))

    async def ListTransitions(self, tx: Tx, request: pb.ListTransitionsRequest) -> pb.ListTransitionsResponse:
        configuration = await self.configurations.within(tx)
        moves = await list_moves(tx, configuration=configuration, ticket=request.ticket)
        return pb.ListTransitionsResponse(
            transitions=[messages.transition_message(move, held) for move, held in moves]
        )

    async def CreateComment(self, tx: Tx, request: pb.CreateCommentRequest) -> pb.CreateCommentResponse:
        comment, attachments = await comment_on_ticket(
            tx,
            configuration=await self.configurations.within(tx),
            vocabulary=self.desk.vocabulary,
            ticket=request.ticket,
            new=requests.comment_of(request),
            occurred_at=requests.moment_of(request),
        )
        return pb.CreateCommentResponse(comment=messages.comment_message(comment, attachments))

    async def ForwardTicket(self, tx: Tx, request: pb.ForwardTicketRequest) -> pb.ForwardTicketResponse:
        comment, attachments = await forward_ticket(
            tx,
            configuration=await self.configurations.within(tx),
            vocabulary=self.desk.vocabulary,
            ticket=request.ticket,
            forward=requests.forward_of(request),
        )
        return pb.ForwardTicketResponse(comment=messages.comment_message(comment, attachments))

    async def ListComments(self, tx: Tx, request: pb.ListCommentsRequest) -> pb.ListCommentsResponse:
        comments, token = await reading.list_comments(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            order_by=request.order_by,
            page=page_of(request),
        )
        return pb.ListCommentsResponse(
            comments=[
                messages.comment_message(seen.comment, seen.attachments, origin=seen.origin)
                for seen in comments
            ],
            next_page_token=token,
        )

    @own_transaction
    async def CreateAttachment(self, request: pb.CreateAttachmentRequest) -> pb.CreateAttachmentResponse:
        tenant_id = current_caller().tenant_id
        policy = (await self.configurations.of(tenant_id)).files
        file = await attaching.copy_file(self.objects, tenant_id, policy, requests.file_of(request.file))

        async def work(tx: Tx) -> pb.CreateAttachmentResponse:
            attachment = await attaching.attach_file(
                tx,
                configuration=await self.configurations.within(tx),
                ticket=request.ticket,
                file=file,
            )
            return pb.CreateAttachmentResponse(attachment=messages.attachment_message(attachment))

        return await once(self._database(), pb.CreateAttachmentResponse, work)

    async def GetAttachment(self, tx: Tx, request: pb.GetAttachmentRequest) -> pb.GetAttachmentResponse:
        attachment = await attaching.get_attachment(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            attachment_id=request.attachment_id,
        )
        return pb.GetAttachmentResponse(attachment=messages.attachment_message(attachment))

    async def ListAttachments(self, tx: Tx, request: pb.ListAttachmentsRequest) -> pb.ListAttachmentsResponse:
        attachments, token = await reading.list_attachments(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            page=page_of(request),
        )
        return pb.ListAttachmentsResponse(
            attachments=[messages.attachment_message(attachment) for attachment in attachments],
            next_page_token=token,
        )

    @own_transaction
    async def AddWatcher(self, request: pb.AddWatcherRequest) -> pb.AddWatcherResponse:
        await self._make_known(request.person, "person")

        async def work(tx: Tx) -> pb.AddWatcherResponse:
            view = await watching.add_watcher(
                tx,
                configuration=await self.configurations.within(tx),
                ticket=request.ticket,
                person=request.person,
            )
            return pb.AddWatcherResponse(ticket=ticket_answer(view))

        return await once(self._database(), pb.AddWatcherResponse, work)

    async def RemoveWatcher(self, tx: Tx, request: pb.RemoveWatcherRequest) -> pb.RemoveWatcherResponse:
        view = await watching.remove_watcher(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            person=request.person,
        )
        return pb.RemoveWatcherResponse(ticket=ticket_answer(view))

    async def ListWatchers(self, tx: Tx, request: pb.ListWatchersRequest) -> pb.ListWatchersResponse:
        configuration = await self.configurations.within(tx)
        view = await reading.get_ticket(tx, configuration=configuration, ticket=request.ticket)
        return pb.ListWatchersResponse(watchers=messages.people_messages(view.watchers))

    async def ListHistory(self, tx: Tx, request: pb.ListHistoryRequest) -> pb.ListHistoryResponse:
        entries, token = await reading.list_history(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            page=page_of(request),
        )
        return pb.ListHistoryResponse(
            entries=[messages.history_message(entry) for entry in entries], next_page_token=token
        )

    def _database(self) -> Database:
        return self.databases.for_tenant(current_caller().tenant_id)

    async def _make_known(self, person: str, field: str) -> None:
        if not names_caller(person):
            await make_known(self._database(), self.desk.ensure_requester, person, field)
