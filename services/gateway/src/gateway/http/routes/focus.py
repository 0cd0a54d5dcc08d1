"""Focus mode: how you get work."""

from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import focus_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, resource
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.headers import expected_version
from gateway.http.models import focus as models
from gateway.http.render import tickets as render
from gateway.http.values import JsonObject

door = Door("focus")


@door.route("GET", "/me/focus", rpcs.GET_FOCUS, gives=models.Focus, versioned=True)
async def get_focus(request: Request) -> Response:
    """Read how you get work."""
    found = (await ask(request, rpcs.GET_FOCUS, pb.GetFocusRequest())).focus
    return resource(_focus(found), found.version)


@door.route("PUT", "/me/focus", rpcs.SET_FOCUS, gives=models.Focus, versioned=True)
async def set_focus(request: Request, body: models.FocusInput) -> Response:
    """Change how you get work.

    In focus mode you see only tickets that are assigned to you, that you asked for or that you watch.
    """
    question = pb.SetFocusRequest(
        focus=pb.Focus(enabled=body.enabled, max_open=body.max_open),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.SET_FOCUS, question)).focus
    return resource(_focus(changed), changed.version)


@door.route("POST", "/me/next-ticket", rpcs.PULL_TICKET, gives=models.NextTicket)
async def pull_ticket(request: Request) -> Response:
    """Get the next ticket.

    The most urgent one that waits for your teams is assigned to you: by priority, then by the nearest target, then by
    age. No two agents ever get the same. 409 where you have as many in hand as you take.
    """
    answer = await ask(request, rpcs.PULL_TICKET, pb.PullTicketRequest())
    ticket = render.ticket(answer.ticket) if answer.HasField("ticket") else None
    return document({"ticket": ticket, "waiting": answer.waiting})


def _focus(value: pb.Focus) -> JsonObject:
    return {"enabled": value.enabled, "max_open": value.max_open, "version": value.version}
