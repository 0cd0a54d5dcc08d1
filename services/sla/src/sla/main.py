"""The sla service: clocks that are never wrong."""

from __future__ import annotations

from chassis.events import Handler
from chassis.grpc_server import Servicer
from chassis.service import Background, Parts, Runtime, Service
from chassis.service import run as run_service
from chassis.timers import TimerHandler
from deskmesh.gateway.v1 import events_pb2 as directory
from deskmesh.sla.v1 import sla_service_pb2
from deskmesh.tickets.v1 import events_pb2 as tickets
from sla.api.sla_service import SlaService
from sla.api.tenants import backfilling, on_tenant_changed
from sla.api.ticket_events import on_ticket_event
from sla.api.timers import on_clock_moment, on_rules_changed
from sla.app.reckoning import BREACH, WARNING
from sla.app.rules import RECOMPUTE
from sla.clients import Directory
from sla.settings import SlaSettings


async def compose(runtime: Runtime[SlaSettings]) -> Parts:
    """What the service consists of."""
    directory_client = Directory(runtime.channel(runtime.settings.gateway_target, "gateway"))
    return Parts(
        servicers=[Servicer(sla_service_pb2.DESCRIPTOR.services_by_name["SlaService"], SlaService())],
        handlers=[
            Handler(tickets.TicketCreated, on_ticket_event),
            Handler(tickets.TicketUpdated, on_ticket_event),
            Handler(tickets.TicketStateChanged, on_ticket_event),
            Handler(tickets.TicketAssigned, on_ticket_event),
            Handler(tickets.CommentAdded, on_ticket_event),
            Handler(directory.TenantChanged, on_tenant_changed),
        ],
        timers=[
            TimerHandler(BREACH, on_clock_moment),
            TimerHandler(WARNING, on_clock_moment),
            TimerHandler(RECOMPUTE, on_rules_changed),
        ],
        background=[Background("backfill", backfilling(runtime.databases, directory_client))],
    )


SERVICE = Service(name="sla", settings=SlaSettings, compose=compose, migrations="sla.migrations")


def run() -> None:
    """The command line: serve and migrate."""
    run_service(SERVICE)
