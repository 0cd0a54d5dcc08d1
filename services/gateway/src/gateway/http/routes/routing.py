"""Giving tickets to people: how a queue does it, and why it chose whom."""

from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import routing_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, resource
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.headers import expected_version
from gateway.http.models import routing as models
from gateway.http.render import routing as render

door = Door("routing")


@door.route(
    "GET", "/queues/{queue}/routing", rpcs.GET_QUEUE_ROUTING, gives=models.QueueRouting, versioned=True
)
async def get_queue_routing(request: Request, queue: str) -> Response:
    """Read how a queue gives its tickets to people, by id or slug."""
    found = (await ask(request, rpcs.GET_QUEUE_ROUTING, pb.GetQueueRoutingRequest(queue=queue))).routing
    return resource(render.queue_routing(found), found.version)


@door.route(
    "PUT", "/queues/{queue}/routing", rpcs.SET_QUEUE_ROUTING, gives=models.QueueRouting, versioned=True
)
async def set_queue_routing(request: Request, queue: str, body: models.QueueRoutingInput) -> Response:
    """Say how a queue gives its tickets to people.

    All of it is replaced, and what waits is given out: the oldest of the worst priority first, each to the best of the
    team who meets all requirements. What nobody may get is tried again when somebody has a place free or a shift begins.
    """
    routing = pb.QueueRouting(
        strategies=body.strategies,
        require=body.require,
        skills=[pb.RequiredSkill(skill=one.skill, level=one.level, when=one.when) for one in body.skills],
        max_open=body.max_open,
        waiting_counts=body.waiting_counts,
    )
    question = pb.SetQueueRoutingRequest(
        queue=queue, routing=routing, expected_version=expected_version(request)
    )
    changed = (await ask(request, rpcs.SET_QUEUE_ROUTING, question)).routing
    return resource(render.queue_routing(changed), changed.version)


@door.route("GET", "/tickets/{ticket}/routing", rpcs.GET_TICKET_ROUTING, gives=models.TicketRouting)
async def get_ticket_routing(request: Request, ticket: str) -> Response:
    """Read who got a ticket and why, or why nobody did until now.

    Each candidate comes with every requirement, met or not, in words and data: as of the decision where the desk has
    chosen, as of now where the ticket waits.
    """
    question = pb.GetTicketRoutingRequest(ticket=ticket)
    return document(render.ticket_routing((await ask(request, rpcs.GET_TICKET_ROUTING, question)).routing))


@door.route("POST", "/tickets/{ticket}/routing", rpcs.ROUTE_TICKET, gives=models.TicketRouting)
async def route_ticket(request: Request, ticket: str) -> Response:
    """Have the desk choose for a ticket.

    It leaves a ticket alone that somebody took from its assignee, until it goes to another queue or team. 409 where
    somebody has the ticket, or its queue gives out none.
    """
    question = pb.RouteTicketRequest(ticket=ticket)
    return document(render.ticket_routing((await ask(request, rpcs.ROUTE_TICKET, question)).routing))
