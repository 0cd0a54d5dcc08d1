"""The sla service through its doors: tickets and tenants come as events, people as RPCs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.context import Caller, use_caller
from chassis.events import Received
from chassis.ids import new_id
from chassis.testing.events import Bus
from chassis.testing.identity import Person
from chassis.testing.services import RunningService
from chassis.testing.waiting import eventually
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import events_pb2 as directory
from deskmesh.gateway.v1 import identity_pb2
from deskmesh.sla.v1 import events_pb2, sla_pb2
from deskmesh.sla.v1 import sla_service_pb2 as pb
from deskmesh.tickets.v1 import events_pb2 as tickets
from deskmesh.tickets.v1 import ticket_pb2
from sla.api.ticket_events import on_ticket_event
from sla.settings import SlaSettings

SLA = pb.DESCRIPTOR.services_by_name["SlaService"]
CATEGORIES = {
    "new": "new",
    "open": "active",
    "pending_requester": "waiting",
    "resolved": "resolved",
    "closed": "closed",
}
ADMIN = frozenset({"sla.read", "sla.configure", "tickets.read"})

M = TypeVar("M", bound=Message)


def stamp(at: datetime) -> Timestamp:
    """The time as a message."""
    message = Timestamp()
    message.FromDatetime(at)
    return message


def time_of(message: Timestamp) -> datetime:
    """The message as a time."""
    return message.ToDatetime(UTC)


@dataclass
class Desk:
    """One tenant of the running service."""

    service: RunningService[SlaSettings]
    bus: Bus
    id: UUID = field(default_factory=new_id)

    async def opens(self, *, time_zone: str = "Europe/Warsaw", country: str = "PL", version: int = 1) -> None:
        """The gateway tells of the tenant; returns when its rules are there."""
        await self.changes(time_zone=time_zone, country=country, version=version)
        await self.settles()

    async def changes(self, *, time_zone: str, country: str, version: int) -> None:
        """The gateway tells of the tenant."""
        tenant = identity_pb2.Tenant(
            id=str(self.id), slug="acme", name="Acme", time_zone=time_zone, country=country, version=version
        )
        await self.bus.publish(
            directory.TenantChanged(tenant=tenant), tenant_id=self.id, aggregate_id=self.id, version=version
        )

    async def settles(self) -> None:
        """Returns when all events are taken in, all clocks reckoned, and all that is told has been published."""
        await self.service.drain(60)

        async def nothing_due() -> bool:
            due = "SELECT count(*) FROM timers WHERE tenant_id = $1 AND state <> 'dead' AND due_at <= now()"
            return not await self.fetch_value(due, self.id)

        await eventually(nothing_due, 60)
        await self.service.drain(60)

    async def fetch_value(self, sql: str, *args: object) -> object:
        """The first value of a query that sees everything."""
        connection = await asyncpg.connect(self.service.database.superuser_url)
        try:
            return await connection.fetchval(sql, *args)
        finally:
            await connection.close()

    async def execute(self, sql: str, *args: object) -> None:
        """A statement that may do everything."""
        connection = await asyncpg.connect(self.service.database.superuser_url)
        try:
            await connection.execute(sql, *args)
        finally:
            await connection.close()

    async def told(self, *, of: UUID | None = None) -> list[tuple[str, Message]]:
        """The events that this service has published for the tenant, in order: name and message."""
        connection = await asyncpg.connect(self.service.database.superuser_url)
        try:
            rows = await connection.fetch(
                "SELECT subject, payload, version FROM outbox WHERE tenant_id = $1"
                " AND ($2::text IS NULL OR aggregate_id = $2) ORDER BY aggregate_id, version",
                self.id,
                None if of is None else str(of),
            )
        finally:
            await connection.close()
        return [(name := row["subject"].rsplit(".", 1)[1], _read(name, row["payload"])) for row in rows]

    async def clock_events(self, ticket_id: UUID) -> list[tuple[str, str]]:
        """What was told of a ticket's clocks: (event, clock), in order of versions."""
        found = []
        for name, message in await self.told(of=ticket_id):
            assert isinstance(message, events_pb2.ClockStarted | events_pb2.ClockBreached) or "Clock" in name
            found.append((name, message.clock.name))  # type: ignore[attr-defined]  # every clock event has one
            if isinstance(message, events_pb2.ClockStarted):
                found += [(name, other.name) for other in message.others]
        return found

    async def ask(
        self,
        method: str,
        request: Message,
        answer: type[M],
        *,
        scopes: frozenset[str] = ADMIN,
        user_id: UUID | None = None,
        team_ids: frozenset[str] = frozenset(),
        organization_ids: frozenset[str] = frozenset(),
        key: str | None = None,
        service: ServiceDescriptor = SLA,
    ) -> M:
        """An RPC as somebody of the tenant with these permissions."""
        person = Person(
            tenant_id=self.id,
            id=user_id or new_id(),
            scopes=scopes,
            team_ids=team_ids,
            organization_ids=organization_ids,
        )
        token = self.service.issuer.token(person)
        return await self.service.call(service, method, request, answer, token=token, idempotency_key=key)

    async def clocks(
        self,
        ticket: UUID | str,
        *,
        at: datetime | None = None,
        explain: bool = False,
        scopes: frozenset[str] = ADMIN,
        user_id: UUID | None = None,
        team_ids: frozenset[str] = frozenset(),
        organization_ids: frozenset[str] = frozenset(),
    ) -> dict[str, sla_pb2.Clock]:
        """The clocks of a ticket by name."""
        request = pb.ListTicketClocksRequest(
            ticket=str(ticket), at=None if at is None else stamp(at), explain=explain
        )
        answer = await self.ask(
            "ListTicketClocks",
            request,
            pb.ListTicketClocksResponse,
            scopes=scopes,
            user_id=user_id,
            team_ids=team_ids,
            organization_ids=organization_ids,
        )
        return {clock.name: clock for clock in answer.clocks}

    async def calendar(self, name: str) -> sla_pb2.Calendar:
        """A calendar by its name."""
        request = pb.GetCalendarRequest(calendar=name)
        return (await self.ask("GetCalendar", request, pb.GetCalendarResponse)).calendar

    async def make_policy(self, **values: object) -> sla_pb2.Policy:
        """A policy that goes before the shipped ones."""
        given = {"name": "own", "kind": "sla", "calendar_id": "24x7", "order": 1, **values}
        request = pb.CreatePolicyRequest(policy=sla_pb2.Policy(**given))  # type: ignore[arg-type]  # its fields
        return (await self.ask("CreatePolicy", request, pb.CreatePolicyResponse)).policy


