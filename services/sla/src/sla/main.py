"""The sla service: clocks that are never wrong."""

from __future__ import annotations

from datetime import timedelta

import typer

from chassis import service
from chassis.events import Handler
from chassis.grpc_server import Servicer
from chassis.jobs import Job
from chassis.restored import VERSIONS_AHEAD
from chassis.service import Parts, Runtime, Service
from chassis.timers import TimerHandler
from deskmesh.gateway.v1 import events_pb2 as directory
from deskmesh.sla.v1 import agreement_service_pb2, compliance_service_pb2, replay_service_pb2, sla_service_pb2
from deskmesh.tickets.v1 import events_pb2 as tickets
from sla.api import refreshing
from sla.api.agreement_service import AgreementService
from sla.api.checking import EVERY, check_all
from sla.api.commands import add_check
from sla.api.compliance_service import ComplianceService
from sla.api.fields import on_fields_changed
from sla.api.holiday_feeds import HolidayFeeds
from sla.api.refreshing import refresh_all, tell_all
from sla.api.replay_service import ReplayService
from sla.api.sla_service import SlaService
from sla.api.tenants import backfill_tenants, on_tenant_changed
from sla.api.ticket_events import on_ticket_event
from sla.api.time_entries import on_time_entry
from sla.api.timers import on_clock_moment, on_rules_changed
from sla.app.reckoning import MOMENT
from sla.app.rules import RECOMPUTE
from sla.clients import Directory, Feeds
from sla.settings import SlaSettings


async def compose(runtime: Runtime[SlaSettings]) -> Parts:
    """What the service consists of."""
    gateway = Directory(runtime.channel(runtime.settings.gateway_target, "gateway"))
    outside = runtime.settings.outbound_networks

    async def backfill(_: object) -> None:
        await backfill_tenants(runtime.databases, gateway)

    async def check(_: object) -> None:
        await check_all(runtime.databases, gateway)

    async def refresh(_: object) -> None:
        await refresh_all(runtime.databases, gateway)

    async def tell(_: object) -> None:
        await tell_all(runtime.databases, gateway)

    return Parts(
        servicers=[
            Servicer(sla_service_pb2.DESCRIPTOR.services_by_name["SlaService"], SlaService(outside)),
            Servicer(
                compliance_service_pb2.DESCRIPTOR.services_by_name["ComplianceService"], ComplianceService()
            ),
            Servicer(
                agreement_service_pb2.DESCRIPTOR.services_by_name["AgreementService"], AgreementService()
            ),
            Servicer(replay_service_pb2.DESCRIPTOR.services_by_name["ReplayService"], ReplayService()),
        ],
        handlers=[
            Handler(tickets.TicketCreated, on_ticket_event),
            Handler(tickets.TicketUpdated, on_ticket_event),
            Handler(tickets.TicketStateChanged, on_ticket_event),
            Handler(tickets.TicketAssigned, on_ticket_event),
            Handler(tickets.CommentAdded, on_ticket_event),
            Handler(tickets.TimeEntryAdded, on_time_entry),
            Handler(tickets.TimeEntryChanged, on_time_entry),
            Handler(tickets.TimeEntryRemoved, on_time_entry),
            Handler(tickets.FieldSchemaChanged, on_fields_changed),
            Handler(directory.TenantChanged, on_tenant_changed),
        ],
        timers=[
            TimerHandler(MOMENT, on_clock_moment, tenants_at_once=5),
            TimerHandler(RECOMPUTE, on_rules_changed),
            HolidayFeeds(runtime.databases, Feeds(outside)).timer(),
        ],
        jobs=[
            Job("backfill-tenants", every=timedelta(minutes=1), run=backfill),
            Job("check-clocks", every=EVERY, run=check),
            Job("refresh-calendars", every=refreshing.EVERY, run=refresh),
            Job("tell-calendars", every=refreshing.TOLD_EVERY, run=tell),
        ],
    )


SERVICE = Service(
    name="sla",
    settings=SlaSettings,
    compose=compose,
    migrations="sla.migrations",
    restored=(f"UPDATE tickets SET clock_version = clock_version + {VERSIONS_AHEAD}",),  # noqa: S608 (a number of ours)
)


def command_line() -> typer.Typer:
    """The commands that every service has, and the check of the clocks."""
    commands = service.cli(SERVICE)
    add_check(commands, SERVICE)
    return commands


def run() -> None:
    """Run the command line and end the process."""
    command_line()()
