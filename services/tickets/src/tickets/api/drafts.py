"""The RPCs of drafts that agents share."""

from dataclasses import dataclass

from chassis.db import Tx
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import draft_service_pb2 as pb
from tickets.app import drafting
from tickets.app.configuration import Configurations
from tickets.app.wording import Vocabulary
from tickets.db.conversation import TicketDraft
from tickets.publish.messages import comment_message, moment


@dataclass(frozen=True, slots=True)
class DraftServicer:
    """DraftService."""

    configurations: Configurations
    vocabulary: Vocabulary

    async def ListDrafts(self, tx: Tx, request: pb.ListDraftsRequest) -> pb.ListDraftsResponse:
        configuration = await self.configurations.within(tx)
        drafts = await drafting.list_drafts(tx, configuration=configuration, ticket=request.ticket)
        return pb.ListDraftsResponse(drafts=[_message(draft) for draft in drafts])

    async def GetDraft(self, tx: Tx, request: pb.GetDraftRequest) -> pb.GetDraftResponse:
        draft = await drafting.get_draft(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            visibility=request.visibility,
        )
        return pb.GetDraftResponse(draft=_message(draft))

    async def SaveDraft(self, tx: Tx, request: pb.SaveDraftRequest) -> pb.SaveDraftResponse:
        draft = await drafting.save_draft(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            visibility=request.visibility,
            body=request.body,
            format_=request.format,
            expected_version=request.expected_version or None,
        )
        return pb.SaveDraftResponse(draft=_message(draft))

    async def DeleteDraft(self, tx: Tx, request: pb.DeleteDraftRequest) -> pb.DeleteDraftResponse:
        await drafting.delete_draft(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            visibility=request.visibility,
            expected_version=request.expected_version or None,
        )
        return pb.DeleteDraftResponse()

    async def SendDraft(self, tx: Tx, request: pb.SendDraftRequest) -> pb.SendDraftResponse:
        comment, attachments = await drafting.send_draft(
            tx,
            configuration=await self.configurations.within(tx),
            vocabulary=self.vocabulary,
            ticket=request.ticket,
            visibility=request.visibility,
            expected_version=request.expected_version or None,
        )
        return pb.SendDraftResponse(comment=comment_message(comment, attachments))


def _message(draft: TicketDraft) -> pb.Draft:
    return pb.Draft(
        ticket_id=str(draft.ticket_id),
        visibility=draft.visibility,
        body=draft.body,
        format=draft.format,
        author=common.Actor(
            kind=draft.author_kind, id=draft.author_id, name=draft.author_name, email=draft.author_email
        ),
        created_at=moment(draft.created_at),
        updated_at=moment(draft.updated_at),
        version=draft.version,
    )
