"""Rules, as JSON."""

from deskmesh.tickets.v1 import rule_pb2 as pb
from deskmesh.tickets.v1 import rule_service_pb2 as rpc
from gateway.http.render.macros import actions, change
from gateway.http.values import JsonObject, moment, ref, text


def rule(value: pb.Rule) -> JsonObject:
    """Write a rule."""
    return {
        "id": value.id,
        "name": value.name,
        "description": value.description,
        "on": list(value.on),
        "after": text(value.after),
        "condition": value.condition,
        "actions": actions(value.actions),
        "order": value.order,
        "stop": value.stop,
        "active": value.active,
        "stopped_at": moment(value.stopped_at),
        "stopped_reason": text(value.stopped_reason),
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def execution(value: pb.RuleExecution) -> JsonObject:
    """Write one time that a rule's condition held."""
    return {
        "id": value.id,
        "rule_id": value.rule_id,
        "ticket": ref(value.ticket),
        "trigger": value.trigger,
        "cause": value.cause,
        "outcome": value.outcome,
        "changes": [change(one) for one in value.changes],
        "error": text(value.error),
        "created_at": moment(value.created_at),
    }


def dry_run(value: rpc.DryRunRuleResponse) -> JsonObject:
    """Write what a rule would have done."""
    return {
        "items": [
            {
                "ticket": ref(match.ticket),
                "at": moment(match.at),
                "trigger": match.trigger,
                "changes": [change(one) for one in match.changes],
            }
            for match in value.matches
        ],
        "events": value.events,
        "more": value.more,
    }
