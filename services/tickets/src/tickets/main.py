"""Tickets, composed."""

from datetime import timedelta

from chassis import service
from chassis.grpc_server import Servicer
from chassis.jobs import Job
from chassis.restored import VERSIONS_AHEAD
from chassis.service import Parts, Runtime, Service
from deskmesh.tickets.v1 import (
    approval_service_pb2,
    bulk_service_pb2,
    catalog_service_pb2,
    change_service_pb2,
    configuration_service_pb2,
    draft_service_pb2,
    field_service_pb2,
    field_table_service_pb2,
    focus_service_pb2,
    layout_service_pb2,
    link_service_pb2,
    macro_service_pb2,
    major_incident_service_pb2,
    mention_service_pb2,
    merge_service_pb2,
    problem_service_pb2,
    rating_service_pb2,
    recurrence_service_pb2,
    report_service_pb2,
    routing_service_pb2,
    rule_service_pb2,
    ticket_service_pb2,
    time_entry_service_pb2,
    view_service_pb2,
    workflow_service_pb2,
)
from tickets.api import calendars, webhooks
from tickets.api.approvals import ApprovalServicer, ApprovalTimers
from tickets.api.automation import Automation
from tickets.api.bulk import BulkServicer, BulkTimers
from tickets.api.catalog import CatalogServicer, FulfilmentTimers
from tickets.api.changes import ChangeServicer
from tickets.api.clocks import clock_handlers
from tickets.api.configuration import ConfigurationServicer
from tickets.api.directory import DirectoryEvents, backfill_directory, person_of
from tickets.api.drafts import DraftServicer
from tickets.api.field_tables import FieldTableServicer
from tickets.api.fields import FieldServicer
from tickets.api.focus import FocusServicer
from tickets.api.layouts import LayoutServicer
from tickets.api.links import LinkServicer
from tickets.api.macros import MacroServicer
from tickets.api.mail import MailEvents
from tickets.api.major_incidents import MajorIncidentServicer
from tickets.api.mentions import MentionServicer
from tickets.api.merges import MergeServicer
from tickets.api.problems import ProblemServicer
from tickets.api.ratings import RatingServicer
from tickets.api.recurrences import RecurrenceServicer, RecurrenceTimers
from tickets.api.reports import ReportServicer
from tickets.api.routing import RoutingServicer, RoutingTimers
from tickets.api.rules import RuleServicer
from tickets.api.tickets import TicketServicer
from tickets.api.time_entries import TimeEntryServicer
from tickets.api.timers import MovingTimers
from tickets.api.upgrading import Upgrades
from tickets.api.views import ViewServicer
from tickets.api.workflows import WorkflowServicer
from tickets.app.automating import KeptRules
from tickets.app.configuration import Configurations
from tickets.app.directory import KnownPerson
from tickets.app.numbers import Numbers
from tickets.app.opening import Desk
from tickets.app.people import CallersAsRequesters
from tickets.app.wording import Vocabulary
from tickets.clients import Directory
from tickets.settings import Settings

_TICKETS = ticket_service_pb2.DESCRIPTOR.services_by_name["TicketService"]
_APPROVALS = approval_service_pb2.DESCRIPTOR.services_by_name["ApprovalService"]
_CHANGES = change_service_pb2.DESCRIPTOR.services_by_name["ChangeService"]
_CATALOG = catalog_service_pb2.DESCRIPTOR.services_by_name["CatalogService"]
_CONFIGURATION = configuration_service_pb2.DESCRIPTOR.services_by_name["ConfigurationService"]
_MERGES = merge_service_pb2.DESCRIPTOR.services_by_name["MergeService"]
_FIELDS = field_service_pb2.DESCRIPTOR.services_by_name["FieldService"]
_FIELD_TABLES = field_table_service_pb2.DESCRIPTOR.services_by_name["FieldTableService"]
_WORKFLOWS = workflow_service_pb2.DESCRIPTOR.services_by_name["WorkflowService"]
_BULK = bulk_service_pb2.DESCRIPTOR.services_by_name["BulkService"]
_LAYOUTS = layout_service_pb2.DESCRIPTOR.services_by_name["LayoutService"]
_LINKS = link_service_pb2.DESCRIPTOR.services_by_name["LinkService"]
_MACROS = macro_service_pb2.DESCRIPTOR.services_by_name["MacroService"]
_FOCUS = focus_service_pb2.DESCRIPTOR.services_by_name["FocusService"]
_PROBLEMS = problem_service_pb2.DESCRIPTOR.services_by_name["ProblemService"]
_RATINGS = rating_service_pb2.DESCRIPTOR.services_by_name["RatingService"]
_REPORTS = report_service_pb2.DESCRIPTOR.services_by_name["ReportService"]
_ROUTING = routing_service_pb2.DESCRIPTOR.services_by_name["RoutingService"]
_RECURRENCES = recurrence_service_pb2.DESCRIPTOR.services_by_name["RecurrenceService"]
_RULES = rule_service_pb2.DESCRIPTOR.services_by_name["RuleService"]
_TIME_ENTRIES = time_entry_service_pb2.DESCRIPTOR.services_by_name["TimeEntryService"]
_DRAFTS = draft_service_pb2.DESCRIPTOR.services_by_name["DraftService"]
_MAJOR_INCIDENTS = major_incident_service_pb2.DESCRIPTOR.services_by_name["MajorIncidentService"]
_MENTIONS = mention_service_pb2.DESCRIPTOR.services_by_name["MentionService"]
_VIEWS = view_service_pb2.DESCRIPTOR.services_by_name["ViewService"]


