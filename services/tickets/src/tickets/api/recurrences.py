"""The RPCs and the timer of tickets that are made by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.context import current_caller, use_caller
from chassis.db import Database, Databases, Tx
from chassis.grpc_server import own_transaction
from chassis.idempotency import once
from chassis.paging import page_of
from chassis.timers import Timer, TimerHandler
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import recurrence_pb2 as nouns
from deskmesh.tickets.v1 import recurrence_service_pb2 as pb
from tickets.api.requests import known_names, time_in, values_of
from tickets.app import recurrences, scheduling
from tickets.app.access import READ
from tickets.app.assigning import ASSIGN
from tickets.app.calendars import calendars_of
from tickets.app.configuration import Configuration, Configurations
from tickets.app.creating import CREATE, UPDATE, NewTicket
from tickets.app.directory import names_caller
from tickets.app.opening import Desk
from tickets.app.people import make_known, require_naming
from tickets.app.recurrences import RECURRENCE, RecurrenceDraft, Template
from tickets.app.recurring import make_due_tickets
from tickets.db.recurrences import CalendarCopy, Recurrence, RecurrenceOccurrence
from tickets.db.tickets import Ticket
from tickets.publish.messages import moment, row_message, struct_message

_PERMISSIONS = frozenset({CREATE, READ, UPDATE, ASSIGN})
_FIELDS = frozenset(
    {"name", "rrule", "time_zone", "starts_at", "catch_up", "calendar", "on_closed", "template"}
)
_PREVIEWED = 10
_MADE_ANYWAY = "make"


@dataclass(frozen=True, slots=True)
class RecurrenceServicer:
    """RecurrenceService."""

    databases: Databases
    configurations: Configurations
    desk: Desk

    @own_transaction
    async def CreateRecurrence(self, request: pb.CreateRecurrenceRequest) -> pb.CreateRecurrenceResponse:
        await self._make_known(request.recurrence.template)

        async def work(tx: Tx) -> pb.CreateRecurrenceResponse:
            return await self._create(tx, request)

        return await once(self._database(), pb.CreateRecurrenceResponse, work)

    async def _create(self, tx: Tx, request: pb.CreateRecurrenceRequest) -> pb.CreateRecurrenceResponse:
        configuration = await self.configurations.within(tx)
        draft = _draft(request.recurrence)
        row = await recurrences.create_recurrence(
            tx,
            configuration=configuration,
            draft=replace(
                draft, catch_up=draft.catch_up or "skip", on_closed=draft.on_closed or _MADE_ANYWAY
            ),
        )
        (told,) = await _told(tx, [row], configuration)
        return pb.CreateRecurrenceResponse(recurrence=told)

    async def GetRecurrence(self, tx: Tx, request: pb.GetRecurrenceRequest) -> pb.GetRecurrenceResponse:
        row = await recurrences.get_recurrence(tx, recurrence_id=request.recurrence_id)
        (told,) = await _told(tx, [row], await self.configurations.within(tx))
        return pb.GetRecurrenceResponse(recurrence=told)

    async def ListRecurrences(self, tx: Tx, request: pb.ListRecurrencesRequest) -> pb.ListRecurrencesResponse:
        configuration = await self.configurations.within(tx)
        rows, token = await recurrences.list_recurrences(tx, page=page_of(request))
        return pb.ListRecurrencesResponse(
            recurrences=await _told(tx, rows, configuration), next_page_token=token
        )

    @own_transaction
    async def UpdateRecurrence(self, request: pb.UpdateRecurrenceRequest) -> pb.UpdateRecurrenceResponse:
        await self._make_known(request.patch.template)

        async def work(tx: Tx) -> pb.UpdateRecurrenceResponse:
            return await self._update(tx, request)

        return await once(self._database(), pb.UpdateRecurrenceResponse, work)

    async def _update(self, tx: Tx, request: pb.UpdateRecurrenceRequest) -> pb.UpdateRecurrenceResponse:
        configuration = await self.configurations.within(tx)
        draft = _draft(request.patch)
        row = await recurrences.update_recurrence(
            tx,
            configuration=configuration,
            recurrence_id=request.recurrence_id,
            changes={name: getattr(draft, name) for name in known_names(request.update_mask, _FIELDS)},
            expected_version=request.expected_version or None,
        )
        (told,) = await _told(tx, [row], configuration)
        return pb.UpdateRecurrenceResponse(recurrence=told)

    async def DeleteRecurrence(
        self, tx: Tx, request: pb.DeleteRecurrenceRequest
    ) -> pb.DeleteRecurrenceResponse:
        await recurrences.delete_recurrence(
            tx, recurrence_id=request.recurrence_id, expected_version=request.expected_version or None
        )
        return pb.DeleteRecurrenceResponse()

    async def PauseRecurrence(self, tx: Tx, request: pb.PauseRecurrenceRequest) -> pb.PauseRecurrenceResponse:
        row = await recurrences.pause_recurrence(tx, recurrence_id=request.recurrence_id)
        (told,) = await _told(tx, [row], await self.configurations.within(tx))
        return pb.PauseRecurrenceResponse(recurrence=told)

    async def ResumeRecurrence(
        self, tx: Tx, request: pb.ResumeRecurrenceRequest
    ) -> pb.ResumeRecurrenceResponse:
        row = await recurrences.resume_recurrence(tx, recurrence_id=request.recurrence_id)
        (told,) = await _told(tx, [row], await self.configurations.within(tx))
        return pb.ResumeRecurrenceResponse(recurrence=told)

    async def PreviewRecurrence(
        self, tx: Tx, request: pb.PreviewRecurrenceRequest
    ) -> pb.PreviewRecurrenceResponse:
        times = await recurrences.preview_times(
            tx,
            draft=RecurrenceDraft(
                rrule=request.rrule,
                time_zone=request.time_zone,
                starts_at=time_in(request, "starts_at"),
                calendar=_word(request.calendar),
                on_closed=request.on_closed or _MADE_ANYWAY,
            ),
            count=request.count or _PREVIEWED,
        )
        return pb.PreviewRecurrenceResponse(times=[stamp for at in times if (stamp := moment(at))])

    async def ListOccurrences(self, tx: Tx, request: pb.ListOccurrencesRequest) -> pb.ListOccurrencesResponse:
        rows, token = await recurrences.list_occurrences(
            tx, recurrence_id=request.recurrence_id, page=page_of(request)
        )
        return pb.ListOccurrencesResponse(
            occurrences=[_occurrence(row, ticket) for row, ticket in rows], next_page_token=token
        )

    @own_transaction
    async def ScheduleTicket(self, request: pb.ScheduleTicketRequest) -> pb.ScheduleTicketResponse:
        # Before it is looked for: who may not name others learns nothing of who is there.
        require_naming(request.template.requester.id or request.template.requester.email)
        await self._make_known(request.template)

        async def work(tx: Tx) -> pb.ScheduleTicketResponse:
            return await self._schedule(tx, request)

        return await once(self._database(), pb.ScheduleTicketResponse, work)

    async def _schedule(self, tx: Tx, request: pb.ScheduleTicketRequest) -> pb.ScheduleTicketResponse:
        configuration = await self.configurations.within(tx)
        made = await scheduling.schedule_ticket(
            tx,
            configuration=configuration,
            template=_template_in(request.template),
            not_before=time_in(request, "not_before"),
        )
        return pb.ScheduleTicketResponse(scheduled_ticket=_scheduled(made, configuration))

    async def ListScheduledTickets(
        self, tx: Tx, request: pb.ListScheduledTicketsRequest
    ) -> pb.ListScheduledTicketsResponse:
        configuration = await self.configurations.within(tx)
        found, token = await scheduling.list_scheduled(tx, configuration=configuration, page=page_of(request))
        return pb.ListScheduledTicketsResponse(
            scheduled_tickets=[_scheduled(one, configuration) for one in found], next_page_token=token
        )

    async def CancelScheduledTicket(
        self, tx: Tx, request: pb.CancelScheduledTicketRequest
    ) -> pb.CancelScheduledTicketResponse:
        await scheduling.cancel_scheduled(tx, scheduled_id=request.scheduled_ticket_id)
        return pb.CancelScheduledTicketResponse()

    async def _make_known(self, template: nouns.TicketTemplate) -> None:
        """Sees to it that the requester of the template is known; see `make_known`."""
        named = template.requester.id or template.requester.email
        if not names_caller(named):
            await make_known(self._database(), self.desk.ensure_requester, named, "template.requester")

    def _database(self) -> Database:
        return self.databases.for_tenant(current_caller().tenant_id)


@dataclass(frozen=True, slots=True)
class RecurrenceTimers:
    """Makes tickets when their time has come."""

    configurations: Configurations
    desk: Desk

    async def on_time(self, tx: Tx, timers: list[Timer]) -> None:
        """Makes what is due of one recurrence."""
        configuration = await self.configurations.within(tx)
        for timer in timers:
            with use_caller(replace(current_caller(), cause=f"timer:{timer.id}")):
                await make_due_tickets(
                    tx, configuration=configuration, desk=self.desk, recurrence_id=UUID(timer.key)
                )

    def handler(self) -> TimerHandler:
        """The handler of the timer; alone, so that a recurrence fails for itself."""
        return TimerHandler(kind=RECURRENCE, handle=self.on_time, permissions=_PERMISSIONS, batch=1)


def _draft(said: nouns.Recurrence) -> RecurrenceDraft:
    return RecurrenceDraft(
        name=said.name,
        rrule=said.rrule,
        time_zone=said.time_zone,
        starts_at=time_in(said, "starts_at"),
        catch_up=said.catch_up,
        calendar=_word(said.calendar),
        on_closed=said.on_closed,
        template=_template_in(said.template),
    )


def _template_in(template: nouns.TicketTemplate) -> Template:
    return Template(
        NewTicket(
            title=template.title,
            description=template.description,
            type=template.type,
            process=_word(template.process),
            queue=_word(template.queue),
            impact=template.impact,
            urgency=template.urgency,
            priority=template.priority,
            category=template.category,
            tags=list(template.tags),
            fields=values_of(template.fields),
            ci_ids=list(template.ci_ids),
            service_id=template.service_id,
            language=template.language,
            channel=template.channel,
        ),
        requester=template.requester.id or template.requester.email,
        assignee=template.assignee.id or template.assignee.email,
        team=_word(template.team),
        parent=template.parent_id,
    )


def _word(reference: common.Ref) -> str:
    return reference.id or reference.key


async def _told(tx: Tx, rows: Sequence[Recurrence], configuration: Configuration) -> list[nouns.Recurrence]:
    calendars = await calendars_of(tx, {row.calendar_id for row in rows if row.calendar_id is not None})
    return [
        _recurrence(row, configuration, calendars.get(row.calendar_id) if row.calendar_id else None)
        for row in rows
    ]


def _recurrence(
    row: Recurrence, configuration: Configuration, calendar: CalendarCopy | None
) -> nouns.Recurrence:
    return nouns.Recurrence(
        id=str(row.id),
        name=row.name,
        rrule=row.rrule,
        time_zone=row.time_zone,
        starts_at=moment(row.starts_at),
        catch_up=row.catch_up,
        calendar=None
        if calendar is None
        else common.Ref(id=str(calendar.id), key=calendar.name, name=calendar.name),
        on_closed=row.on_closed,
        template=_template(row, configuration),
        state=row.state,
        next_at=moment(row.next_at),
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        version=row.version,
    )


def _template(row: Recurrence, configuration: Configuration) -> nouns.TicketTemplate:
    new, template = recurrences.new_ticket_of(row.template), row.template
    queue, process = configuration.find_queue(new.queue), configuration.find_process(new.process)
    team = template.get("team")
    return nouns.TicketTemplate(
        title=new.title,
        description=new.description,
        type=new.type,
        impact=new.impact,
        urgency=new.urgency,
        priority=new.priority,
        category=new.category,
        tags=new.tags,
        fields=struct_message(dict(new.fields)),
        ci_ids=new.ci_ids,
        service_id=new.service_id,
        language=new.language,
        channel=new.channel,
        parent_id=str(template.get("parent_id", "")),
        process=row_message(process) if process else None,
        queue=row_message(queue) if queue else None,
        team=common.Ref(**team) if isinstance(team, dict) else None,
        requester=_person(template.get("requester")),
        assignee=_person(template.get("assignee")),
    )


def _scheduled(one: scheduling.Scheduled, configuration: Configuration) -> nouns.ScheduledTicket:
    occurrence = None if one.occurrence is None else _occurrence(one.occurrence, one.ticket)
    return nouns.ScheduledTicket(
        id=str(one.row.id),
        not_before=moment(one.row.starts_at),
        template=_template(one.row, configuration),
        state="waiting" if occurrence is None else occurrence.state,
        ticket=occurrence.ticket if occurrence is not None and occurrence.HasField("ticket") else None,
        reason="" if occurrence is None else occurrence.reason,
        created_at=moment(one.row.created_at),
    )


def _person(kept: object) -> common.PersonRef | None:
    if not isinstance(kept, dict):
        return None
    return common.PersonRef(id=kept["id"], email=kept["key"], name=kept["name"])


def _occurrence(row: RecurrenceOccurrence, ticket: Ticket | None) -> nouns.Occurrence:
    return nouns.Occurrence(
        occurs_at=moment(row.occurs_at),
        state=row.state,
        ticket=None
        if ticket is None
        else common.Ref(id=str(ticket.id), key=ticket.number, name=ticket.title),
        reason=row.reason,
    )
