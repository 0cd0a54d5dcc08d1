"""The RPCs of giving tickets to people, and the moments at which it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.db import Tx
from chassis.timers import Timer, TimerHandler
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import routing_service_pb2 as pb
from tickets.app import routing_reading, routing_settings
from tickets.app.configuration import Configurations
from tickets.app.routing import route_queue
from tickets.app.routing_reading import RoutingView
from tickets.app.routing_settings import RequiredSkill, RoutingSettings
from tickets.app.routing_waking import ROUTE, ROUTE_LATER, route_soon, wake_routing
from tickets.db.routing import IN_HAND, PlainVerdict
from tickets.domain.references import Reference
from tickets.publish.messages import moment, person_message, row_message, struct_message

Told = (
    events.TicketCreated
    | events.TicketUpdated
    | events.TicketStateChanged
    | events.TicketAssigned
    | events.CommentAdded
    | events.ApprovalCompleted
    | events.MajorIncidentDeclared
    | events.MajorIncidentEnded
)


@dataclass(frozen=True, slots=True)
class RoutingServicer:
    """RoutingService."""

    configurations: Configurations

    async def GetQueueRouting(self, tx: Tx, request: pb.GetQueueRoutingRequest) -> pb.GetQueueRoutingResponse:
        await self.configurations.within(tx)
        found = await routing_settings.get_queue_routing(tx, queue=request.queue)
        return pb.GetQueueRoutingResponse(routing=_settings_message(*found))

    async def SetQueueRouting(self, tx: Tx, request: pb.SetQueueRoutingRequest) -> pb.SetQueueRoutingResponse:
        changed = await routing_settings.set_queue_routing(
            tx,
            configuration=await self.configurations.to_be_changed(tx),
            queue=request.queue,
            settings=_settings(request.routing),
            expected_version=request.expected_version or None,
        )
        return pb.SetQueueRoutingResponse(routing=_settings_message(*changed))

    async def GetTicketRouting(
        self, tx: Tx, request: pb.GetTicketRoutingRequest
    ) -> pb.GetTicketRoutingResponse:
        view = await routing_reading.get_ticket_routing(
            tx, configuration=await self.configurations.within(tx), ticket=request.ticket
        )
        return pb.GetTicketRoutingResponse(routing=_view_message(view))

    async def RouteTicket(self, tx: Tx, request: pb.RouteTicketRequest) -> pb.RouteTicketResponse:
        view = await routing_reading.route_ticket(
            tx, configuration=await self.configurations.within(tx), ticket=request.ticket
        )
        return pb.RouteTicketResponse(routing=_view_message(view))


@dataclass(frozen=True, slots=True)
class RoutingTimers:
    """Gives out the tickets of queues; each queue by one worker at a time."""

    configurations: Configurations

    async def on_route(self, tx: Tx, due: list[Timer]) -> None:
        """Gives out what waits in the queue."""
        configuration = await self.configurations.within(tx)
        for timer in due:
            await route_queue(tx, configuration=configuration, queue_id=UUID(timer.key))

    async def on_route_later(self, tx: Tx, due: list[Timer]) -> None:
        """Has the queues give out what waits."""
        await route_soon(tx, {UUID(timer.key.partition("/")[0]) for timer in due})

    def handlers(self) -> list[TimerHandler]:
        """The handlers of the timers of queues that give out tickets; queues wait for each other where they share people."""
        return [
            TimerHandler(ROUTE, self.on_route, batch=1, workers=4),
            TimerHandler(ROUTE_LATER, self.on_route_later),
        ]


async def wake_by_events(tx: Tx, told: Sequence[Told]) -> None:
    """Wakes the queues that got something to give out, and those that wait for whoever may have got a place free."""
    waiting = [UUID(one.ticket.queue.id) for one in told if _waits(one)]
    free = [UUID(person) for one in told for person in _freed(one)]
    await wake_routing(tx, queues=waiting, free=free)


def _waits(told: Told) -> bool:
    """Whether the ticket waits for somebody, and something else happened than that this was said of it."""
    if isinstance(told, events.TicketUpdated) and list(told.changed_fields) == ["routing"]:
        return False
    return not told.ticket.assignee.id and told.ticket.state_category in IN_HAND


def _freed(told: Told) -> list[str]:
    """The ids of those for whom the ticket may have been one in hand, and is no longer."""
    match told:
        case events.TicketStateChanged() if told.ticket.state_category not in IN_HAND:
            return [told.ticket.assignee.id] if told.ticket.assignee.id else []
        case events.TicketAssigned():
            before = [one.old_value.struct_value.fields for one in told.changes if one.field == "assignee"]
            return [one["id"].string_value for one in before if "id" in one]
        case _:
            return []


def _settings(message: pb.QueueRouting) -> RoutingSettings:
    return RoutingSettings(
        strategies=list(message.strategies),
        require=list(message.require),
        skills=[RequiredSkill(one.skill, one.level, one.when) for one in message.skills],
        max_open=message.max_open,
        waiting_counts=message.waiting_counts,
    )


def _settings_message(settings: RoutingSettings, version: int) -> pb.QueueRouting:
    return pb.QueueRouting(
        strategies=settings.strategies,
        require=settings.require,
        skills=[pb.RequiredSkill(skill=one.skill, level=one.level, when=one.when) for one in settings.skills],
        max_open=settings.max_open,
        waiting_counts=settings.waiting_counts,
        version=version,
    )


def _view_message(view: RoutingView) -> pb.TicketRouting:
    return pb.TicketRouting(
        outcome=view.outcome,
        decided_at=moment(view.decided_at),
        queue=row_message(view.queue),
        assignee=person_message(view.assignee),
        skills=view.skills,
        language=view.language,
        candidates=[_candidate_message(one) for one in view.candidates],
        considered=view.considered,
    )


def _candidate_message(candidate: PlainVerdict) -> pb.RoutingCandidate:
    person = candidate["person"]
    return pb.RoutingCandidate(
        person=person_message(Reference(UUID(person["id"]), person["key"], person["name"])),
        eligible=candidate["eligible"],
        reasons=[
            pb.RoutingReason(
                requirement=reason["requirement"],
                met=reason["met"],
                text=reason["text"],
                data=struct_message(reason["data"]),
            )
            for reason in candidate["reasons"]
        ],
        preferences=struct_message(candidate["preferences"]),
    )
