"""What is told of major incidents. Aggregate and version are the ticket's."""

from chassis.db import Tx
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import events_pb2 as pb
from deskmesh.tickets.v1 import major_incident_pb2 as nouns
from tickets.db.major_incidents import MajorIncident
from tickets.db.views import TicketView
from tickets.domain.occasion import Occasion
from tickets.publish import telling
from tickets.publish.messages import moment

_EVENTS = {
    "major_declared": pb.MajorIncidentDeclared,
    "major_changed": pb.MajorIncidentChanged,
    "major_ended": pb.MajorIncidentEnded,
}


def tell(tx: Tx, action: str, view: TicketView, major: MajorIncident, occasion: Occasion) -> None:
    """An incident became a major one, people are told something else of it, or it is one no more."""
    telling.tell(tx, view, _EVENTS[action], occasion, major_incident=major_message(major))


def major_message(major: MajorIncident) -> nouns.MajorIncident:
    """A major incident, without what hangs on it."""
    return nouns.MajorIncident(
        id=str(major.id),
        title=major.title,
        message=major.message,
        audience=major.audience,
        organizations=[common.Ref(id=str(id_)) for id_ in major.organization_ids],
        declared_by=common.Actor(
            kind=major.declared_kind,
            id=major.declared_id,
            name=major.declared_name,
            email=major.declared_email,
        ),
        declared_at=moment(major.declared_at),
        updated_at=moment(major.updated_at),
        ended_at=moment(major.ended_at),
        version=major.version,
    )