async def compose(runtime: Runtime[Settings]) -> Parts:
    """The parts of the service."""
    databases, objects = runtime.databases, runtime.objects
    gateway = Directory(runtime.channel(runtime.settings.gateway_target, "gateway"))

    async def ensure_requester(email: str, name: str, language: str) -> KnownPerson:
        return person_of(await gateway.ensure_requester(email, name, language))

    async def backfill(_: object) -> None:
        await backfill_directory(databases, gateway)

    async def tell_fields(_: object) -> None:
        await field_tables.tell_all(databases, gateway)

    async def upgrade(_: object) -> None:
        await upgrades.of_all(databases, gateway)

    configurations = Configurations(databases)
    field_tables = FieldTableServicer(configurations)
    upgrades = Upgrades(configurations)
    desk = Desk(Numbers(databases), Vocabulary(), CallersAsRequesters(), ensure_requester)
    automation = Automation(configurations, KeptRules(), desk)
    return Parts(
        servicers=[
            Servicer(_TICKETS, TicketServicer(databases, configurations, desk, objects)),
            Servicer(_APPROVALS, ApprovalServicer(configurations)),
            Servicer(_CHANGES, ChangeServicer(configurations, desk)),
            Servicer(_CATALOG, CatalogServicer(configurations, desk)),
            Servicer(_CONFIGURATION, ConfigurationServicer(configurations)),
            Servicer(_FIELDS, FieldServicer(configurations)),
            Servicer(_FIELD_TABLES, field_tables),
            Servicer(_WORKFLOWS, WorkflowServicer(configurations)),
            Servicer(_LAYOUTS, LayoutServicer(configurations)),
            Servicer(_LINKS, LinkServicer(configurations)),
            Servicer(_BULK, BulkServicer(configurations)),
            Servicer(_MERGES, MergeServicer(databases, configurations, desk)),
            Servicer(_MAJOR_INCIDENTS, MajorIncidentServicer(configurations, desk.vocabulary)),
            Servicer(_MENTIONS, MentionServicer(configurations)),
            Servicer(_DRAFTS, DraftServicer(configurations, desk.vocabulary)),
            Servicer(_VIEWS, ViewServicer(configurations)),
            Servicer(_RULES, RuleServicer(configurations)),
            Servicer(_ROUTING, RoutingServicer(configurations)),
            Servicer(_FOCUS, FocusServicer(configurations)),
            Servicer(_RECURRENCES, RecurrenceServicer(databases, configurations, desk)),
            Servicer(_PROBLEMS, ProblemServicer(configurations, desk)),
            Servicer(_RATINGS, RatingServicer(configurations, desk)),
            Servicer(_REPORTS, ReportServicer(configurations)),
            Servicer(_TIME_ENTRIES, TimeEntryServicer(configurations)),
            Servicer(_MACROS, MacroServicer(databases, configurations, desk)),
        ],
        handlers=[
            *DirectoryEvents(configurations).handlers(),
            MailEvents(databases, configurations, desk, objects).handler(),
            webhooks.handler(),
            calendars.handler(),
            *clock_handlers(),
            *automation.handlers(),
            field_tables.handler(),
        ],
        timers=[
            *MovingTimers(configurations).handlers(),
            *ApprovalTimers(configurations).handlers(),
            FulfilmentTimers(configurations, desk).handler(),
            RecurrenceTimers(configurations, desk).handler(),
            automation.timer_handler(),
            *RoutingTimers(configurations).handlers(),
            BulkTimers(configurations, desk.vocabulary).handler(),
        ],
        jobs=[
            Job("backfill-directory", every=timedelta(minutes=1), run=backfill),
            Job("upgrade-configuration", every=timedelta(hours=1), run=upgrade),
            Job("tell-fields", every=timedelta(hours=1), run=tell_fields),
        ],
    )


SERVICE = Service(
    name="tickets",
    settings=Settings,
    compose=compose,
    migrations="tickets.migrations",
    restored=(
        f"UPDATE tickets SET version = version + {VERSIONS_AHEAD}",  # noqa: S608 (a number of ours)
        f"UPDATE field_tables SET version = version + {VERSIONS_AHEAD}, told_at = 'epoch'",  # noqa: S608 (as above)
        "UPDATE number_blocks SET next_number = next_number + 10000",
    ),
)


def run() -> None:
    """The command line: deskmesh-tickets."""
    service.run(SERVICE)
