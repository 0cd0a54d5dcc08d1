"""Clocks and policies."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from chassis.errors import InProgress, NotFound, Unavailable
from deskmesh.sla.v1 import sla_pb2 as nouns
from deskmesh.sla.v1 import sla_service_pb2 as pb
from deskmesh.tickets.v1 import field_table_service_pb2 as tables
from deskmesh.tickets.v1 import ticket_service_pb2 as tickets
from gateway.clients import sla as sla_rpcs
from gateway.clients import tickets as tickets_rpcs
from gateway.clients.calling import Rpc
from gateway.http.answers import listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import sla as models
from gateway.http.models.common import PageQuery, list_of
from gateway.http.render import sla as render
from gateway.http.values import timestamp

door = Door("sla")

Saving = TypeVar("Saving", pb.CreatePolicyRequest, pb.UpdatePolicyRequest)
Saved = TypeVar("Saved", pb.CreatePolicyResponse, pb.UpdatePolicyResponse)

_PAUSES_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6)


@door.route("GET", "/tickets/{ticket}/sla", sla_rpcs.LIST_TICKET_CLOCKS, gives=list_of(models.Clock))
async def list_clocks(
    request: Request, ticket: str, query: Annotated[models.ClockQuery, Query()]
) -> Response:
    """List the clocks of a ticket, now or as of a time.

    With `explain` each clock has its intervals: what was counted, what not, and why.
    """
    question = pb.ListTicketClocksRequest(ticket=ticket, at=timestamp(query.at), explain=query.explain)
    try:
        answer = await ask(request, sla_rpcs.LIST_TICKET_CLOCKS, question)
    except NotFound:
        # A new ticket reaches sla a moment later; where there is none for this caller, tickets says so.
        await ask(request, tickets_rpcs.GET_TICKET, tickets.GetTicketRequest(ticket=ticket))
        return listing([])
    return listing([render.clock(clock, explain=query.explain) for clock in answer.clocks])


@door.route(
    "POST",
    "/sla/policies",
    sla_rpcs.CREATE_POLICY,
    gives=models.Policy,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_policy(request: Request, body: models.NewPolicy) -> Response:
    """Create a policy.

    Of each kind, the policy with the lowest order whose condition holds is taken.
    """
    question = pb.CreatePolicyRequest(policy=written_policy(body))
    made = (await _save(request, sla_rpcs.CREATE_POLICY, question)).policy
    return resource(render.policy(made), made.version, HTTPStatus.CREATED, f"{API}/sla/policies/{made.id}")


@door.route("GET", "/sla/policies", sla_rpcs.LIST_POLICIES, gives=list_of(models.Policy))
async def list_policies(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List policies."""
    question = pb.ListPoliciesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, sla_rpcs.LIST_POLICIES, question)
    return listing([render.policy(item) for item in answer.policies], answer.next_page_token)


@door.route("GET", "/sla/policies/{policy}", sla_rpcs.GET_POLICY, gives=models.Policy, versioned=True)
async def get_policy(request: Request, policy: str) -> Response:
    """Read a policy."""
    found = (await ask(request, sla_rpcs.GET_POLICY, pb.GetPolicyRequest(policy_id=policy))).policy
    return resource(render.policy(found), found.version)


@door.route("PATCH", "/sla/policies/{policy}", sla_rpcs.UPDATE_POLICY, gives=models.Policy, versioned=True)
async def update_policy(request: Request, policy: str, body: models.PolicyPatch) -> Response:
    """Change a policy; running clocks are computed anew."""
    patch = nouns.Policy(
        name=body.name or "",
        order=body.order or 0,
        condition=body.condition or "",
        kind=body.kind or "",
        calendar_id=body.calendar_id or "",
        targets=_targets(body.targets or ()),
        pause_states=body.pause_states,
        warnings=body.warnings,
        active=bool(body.active),
        pause_when=body.pause_when or "",
        restart_on=body.restart_on,
        recompute=body.recompute or "",
        clocks=_own_clocks(body.clocks or ()),
        escalations=_escalations(body.escalations or ()),
    )
    question = pb.UpdatePolicyRequest(
        policy_id=policy,
        patch=patch,
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await _save(request, sla_rpcs.UPDATE_POLICY, question)).policy
    return resource(render.policy(changed), changed.version)


@door.route(
    "DELETE", "/sla/policies/{policy}", sla_rpcs.DELETE_POLICY, status=HTTPStatus.NO_CONTENT, versioned=True
)
async def delete_policy(request: Request, policy: str) -> Response:
    """Delete a policy; its running clocks end."""
    question = pb.DeletePolicyRequest(policy_id=policy, expected_version=expected_version(request))
    await ask(request, sla_rpcs.DELETE_POLICY, question)
    return nothing()


def written_policy(body: models.NewPolicy) -> nouns.Policy:
    """Write a policy as its service takes it."""
    return nouns.Policy(
        name=body.name,
        order=body.order,
        condition=body.condition,
        kind=body.kind,
        calendar_id=body.calendar_id,
        targets=_targets(body.targets),
        pause_states=body.pause_states,
        warnings=body.warnings,
        active=body.active,
        pause_when=body.pause_when,
        restart_on=body.restart_on,
        recompute=body.recompute,
        clocks=_own_clocks(body.clocks),
        escalations=_escalations(body.escalations),
    )


async def _save(request: Request, rpc: Rpc[Saving, Saved], question: Saving) -> Saved:
    """Ask sla to save a policy, which it checks against the fields of tickets as they are now.

    What has changed of them just now reaches it a moment later: it is asked again for some seconds, then the caller is told.
    """
    with suppress(Unavailable):
        table = (await ask(request, tickets_rpcs.GET_FIELD_TABLE, tables.GetFieldTableRequest())).table
        question.fields_version = table.version
    for pause in _PAUSES_SECONDS:
        try:
            return await ask(request, rpc, question)
        except InProgress as error:
            if error.reason != "FIELDS_BEHIND":
                raise
            await asyncio.sleep(pause)
    return await ask(request, rpc, question)


def _targets(targets: Sequence[models.Target]) -> list[nouns.Target]:
    return [
        nouns.Target(clock=target.clock, priority=target.priority or "", target=target.target)
        for target in targets
    ]


def _own_clocks(clocks: Sequence[models.OwnClock]) -> list[nouns.OwnClock]:
    return [
        nouns.OwnClock(
            name=clock.name, start=clock.start, stop=clock.stop, pause=clock.pause, goes_on=clock.goes_on
        )
        for clock in clocks
    ]


def _escalations(steps: Sequence[models.Escalation]) -> list[nouns.Escalation]:
    return [
        nouns.Escalation(clock=step.clock or "", at=step.at, time=step.time, to=step.to) for step in steps
    ]
