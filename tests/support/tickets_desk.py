"""Tickets in process, with two tenants, their people, and a gateway to ask."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

import asyncpg
import grpc
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from grpc_status import rpc_status

from chassis.context import Caller
from chassis.errors import FieldError, InvalidInput, to_status
from chassis.ids import new_id
from chassis.messaging import stream_of
from chassis.testing.events import Bus
from chassis.testing.identity import Issuer, Person
from chassis.testing.services import RunningService
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1 import directory_service_pb2 as directory_rpc
from deskmesh.gateway.v1 import events_pb2 as gateway_events
from deskmesh.gateway.v1 import identity_pb2 as identity
from deskmesh.gateway.v1.work_profile_pb2 import WorkProfile
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
    macro_pb2,
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
    ticket_pb2,
    time_entry_service_pb2,
    view_service_pb2,
    workflow_service_pb2,
)
from deskmesh.tickets.v1 import ticket_service_pb2 as rpc
from tickets.settings import Settings

M = TypeVar("M", bound=Message)

SERVICES = [
    service
    for file in (
        rpc,
        approval_service_pb2,
        catalog_service_pb2,
        change_service_pb2,
        bulk_service_pb2,
        configuration_service_pb2,
        draft_service_pb2,
        major_incident_service_pb2,
        mention_service_pb2,
        layout_service_pb2,
        link_service_pb2,
        view_service_pb2,
        macro_service_pb2,
        merge_service_pb2,
        field_service_pb2,
        field_table_service_pb2,
        workflow_service_pb2,
        rule_service_pb2,
        focus_service_pb2,
        time_entry_service_pb2,
        problem_service_pb2,
        rating_service_pb2,
        report_service_pb2,
        routing_service_pb2,
        recurrence_service_pb2,
    )
    for service in file.DESCRIPTOR.services_by_name.values()
]


REQUESTER = frozenset(
    {"tickets.create", "tickets.read_own", "tickets.comment_own", "tickets.close_own", "approvals.decide"}
)
AGENT = REQUESTER | {
    "tickets.read",
    "tickets.update",
    "tickets.comment",
    "tickets.comment_internal",
    "tickets.assign",
    "tickets.transition",
    "users.ensure_requester",
    "approvals.request",
}
ADMIN = AGENT | {
    "tickets.override_priority",
    "tickets.declare_major",
    "tickets.manage_time",
    "reports.read",
    "tickets.import",
    "tickets.configure",
}
ROLES = {"requester": REQUESTER, "agent": AGENT, "admin": ADMIN}


class GatewayStandIn:
    """The gateway's directory as far as tickets asks it, over plain lists. It believes only real tokens of services."""

    def __init__(self, issuer: Issuer) -> None:
        self.tenants: list[identity.Tenant] = []
        self.users: dict[UUID, list[identity.User]] = defaultdict(list)
        self.teams: dict[UUID, list[identity.Team]] = defaultdict(list)
        self.organizations: dict[UUID, list[identity.Organization]] = defaultdict(list)
        self.roles: dict[UUID, list[identity.Role]] = defaultdict(list)
        self.ensured: list[str] = []
        """The addresses that were asked for."""
        self._issuer = issuer
        self._server = grpc.aio.server()

    async def start(self, target: str) -> None:
        """Listens."""
        calls: dict[str, tuple[type[Message], Callable[[Caller, Message], Message]]] = {
            "EnsureRequester": (directory_rpc.EnsureRequesterRequest, self._ensure),
            "ListTenants": (
                directory_rpc.ListTenantsRequest,
                lambda *_: directory_rpc.ListTenantsResponse(tenants=self.tenants),
            ),
            "ListUsers": (
                directory_rpc.ListUsersRequest,
                lambda who, _: directory_rpc.ListUsersResponse(users=self.users[who.tenant_id]),
            ),
            "ListTeams": (
                directory_rpc.ListTeamsRequest,
                lambda who, _: directory_rpc.ListTeamsResponse(teams=self.teams[who.tenant_id]),
            ),
            "ListOrganizations": (
                directory_rpc.ListOrganizationsRequest,
                lambda who, _: directory_rpc.ListOrganizationsResponse(
                    organizations=self.organizations[who.tenant_id]
                ),
            ),
            "ListRoles": (
                directory_rpc.ListRolesRequest,
                lambda who, _: directory_rpc.ListRolesResponse(roles=self.roles[who.tenant_id]),
            ),
        }
        handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            name: grpc.unary_unary_rpc_method_handler(self._answering(request, call))
            for name, (request, call) in calls.items()
        }
        name = directory_rpc.DESCRIPTOR.services_by_name["DirectoryService"].full_name
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
        self._server.add_insecure_port(target)
        await self._server.start()

    async def stop(self) -> None:
        """Listens no more."""
        await self._server.stop(None)

    def _answering(
        self, request: type[Message], call: Callable[[Caller, Message], Message]
    ) -> Callable[..., object]:
        async def answer(body: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
            metadata = dict(context.invocation_metadata() or ())
            token = str(metadata["authorization"]).removeprefix("Bearer ")
            caller = await self._issuer.verifier().verify(token)
            assert caller.kind == "system"
            try:
                return call(caller, request.FromString(body)).SerializeToString()
            except InvalidInput as error:
                await context.abort_with_status(rpc_status.to_status(to_status(error)))
                raise

        return answer

    def _ensure(self, caller: Caller, request: Message) -> Message:
        assert isinstance(request, directory_rpc.EnsureRequesterRequest)
        self.ensured.append(request.email)
        if "@" not in request.email:
            raise InvalidInput([FieldError("email", "is no address")])
        for user in self.users[caller.tenant_id]:
            if user.email == request.email:
                return directory_rpc.EnsureRequesterResponse(user=user)
        user = user_message(new_id(), request.email, request.name or request.email, "requester")
        self.users[caller.tenant_id].append(user)
        return directory_rpc.EnsureRequesterResponse(user=user)


def user_message(
    id_: UUID, email: str, name: str, role: str, process: str = "", queue: str = "", version: int = 1
) -> identity.User:
    """A user as the gateway tells of one."""
    grant = identity.RoleGrant(role=role, process=process, queue=queue)
    return identity.User(
        id=str(id_), email=email, name=name, language="en", active=True, roles=[grant], version=version
    )


def actions(*written: Mapping[str, object]) -> list[macro_pb2.Action]:
    """What a macro or rule does, as messages."""
    made = []
    for one in written:
        parameters = Struct()
        parameters.update({name: value for name, value in one.items() if name != "type"})  # type: ignore[misc]
        made.append(macro_pb2.Action(type=str(one["type"]), parameters=parameters))
    return made


@dataclass
class TicketsDesk:
    """The running service; acme with its people, and a stranger's tenant beside it."""

    service: RunningService[Settings]
    bus: Bus
    gateway: GatewayStandIn
    acme: UUID
    globex: UUID
    agent: Person
    admin: Person
    requester: Person
    colleague: Person
    stranger: Person
    """An administrator of globex."""
    people: list[Person] = field(default_factory=list)

    async def call(
        self,
        method: str,
        request: Message,
        answer: type[M],
        *,
        by: Person | None = None,
        key: str | None = None,
    ) -> M:
        """Call an RPC as somebody, the agent unless told otherwise, with an idempotency key where one is given."""
        descriptor = next(service for service in SERVICES if method in service.methods_by_name)
        token = self.service.issuer.token(by or self.agent)
        return await self.service.call(descriptor, method, request, answer, token=token, idempotency_key=key)

    async def create(
        self,
        title: str = "Printer is on fire",
        *,
        by: Person | None = None,
        key: str | None = None,
        **said: object,
    ) -> ticket_pb2.Ticket:
        """Make a ticket, as the requester unless told otherwise."""
        request = rpc.CreateTicketRequest(title=title, **said)  # type: ignore[arg-type]  # fields by name
        answer = await self.call(
            "CreateTicket", request, rpc.CreateTicketResponse, by=by or self.requester, key=key
        )
        return answer.ticket

    async def get(self, ticket: str, *, by: Person | None = None) -> ticket_pb2.Ticket:
        """Read a ticket."""
        request = rpc.GetTicketRequest(ticket=ticket)
        return (await self.call("GetTicket", request, rpc.GetTicketResponse, by=by)).ticket

    async def comment(
        self, ticket: str, body: str = "We are on it.", *, by: Person | None = None, **said: object
    ) -> ticket_pb2.Comment:
        """Say something on a ticket."""
        request = rpc.CreateCommentRequest(ticket=ticket, body=body, **said)  # type: ignore[arg-type]
        return (await self.call("CreateComment", request, rpc.CreateCommentResponse, by=by)).comment

    async def move(
        self, ticket: str, to: str, *, by: Person | None = None, **said: object
    ) -> ticket_pb2.Ticket:
        """Move a ticket."""
        request = rpc.TransitionTicketRequest(ticket=ticket, to=to, **said)  # type: ignore[arg-type]
        return (await self.call("TransitionTicket", request, rpc.TransitionTicketResponse, by=by)).ticket

    async def moves(self, ticket: str, *, by: Person | None = None) -> Sequence[ticket_pb2.Transition]:
        """The legal moves of a ticket."""
        request = rpc.ListTransitionsRequest(ticket=ticket)
        return (await self.call("ListTransitions", request, rpc.ListTransitionsResponse, by=by)).transitions

    async def update(
        self,
        ticket: str,
        names: Iterable[str],
        *,
        by: Person | None = None,
        version: int = 0,
        **values: object,
    ) -> ticket_pb2.Ticket:
        """Change the named fields of a ticket."""
        occurred_at = values.pop("occurred_at", None)
        request = rpc.UpdateTicketRequest(
            ticket=ticket,
            patch=rpc.TicketPatch(**values),  # type: ignore[arg-type]  # fields by name
            update_mask={"paths": list(names)},  # type: ignore[arg-type]  # a mask by its field
            expected_version=version,
            occurred_at=occurred_at,  # type: ignore[arg-type]  # a time or None
        )
        return (await self.call("UpdateTicket", request, rpc.UpdateTicketResponse, by=by)).ticket

    async def assign(self, ticket: str, *, by: Person | None = None, **said: object) -> ticket_pb2.Ticket:
        """Assign a ticket."""
        request = rpc.AssignTicketRequest(ticket=ticket, **said)  # type: ignore[arg-type]
        return (await self.call("AssignTicket", request, rpc.AssignTicketResponse, by=by)).ticket

    async def tickets(self, *, by: Person | None = None, **wanted: object) -> list[ticket_pb2.Ticket]:
        """A page of tickets."""
        request = rpc.ListTicketsRequest(**wanted)  # type: ignore[arg-type]
        return list((await self.call("ListTickets", request, rpc.ListTicketsResponse, by=by)).tickets)

    async def history(self, ticket: str, *, by: Person | None = None) -> list[ticket_pb2.HistoryEntry]:
        """The history of a ticket."""
        request = rpc.ListHistoryRequest(ticket=ticket, page_size=200)
        return list((await self.call("ListHistory", request, rpc.ListHistoryResponse, by=by)).entries)

    async def comments(self, ticket: str, *, by: Person | None = None) -> list[ticket_pb2.Comment]:
        """The conversation of a ticket."""
        request = rpc.ListCommentsRequest(ticket=ticket, page_size=200)
        return list((await self.call("ListComments", request, rpc.ListCommentsResponse, by=by)).comments)

    async def events(self, message: type[M], ticket: str) -> list[M]:
        """The events of a type that were published of a ticket."""
        await self.service.drain()
        return [event.message for event in await self.bus.published(message) if event.aggregate_id == ticket]

    async def tell_user(self, tenant_id: UUID, user: identity.User) -> None:
        """Have the gateway tell of a user."""
        await self.bus.publish(
            gateway_events.UserChanged(user=user),
            tenant_id=tenant_id,
            aggregate_id=user.id,
            version=user.version,
        )

    async def hire(self, team: str, **profile: object) -> Person:
        """An agent more, of a team of acme, with a work profile by the fields of its message."""
        (row,) = await self.rows("SELECT id FROM teams WHERE tenant_id = $1 AND slug = $2", self.acme, team)
        person = replace(
            self.agent,
            id=new_id(),
            email=f"{new_id()}@acme.example",
            team_ids=frozenset({str(row["id"])}),
        )
        await self.tell_profile(person, **profile)  # type: ignore[arg-type]  # fields by name
        return person

    async def tell_profile(self, person: Person, version: int = 1, **profile: object) -> None:
        """Have the gateway tell of an agent's work profile."""
        user = user_message(person.id, person.email, "Somebody", "agent", version=version)
        user.teams.extend(types_pb2.Ref(id=team) for team in person.team_ids)
        user.work_profile.CopyFrom(WorkProfile(**profile))  # type: ignore[arg-type]  # fields by name
        await self.tell_user(self.acme, user)
        await self.service.drain()

    async def refresh_configuration(self) -> None:
        """Have the service read acme's configuration again: news of a team make it."""
        team = identity.Team(id=str(new_id()), slug="on-call", name="On call", version=1)
        await self.bus.publish(
            gateway_events.TeamChanged(team=team), tenant_id=self.acme, aggregate_id=team.id
        )
        await self.service.drain()

    async def forget_stream(self, service: str) -> None:
        """Delete the stream of a service with all that NATS remembers of it."""
        await self.service.process.runtime.nats.jetstream().delete_stream(stream_of(service))

    @asynccontextmanager
    async def locked(self, ticket_id: str) -> AsyncIterator[None]:
        """Hold the ticket's row meanwhile, as a slow writer does."""
        connection = await asyncpg.connect(self.service.database.superuser_url)
        try:
            async with connection.transaction():
                await connection.execute("SELECT FROM tickets WHERE id = $1 FOR UPDATE", ticket_id)
                yield
        finally:
            await connection.close()

    async def rows(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """What is in the database, seen by its superuser."""
        connection = await asyncpg.connect(self.service.database.superuser_url)
        try:
            return list(await connection.fetch(sql, *args))
        finally:
            await connection.close()
