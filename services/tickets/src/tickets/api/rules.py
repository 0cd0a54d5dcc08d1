"""The RPCs of rules."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import rule_pb2
from deskmesh.tickets.v1 import rule_service_pb2 as pb
from tickets.api.macros import action_messages, written_actions
from tickets.api.past import SUBJECTS, told
from tickets.api.requests import known_names
from tickets.app import rules, trying
from tickets.app.configuration import Configuration, Configurations
from tickets.app.rules import ReadyRule, RuleDraft
from tickets.db.automation import Rule, RuleExecution
from tickets.db.past import PastEvent
from tickets.publish import messages

_FIELDS = frozenset({"name", "description", "on", "after", "condition", "actions", "order", "stop", "active"})
_DRAFTED = {"on": "events", "order": "position"}
_DAYS = 7


@dataclass(frozen=True, slots=True)
class RuleServicer:
    """RuleService."""

    configurations: Configurations

    async def CreateRule(self, tx: Tx, request: pb.CreateRuleRequest) -> pb.CreateRuleResponse:
        configuration = await self.configurations.within(tx)
        made = await rules.create_rule(tx, configuration=configuration, draft=_draft(request.rule))
        return pb.CreateRuleResponse(rule=_message(made))

    async def GetRule(self, tx: Tx, request: pb.GetRuleRequest) -> pb.GetRuleResponse:
        return pb.GetRuleResponse(rule=_message(await rules.get_rule(tx, rule_id=request.rule_id)))

    async def ListRules(self, tx: Tx, request: pb.ListRulesRequest) -> pb.ListRulesResponse:
        rows, token = await rules.list_rules(tx, page=page_of(request))
        return pb.ListRulesResponse(rules=[_message(row) for row in rows], next_page_token=token)

    async def UpdateRule(self, tx: Tx, request: pb.UpdateRuleRequest) -> pb.UpdateRuleResponse:
        changed = await rules.update_rule(
            tx,
            configuration=await self.configurations.within(tx),
            rule_id=request.rule_id,
            changes=_values(request.patch, known_names(request.update_mask, _FIELDS)),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateRuleResponse(rule=_message(changed))

    async def DeleteRule(self, tx: Tx, request: pb.DeleteRuleRequest) -> pb.DeleteRuleResponse:
        await rules.delete_rule(
            tx, rule_id=request.rule_id, expected_version=request.expected_version or None
        )
        return pb.DeleteRuleResponse()

    async def ListRuleExecutions(
        self, tx: Tx, request: pb.ListRuleExecutionsRequest
    ) -> pb.ListRuleExecutionsResponse:
        rows, token = await rules.list_executions(tx, rule_id=request.rule_id, page=page_of(request))
        return pb.ListRuleExecutionsResponse(
            executions=[_execution_message(row) for row in rows], next_page_token=token
        )

    async def DryRunRule(self, tx: Tx, request: pb.DryRunRuleRequest) -> pb.DryRunRuleResponse:
        configuration = await self.configurations.within(tx)
        days = request.days or _DAYS
        trying.check_days(days)
        draft = (
            rules.draft_of(await rules.get_rule(tx, rule_id=request.rule_id))
            if request.WhichOneof("which") == "rule_id"
            else _draft(request.rule)
        )
        rule = await rules.checked_rule(tx, configuration=configuration, draft=draft)
        trying.check_triable(rule)
        now = datetime.now(UTC)
        past, more = await trying.past_events(tx, since=now - timedelta(days=days), subjects=SUBJECTS)
        matches = await asyncio.to_thread(_matches, configuration, rule, past, now)
        return pb.DryRunRuleResponse(
            matches=[_match_message(match) for match in matches[: trying.MAX_MATCHES]],
            events=len(past),
            more=more or len(matches) > trying.MAX_MATCHES,
        )


def _matches(
    configuration: Configuration, rule: ReadyRule, past: Sequence[PastEvent], now: datetime
) -> list[trying.Match]:
    """What the rule would have done; thousands of events are read for it, which others should not wait for."""
    return trying.matches_of(configuration, rule, list(told(configuration, past)), now=now)


def _draft(rule: rule_pb2.Rule) -> RuleDraft:
    values = _values(rule, _FIELDS)
    values["active"] = rule.active if rule.HasField("active") else True
    return RuleDraft(**values)  # type: ignore[arg-type]  # its own fields


def _values(rule: rule_pb2.Rule, names: Iterable[str]) -> dict[str, object]:
    """The named fields of a rule as people write it."""
    values: dict[str, object] = {_DRAFTED.get(name, name): getattr(rule, name) for name in names}
    if "events" in values:
        values["events"] = list(rule.on)
    if "actions" in values:
        values["actions"] = written_actions(rule.actions)
    return values


def _message(row: Rule) -> rule_pb2.Rule:
    return rule_pb2.Rule(
        id=str(row.id),
        name=row.name,
        description=row.description,
        on=row.events,
        after=row.after,
        condition=row.condition,
        actions=action_messages(row.actions),
        order=row.position,
        stop=row.stop,
        active=row.active,
        stopped_at=messages.moment(row.stopped_at),
        stopped_reason=row.stopped_reason,
        created_at=messages.moment(row.created_at),
        updated_at=messages.moment(row.updated_at),
        version=row.version,
    )


def _execution_message(row: RuleExecution) -> rule_pb2.RuleExecution:
    return rule_pb2.RuleExecution(
        id=str(row.id),
        rule_id=str(row.rule_id),
        ticket=common.Ref(id=str(row.ticket_id), key=row.ticket_number),
        trigger=row.trigger,
        cause=row.cause,
        outcome=row.outcome,
        changes=[
            common.FieldChange(
                field=str(one["field"]),
                old_value=messages.value_message(one["from"]),
                new_value=messages.value_message(one["to"]),
            )
            for one in row.changes
        ],
        error=row.error,
        created_at=messages.moment(row.created_at),
    )


def _match_message(match: trying.Match) -> rule_pb2.RuleMatch:
    return rule_pb2.RuleMatch(
        ticket=common.Ref(id=str(match.ticket_id), key=match.number),
        at=messages.moment(match.at),
        trigger=match.trigger,
        changes=[messages.change_message(change) for change in match.changes],
    )