def target(clock: str, time: str, priority: str = "") -> sla_pb2.Target:
    """A target of a policy."""
    return sla_pb2.Target(clock=clock, target=time, priority=priority)


def _read(name: str, payload: bytes) -> Message:
    message: Message = getattr(events_pb2, name)()
    message.ParseFromString(payload)
    return message


class Ticket:
    """A ticket of the tickets service, which tells of it as that service does."""

    def __init__(self, desk: Desk, at: datetime, **values: object) -> None:
        self.desk = desk
        self.at = at
        self.id = new_id()
        self.requester_id = new_id()
        self.number = f"INC-{self.id.int % 10**9}"
        self.version = 0
        self.told: list[tuple[Message, UUID]] = []
        self.message = ticket_pb2.Ticket(
            id=str(self.id),
            number=self.number,
            type="incident",
            title="The printer is on fire",
            state="new",
            state_category="new",
            priority=str(values.pop("priority", "medium")),
            process=_named(str(values.pop("process", "it"))),
            queue=_named(str(values.pop("queue", "service-desk"))),
            requester=types_pb2.PersonRef(id=str(self.requester_id), email="ola@acme.example", name="Ola"),
            channel="email",
        )
        assert not values

    async def created(self) -> Ticket:
        """TicketCreated."""
        await self._tell(tickets.TicketCreated(), self.at)
        return self

    async def moves(self, to: str, at: datetime, *, is_late: bool = False) -> None:
        """TicketStateChanged; a late one tells of a move that others have followed since."""
        old = self.message.state
        if not is_late:
            self.message.state, self.message.state_category = to, CATEGORIES[to]
        moved = tickets.TicketStateChanged(
            old_state=old, new_state=to, new_state_category=CATEGORIES[to], changes=[change("state", old, to)]
        )
        await self._tell(moved, at)

    async def gets(self, at: datetime, **facts: str) -> None:
        """TicketUpdated."""
        changes = [change(name, getattr(self.message, name), value) for name, value in facts.items()]
        for name, value in facts.items():
            setattr(self.message, name, value)
        await self._tell(tickets.TicketUpdated(changes=changes, changed_fields=list(facts)), at)

    async def assigned(self, at: datetime, user_id: UUID) -> None:
        """TicketAssigned to an agent."""
        self.message.assignee.CopyFrom(
            types_pb2.PersonRef(id=str(user_id), email="an@acme.example", name="An")
        )
        told = change("assignee", "", str(user_id))
        await self._tell(tickets.TicketAssigned(changes=[told], changed_fields=["assignee"]), at)

    async def comment(
        self, at: datetime, *, by: str = "agent", visibility: str = "public", automatic: bool = False
    ) -> None:
        """CommentAdded by an agent, the requester or the system."""
        comment = ticket_pb2.Comment(
            id=str(new_id()),
            ticket_id=str(self.id),
            body="Hello",
            visibility=visibility,
            from_requester=by == "requester",
            author=types_pb2.Actor(kind="system" if by == "system" else "user", id=str(new_id())),
        )
        await self._tell(tickets.CommentAdded(comment=comment, automatic=automatic), at)

    async def again(self, number: int = 0) -> None:
        """One of the events is handled a second time, as after the loss of the inbox."""
        message, id_ = self.told[number]
        event = Received(id_, self.desk.id, str(self.id), number + 1, datetime.now(UTC), message)
        database = self.desk.service.process.runtime.databases.for_tenant(self.desk.id)
        with use_caller(Caller.system(self.desk.id, "sla", f"event:{id_}")):
            async with database.transaction(self.desk.id) as tx:
                await on_ticket_event(tx, [event])  # type: ignore[list-item]  # an event of a ticket

    async def _tell(self, message: Message, at: datetime) -> None:
        self.version += 1
        self.message.version = self.version
        message.ticket.CopyFrom(self.message)  # type: ignore[attr-defined]  # every ticket event has these
        message.occurred_at.CopyFrom(stamp(at))  # type: ignore[attr-defined]
        message.recorded_at.CopyFrom(stamp(datetime.now(UTC)))  # type: ignore[attr-defined]
        id_ = await self.desk.bus.publish(
            message, tenant_id=self.desk.id, aggregate_id=self.id, version=self.version
        )
        self.told.append((message, id_))


def _named(key: str) -> types_pb2.Ref:
    """A process or queue, of one id for each key."""
    return types_pb2.Ref(id=str(uuid5(NAMESPACE_OID, key)), key=key, name=key.title())


def change(name: str, old: str, new: str) -> types_pb2.FieldChange:
    """A changed field."""
    message = types_pb2.FieldChange(field=name)
    message.old_value.string_value = old
    message.new_value.string_value = new
    return message
