"""A desk whose network queue gives its tickets to people."""

from dataclasses import dataclass

from tickets_desk import TicketsDesk

from chassis.testing.identity import Person
from chassis.testing.waiting import eventually
from deskmesh.tickets.v1 import routing_service_pb2 as rpc
from deskmesh.tickets.v1 import ticket_pb2

ALL = ["on_shift", "present", "capacity", "skills", "language"]


@dataclass
class Floor:
    """The desk, whose network queue gives out its tickets; nothing waits and nobody works there yet."""

    desk: TicketsDesk

    async def route(
        self, *strategies: str, version: int = 0, queue: str = "network", **said: object
    ) -> rpc.QueueRouting:
        """Say how a queue gives out its tickets."""
        routing = rpc.QueueRouting(strategies=strategies, **({"require": ALL, "max_open": 2} | said))  # type: ignore[arg-type]
        request = rpc.SetQueueRoutingRequest(queue=queue, routing=routing, expected_version=version)
        answer = await self.desk.call(
            "SetQueueRouting", request, rpc.SetQueueRoutingResponse, by=self.desk.admin
        )
        await self.settle()
        return answer.routing

    async def settings(self) -> rpc.QueueRouting:
        """How the queue gives out its tickets."""
        request = rpc.GetQueueRoutingRequest(queue="network")
        return (await self.desk.call("GetQueueRouting", request, rpc.GetQueueRoutingResponse)).routing

    async def ask(self, title: str = "No network", **said: object) -> ticket_pb2.Ticket:
        """Make a ticket of the queue."""
        return await self.desk.create(title, queue="network", **said)  # type: ignore[arg-type]  # fields by name

    async def settle(self) -> None:
        """Wait until all events are taken and nothing is being given out."""

        async def nothing_to_do() -> bool:
            await self.desk.service.drain()
            return not await self.desk.rows("SELECT 1 FROM timers WHERE kind = 'route'")

        await eventually(nothing_to_do)

    async def routing(self, ticket: str, by: Person | None = None) -> rpc.TicketRouting:
        """Who got a ticket and why."""
        request = rpc.GetTicketRoutingRequest(ticket=ticket)
        answer = await self.desk.call("GetTicketRouting", request, rpc.GetTicketRoutingResponse, by=by)
        return answer.routing

    async def holder(self, ticket: ticket_pb2.Ticket) -> str:
        """The address of who has a ticket once all is quiet."""
        await self.settle()
        return (await self.desk.get(ticket.id)).assignee.email

    async def why_not(self, ticket: ticket_pb2.Ticket) -> list[list[str]]:
        """The requirements that each candidate for a waiting ticket does not meet."""
        await self.settle()
        found = await self.routing(ticket.id)
        assert (found.outcome, (await self.desk.get(ticket.id)).assignee.id) == ("waiting", "")
        return [[reason.requirement for reason in one.reasons if not reason.met] for one in found.candidates]
