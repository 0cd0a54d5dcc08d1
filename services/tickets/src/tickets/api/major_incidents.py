"""The RPCs of major incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.paging import page_of
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import bulk_service_pb2 as bulk_rpc
from deskmesh.tickets.v1 import major_incident_pb2 as nouns
from deskmesh.tickets.v1 import major_incident_service_pb2 as pb
from deskmesh.tickets.v1 import ticket_service_pb2 as tickets
from tickets.api.answers import ticket_answer
from tickets.api.bulk import job_message
from tickets.api.requests import known_names
from tickets.app import bulk, major_incidents
from tickets.app.commenting import NewComment, comment_on_ticket
from tickets.app.configuration import Configuration, Configurations
from tickets.app.major_incidents import MajorDraft, SeenMajor
from tickets.app.transitioning import WantedMove, transition_ticket
from tickets.app.wording import Vocabulary
from tickets.publish.major_events import major_message
from tickets.publish.messages import comment_message, reference_message

_FIELDS = frozenset({"title", "message", "audience", "organizations"})
_RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class MajorIncidentServicer:
    """MajorIncidentService."""

    configurations: Configurations
    vocabulary: Vocabulary

    async def DeclareMajorIncident(
        self, tx: Tx, request: pb.DeclareMajorIncidentRequest
    ) -> pb.DeclareMajorIncidentResponse:
        seen = await major_incidents.declare_major(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            draft=MajorDraft(request.title, request.message, request.audience, list(request.organizations)),
        )
        return pb.DeclareMajorIncidentResponse(major_incident=_message(seen))

    async def GetMajorIncident(
        self, tx: Tx, request: pb.GetMajorIncidentRequest
    ) -> pb.GetMajorIncidentResponse:
        configuration = await self.configurations.within(tx)
        seen = await major_incidents.get_major(tx, configuration=configuration, ticket=request.ticket)
        return pb.GetMajorIncidentResponse(major_incident=_message(seen))

    async def UpdateMajorIncident(
        self, tx: Tx, request: pb.UpdateMajorIncidentRequest
    ) -> pb.UpdateMajorIncidentResponse:
        patch = request.patch
        changes = {name: getattr(patch, name) for name in known_names(request.update_mask, _FIELDS)}
        if "organizations" in changes:
            changes["organizations"] = list(patch.organizations)
        seen = await major_incidents.update_major(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            changes=changes,
            expected_version=request.expected_version or None,
        )
        return pb.UpdateMajorIncidentResponse(major_incident=_message(seen))

    async def EndMajorIncident(
        self, tx: Tx, request: pb.EndMajorIncidentRequest
    ) -> pb.EndMajorIncidentResponse:
        await major_incidents.end_major(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            expected_version=request.expected_version or None,
        )
        return pb.EndMajorIncidentResponse()

    async def ListMajorIncidents(
        self, tx: Tx, request: pb.ListMajorIncidentsRequest
    ) -> pb.ListMajorIncidentsResponse:
        found, token = await major_incidents.list_majors(
            tx, configuration=await self.configurations.within(tx), page=page_of(request)
        )
        return pb.ListMajorIncidentsResponse(
            major_incidents=[_message(seen) for seen in found], next_page_token=token
        )

    async def AnswerMajorIncident(
        self, tx: Tx, request: pb.AnswerMajorIncidentRequest
    ) -> pb.AnswerMajorIncidentResponse:
        configuration = await self.configurations.within(tx)
        ticket, followers = await major_incidents.answered(
            tx, configuration=configuration, ticket=request.ticket
        )
        comment, attachments = await comment_on_ticket(
            tx,
            configuration=configuration,
            vocabulary=self.vocabulary,
            ticket=str(ticket.id),
            new=NewComment(request.body),
            occurred_at=None,
        )
        said = tickets.CreateCommentRequest(body=request.body)
        job = await _job(tx, configuration, followers, bulk_rpc.StartBulkRequest(comment=said))
        return pb.AnswerMajorIncidentResponse(comment=comment_message(comment, attachments), job=job)

    async def ResolveMajorIncident(
        self, tx: Tx, request: pb.ResolveMajorIncidentRequest
    ) -> pb.ResolveMajorIncidentResponse:
        if not request.message.strip():
            raise InvalidInput([FieldError("message", "must be given")])
        configuration = await self.configurations.within(tx)
        ticket, followers = await major_incidents.answered(
            tx, configuration=configuration, ticket=request.ticket
        )
        to = request.to or _RESOLVED
        await major_incidents.end_major(tx, configuration=configuration, ticket=str(ticket.id))
        view = await transition_ticket(
            tx,
            configuration=configuration,
            vocabulary=self.vocabulary,
            ticket=str(ticket.id),
            move=WantedMove(to, comment=request.message),
        )
        moved = tickets.TransitionTicketRequest(to=to, comment=request.message)
        job = await _job(tx, configuration, followers, bulk_rpc.StartBulkRequest(transition=moved))
        return pb.ResolveMajorIncidentResponse(ticket=ticket_answer(view), job=job)


async def _job(
    tx: Tx, configuration: Configuration, followers: Sequence[UUID], work: bulk_rpc.StartBulkRequest
) -> bulk_rpc.BulkJob | None:
    """A job on what follows, as the caller; none where nothing does. Raises LimitReached."""
    if not followers:
        return None
    seen = await bulk.start_bulk(
        tx,
        configuration=configuration,
        tickets=list(map(str, followers)),
        filter_text="",
        request=work.SerializeToString(),
    )
    return job_message(seen)


def _message(seen: SeenMajor) -> nouns.MajorIncident:
    message = major_message(seen.major)
    message.followers = seen.followers
    if seen.ticket is not None:
        ticket = seen.ticket
        message.ticket.MergeFrom(common.Ref(id=str(ticket.id), key=ticket.number, name=ticket.title))
    if seen.organizations:
        del message.organizations[:]
        message.organizations.extend(
            one for organization in seen.organizations if (one := reference_message(organization))
        )
    return message
