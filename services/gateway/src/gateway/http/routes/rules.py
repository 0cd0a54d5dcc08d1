"""Rules: what happens to tickets by itself, what it did, and what it would have done."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import rule_pb2 as nouns
from deskmesh.tickets.v1 import rule_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import document, listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import rules as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.render import rules as render
from gateway.http.routes.macros import action_messages

door = Door("rules")


@door.route("POST", "/rules", rpcs.CREATE_RULE, gives=models.Rule, status=HTTPStatus.CREATED, versioned=True)
async def create_rule(request: Request, body: models.NewRule) -> Response:
    """Make a rule.

    It runs on what happens from now on. A condition or an action that can't be right is refused with its place.
    """
    made = (await ask(request, rpcs.CREATE_RULE, pb.CreateRuleRequest(rule=_rule(body)))).rule
    return resource(render.rule(made), made.version, HTTPStatus.CREATED, f"{API}/rules/{made.id}")


@door.route("GET", "/rules", rpcs.LIST_RULES, gives=list_of(models.Rule))
async def list_rules(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the rules in the order in which they run."""
    question = pb.ListRulesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_RULES, question)
    return listing([render.rule(rule) for rule in answer.rules], answer.next_page_token)


@door.route("POST", "/rules/dry-run", rpcs.DRY_RUN_RULE, gives=models.DryRun)
async def dry_run(
    request: Request, body: models.NewRule, query: Annotated[models.DryRunQuery, Query()]
) -> Response:
    """Try a rule that is not kept on the events of the past days; nothing is changed."""
    question = pb.DryRunRuleRequest(rule=_rule(body), days=query.days)
    return document(render.dry_run(await ask(request, rpcs.DRY_RUN_RULE, question)))


@door.route("GET", "/rules/{rule}", rpcs.GET_RULE, gives=models.Rule, versioned=True)
async def get_rule(request: Request, rule: str) -> Response:
    """Read a rule."""
    found = (await ask(request, rpcs.GET_RULE, pb.GetRuleRequest(rule_id=rule))).rule
    return resource(render.rule(found), found.version)


@door.route("PATCH", "/rules/{rule}", rpcs.UPDATE_RULE, gives=models.Rule, versioned=True)
async def update_rule(request: Request, rule: str, body: models.RulePatch) -> Response:
    """Change a rule; one that the desk has stopped runs again."""
    question = pb.UpdateRuleRequest(
        rule_id=rule,
        patch=_rule(body),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_RULE, question)).rule
    return resource(render.rule(changed), changed.version)


@door.route("DELETE", "/rules/{rule}", rpcs.DELETE_RULE, status=HTTPStatus.NO_CONTENT, versioned=True)
async def delete_rule(request: Request, rule: str) -> Response:
    """Remove a rule with the log of what it did."""
    question = pb.DeleteRuleRequest(rule_id=rule, expected_version=expected_version(request))
    await ask(request, rpcs.DELETE_RULE, question)
    return nothing()


@door.route("GET", "/rules/{rule}/executions", rpcs.LIST_RULE_EXECUTIONS, gives=list_of(models.RuleExecution))
async def list_executions(request: Request, rule: str, query: Annotated[PageQuery, Query()]) -> Response:
    """List each time that the rule's condition held and what came of it, the newest first; kept for 90 days."""
    question = pb.ListRuleExecutionsRequest(
        rule_id=rule, page_size=query.page_size, page_token=query.page_token
    )
    answer = await ask(request, rpcs.LIST_RULE_EXECUTIONS, question)
    return listing([render.execution(one) for one in answer.executions], answer.next_page_token)


@door.route("POST", "/rules/{rule}/dry-run", rpcs.DRY_RUN_RULE, gives=models.DryRun)
async def dry_run_kept(
    request: Request, rule: str, query: Annotated[models.DryRunQuery, Query()]
) -> Response:
    """Try a rule on the events of the past days; nothing is changed."""
    question = pb.DryRunRuleRequest(rule_id=rule, days=query.days)
    return document(render.dry_run(await ask(request, rpcs.DRY_RUN_RULE, question)))


def _rule(body: models.NewRule | models.RulePatch) -> nouns.Rule:
    return nouns.Rule(
        name=body.name or "",
        description=body.description or "",
        on=body.on,
        after=body.after or "",
        condition=body.condition or "",
        actions=action_messages(body.actions or ()),
        order=body.order or 0,
        stop=bool(body.stop),
        active=body.active,
    )
