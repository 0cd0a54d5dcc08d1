"""A desk where rules are made for one test."""

from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf.field_mask_pb2 import FieldMask
from tickets_desk import TicketsDesk, actions

from chassis.testing.identity import Person
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import rule_pb2, ticket_pb2
from deskmesh.tickets.v1 import rule_service_pb2 as rpc


@dataclass
class Ruled:
    """The desk, where rules are made for one test."""

    desk: TicketsDesk
    made: list[str]

    async def rule(
        self, *written: Mapping[str, object], by: Person | None = None, **said: object
    ) -> rule_pb2.Rule:
        """Make a rule, on creation unless told otherwise."""
        values: dict[str, object] = {"name": "Rule", **said}
        if "after" not in said:
            values.setdefault("on", ["created"])
        rule = rule_pb2.Rule(actions=actions(*written), **values)  # type: ignore[arg-type]  # fields by name
        request = rpc.CreateRuleRequest(rule=rule)
        answer = await self.desk.call("CreateRule", request, rpc.CreateRuleResponse, by=by or self.desk.admin)
        if by is None:
            self.made.append(answer.rule.id)
        return answer.rule

    async def get(self, rule: rule_pb2.Rule) -> rule_pb2.Rule:
        """Read a rule."""
        request = rpc.GetRuleRequest(rule_id=rule.id)
        return (await self.desk.call("GetRule", request, rpc.GetRuleResponse, by=self.desk.admin)).rule

    async def change(self, rule: rule_pb2.Rule, version: int = 0, **said: object) -> rule_pb2.Rule:
        """Change a rule."""
        request = rpc.UpdateRuleRequest(
            rule_id=rule.id,
            patch=rule_pb2.Rule(**said),  # type: ignore[arg-type]  # fields by name
            update_mask=FieldMask(paths=list(said)),
            expected_version=version,
        )
        answer = await self.desk.call("UpdateRule", request, rpc.UpdateRuleResponse, by=self.desk.admin)
        return answer.rule

    async def remove(self, rule_id: str) -> None:
        """Remove a rule."""
        request = rpc.DeleteRuleRequest(rule_id=rule_id)
        await self.desk.call("DeleteRule", request, rpc.DeleteRuleResponse, by=self.desk.admin)

    async def log(self, rule: rule_pb2.Rule) -> list[rule_pb2.RuleExecution]:
        """What a rule did, the newest first."""
        request = rpc.ListRuleExecutionsRequest(rule_id=rule.id, page_size=200)
        answer = await self.desk.call(
            "ListRuleExecutions", request, rpc.ListRuleExecutionsResponse, by=self.desk.admin
        )
        return list(answer.executions)

    async def settled(self, ticket: ticket_pb2.Ticket) -> ticket_pb2.Ticket:
        """The ticket once every event of it was heard."""
        await self.desk.service.drain()
        return await self.desk.get(ticket.id)

    async def created_anew(self, ticket: ticket_pb2.Ticket, **told: str) -> None:
        """Have it told that the ticket was made, as it is but for what is told otherwise."""
        event = events.TicketCreated(ticket=ticket)
        event.ticket.MergeFrom(ticket_pb2.Ticket(**told))  # type: ignore[arg-type]  # fields by name
        event.occurred_at.GetCurrentTime()
        event.recorded_at.GetCurrentTime()
        await self.desk.bus.publish(event, tenant_id=self.desk.acme, aggregate_id=ticket.id)

    async def tried(self, **said: object) -> rpc.DryRunRuleResponse:
        """Try a rule on the past."""
        request = rpc.DryRunRuleRequest(**said)  # type: ignore[arg-type]  # fields by name
        return await self.desk.call("DryRunRule", request, rpc.DryRunRuleResponse, by=self.desk.admin)
