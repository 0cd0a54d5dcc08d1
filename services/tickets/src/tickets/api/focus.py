"""The RPCs of focus mode."""

from dataclasses import dataclass

from chassis.db import Tx
from deskmesh.tickets.v1 import focus_service_pb2 as pb
from tickets.api.answers import ticket_answer
from tickets.api.requests import known_names
from tickets.app import focus
from tickets.app.configuration import Configurations
from tickets.app.focus import Focus

_FIELDS = frozenset({"enabled", "max_open"})


@dataclass(frozen=True, slots=True)
class FocusServicer:
    """FocusService."""

    configurations: Configurations

    async def GetFocus(self, tx: Tx, request: pb.GetFocusRequest) -> pb.GetFocusResponse:  # noqa: ARG002 (every RPC has one)
        return pb.GetFocusResponse(focus=_message(await focus.get_focus(tx)))

    async def SetFocus(self, tx: Tx, request: pb.SetFocusRequest) -> pb.SetFocusResponse:
        changed = await focus.set_focus(
            tx,
            configurations=self.configurations,
            changes={
                name: getattr(request.focus, name) for name in known_names(request.update_mask, _FIELDS)
            },
            expected_version=request.expected_version or None,
        )
        return pb.SetFocusResponse(focus=_message(changed))

    async def PullTicket(self, tx: Tx, request: pb.PullTicketRequest) -> pb.PullTicketResponse:  # noqa: ARG002 (as above)
        pulled = await focus.pull_ticket(tx, configuration=await self.configurations.within(tx))
        ticket = None if pulled.view is None else ticket_answer(pulled.view)
        return pb.PullTicketResponse(ticket=ticket, waiting=pulled.waiting)


def _message(value: Focus) -> pb.Focus:
    return pb.Focus(enabled=value.enabled, max_open=value.max_open, version=value.version)
