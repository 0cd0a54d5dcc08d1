"""The RPCs of links between tickets."""

from dataclasses import dataclass

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.tickets.v1 import link_service_pb2 as pb
from tickets.app.configuration import Configurations
from tickets.app.linking import SeenLink, add_link, list_links, remove_link
from tickets.domain.problems import KNOWN_ERROR, workaround_of
from tickets.publish.messages import moment


@dataclass(frozen=True, slots=True)
class LinkServicer:
    """LinkService."""

    configurations: Configurations

    async def CreateLink(self, tx: Tx, request: pb.CreateLinkRequest) -> pb.CreateLinkResponse:
        link = await add_link(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            word=request.type,
            other=request.other,
        )
        return pb.CreateLinkResponse(link=_message(link))

    async def ListLinks(self, tx: Tx, request: pb.ListLinksRequest) -> pb.ListLinksResponse:
        links, token = await list_links(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            page=page_of(request),
        )
        return pb.ListLinksResponse(links=[_message(link) for link in links], next_page_token=token)

    async def DeleteLink(self, tx: Tx, request: pb.DeleteLinkRequest) -> pb.DeleteLinkResponse:
        configuration = await self.configurations.within(tx)
        await remove_link(tx, configuration=configuration, ticket=request.ticket, link_id=request.link_id)
        return pb.DeleteLinkResponse()


def _message(seen: SeenLink) -> pb.Link:
    other = seen.other
    is_problem = other.type == "problem"
    return pb.Link(
        id=str(seen.link.id),
        type=seen.word,
        ticket=pb.LinkedTicket(
            id=str(other.id),
            number=other.number,
            title=other.title,
            type=other.type,
            state=other.state,
            state_category=other.state_category,
            known_error=is_problem and other.fields.get(KNOWN_ERROR) is True,
            workaround=workaround_of(other.fields) if is_problem else "",
        ),
        created_at=moment(seen.link.created_at),
    )
