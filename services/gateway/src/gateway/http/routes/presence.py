"""Who has a ticket open, or writes on it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from chassis.context import current_caller
from chassis.errors import Forbidden
from deskmesh.tickets.v1 import ticket_service_pb2 as pb
from gateway.app.presence import Present
from gateway.clients import tickets as rpcs
from gateway.http.answers import listing
from gateway.http.desk import ask, desk
from gateway.http.door import Door
from gateway.http.live.presence import Place
from gateway.http.models import presence as models
from gateway.http.models.common import list_of

door = Door("tickets")
_READ = "tickets.read"


@door.route("POST", "/tickets/{ticket}/presence", _READ, gives=list_of(models.Presence))
async def say_presence(request: Request, ticket: str, body: models.NewPresence) -> Response:
    """Say that you have a ticket open or write on it, and hear who else does.

    Say it again at least every 20 seconds: after 30 you are gone, as with `left`. Nothing of it is stored. Whoever reads
    the tickets of its queue hears `TicketPresence` on the live stream when somebody comes, begins to write, or leaves.
    """
    caller = current_caller()
    place = await _place(request, ticket)
    present = Present(caller.subject, caller.name, caller.email, body.state)
    return _listing(await desk(request).presence.say(place, present))


@door.route("GET", "/tickets/{ticket}/presence", _READ, gives=list_of(models.Presence))
async def list_presence(request: Request, ticket: str) -> Response:
    """List who has a ticket open or writes on it, by name."""
    return _listing(desk(request).presence.at(await _place(request, ticket)))


async def _place(request: Request, ticket: str) -> Place:
    """Where a ticket is that the caller reads as an agent. Raises NotFound, Forbidden."""
    found = (await ask(request, rpcs.GET_TICKET, pb.GetTicketRequest(ticket=ticket))).ticket
    caller = current_caller()
    if not caller.may(_READ, found.process.key, found.queue.key):
        raise Forbidden(f"This needs the permission {_READ} for the ticket's queue.")
    return Place(caller.tenant_id, found.id, found.process.key, found.queue.id, found.queue.key)


def _listing(people: Sequence[Present]) -> Response:
    return listing(
        [
            {
                "person": {
                    "id": one.person_id,
                    "key": one.email,
                    "name": one.name,
                    "email": one.email,
                },
                "state": one.state,
            }
            for one in people
        ],
        "",
    )
