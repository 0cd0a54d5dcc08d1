"""The RPCs of mentions."""

from dataclasses import dataclass

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import mention_service_pb2 as pb
from tickets.app import mentioning
from tickets.app.configuration import Configurations
from tickets.app.mentioning import SeenMention
from tickets.publish.messages import moment, person_message

_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class MentionServicer:
    """MentionService."""

    configurations: Configurations

    async def ListMentions(self, tx: Tx, request: pb.ListMentionsRequest) -> pb.ListMentionsResponse:
        configuration = await self.configurations.within(tx)
        found, token = await mentioning.list_mentions(
            tx, configuration=configuration, unread=request.unread, page=page_of(request)
        )
        return pb.ListMentionsResponse(
            mentions=[_message(seen) for seen in found],
            next_page_token=token,
            unread=await mentioning.count_unread(tx, configuration=configuration),
        )

    async def MarkMention(self, tx: Tx, request: pb.MarkMentionRequest) -> pb.MarkMentionResponse:
        seen = await mentioning.mark_mention(
            tx,
            configuration=await self.configurations.within(tx),
            mention_id=request.mention_id,
            read=request.read,
        )
        return pb.MarkMentionResponse(mention=_message(seen))

    async def MarkAllMentions(self, tx: Tx, _: pb.MarkAllMentionsRequest) -> pb.MarkAllMentionsResponse:
        return pb.MarkAllMentionsResponse(marked=await mentioning.mark_all_mentions(tx))

    async def ListMentioned(self, tx: Tx, request: pb.ListMentionedRequest) -> pb.ListMentionedResponse:
        found, token = await mentioning.list_mentioned(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            page=page_of(request),
        )
        people = [
            pb.MentionedPerson(
                person=person_message(one.person), comment_id=str(one.comment_id), created_at=moment(one.at)
            )
            for one in found
        ]
        return pb.ListMentionedResponse(people=people, next_page_token=token)


def _message(seen: SeenMention) -> pb.Mention:
    mention, comment, ticket = seen.mention, seen.comment, seen.ticket
    return pb.Mention(
        id=str(mention.id),
        ticket=common.Ref(id=str(ticket.id), key=ticket.number, name=ticket.title),
        comment_id=str(comment.id),
        excerpt=comment.body[:_EXCERPT],
        visibility=comment.visibility,
        author=common.Actor(
            kind=comment.author_kind,
            id=comment.author_id,
            name=comment.author_name,
            email=comment.author_email,
        ),
        created_at=moment(mention.created_at),
        read_at=moment(mention.read_at),
        version=mention.version,
    )
