"""Policies that ask for fields of tickets, by what tickets tells of them."""

from datetime import UTC, datetime

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sla_doors import Desk, Ticket, target

from chassis.errors import InProgress, InvalidInput
from deskmesh.sla.v1 import sla_pb2
from deskmesh.sla.v1 import sla_service_pb2 as pb
from deskmesh.tickets.v1 import events_pb2, field_table_pb2

TARGETS = [target("resolution", "PT2H")]


def known(name: str, type_: str = "string", *values: str, active: bool = True) -> field_table_pb2.FilterField:
    return field_table_pb2.FilterField(name=name, type=type_, values=values, active=active)


STATES = known("state", "string", "new", "open", "pending_requester", "resolved", "closed")
QUEUES = known("queue", "reference", "network", "service-desk")
TIER = known("fields.tier", "string", "gold", "silver")
COST = known("fields.cost", "number")
PRIORITIES = known("priority", "string", "critical", "high", "medium", "low")
ALL = [
    STATES,
    QUEUES,
    PRIORITIES,
    TIER,
    COST,
    known("fields.sites", "list", "Gdynia", "Sopot"),
    known("fields.vip", "bool"),
]


async def tell(desk: Desk, fields: list[field_table_pb2.FilterField], version: int = 1) -> None:
    message = events_pb2.FieldSchemaChanged(table=field_table_pb2.FieldTable(version=version, fields=fields))
    await desk.bus.publish(message, tenant_id=desk.id, aggregate_id=desk.id, version=version)
    await desk.settles()


async def change(desk: Desk, policy: str, **values: object) -> sla_pb2.Policy:
    patch = sla_pb2.Policy(**values)  # type: ignore[arg-type]  # its fields
    mask = FieldMask(paths=list(values))
    request = pb.UpdatePolicyRequest(policy_id=policy, patch=patch, update_mask=mask)
    return (await desk.ask("UpdatePolicy", request, pb.UpdatePolicyResponse)).policy


@pytest.mark.parametrize(
    ("name", "condition", "value"),
    [
        ("tier", 'fields.tier = "gold"', "gold"),
        ("cost", "fields.cost > 9", 10),
        ("sites", 'fields.sites:"Sopot"', ["Gdynia", "Sopot"]),
        ("vip", "fields.vip = true", True),
        ("vip", "fields.vip = false OR fields.vip = true", False),
        ("tier", 'fields.tier != null AND NOT fields.tier = "silver"', "gold"),
    ],
)
async def test_a_policy_is_chosen_by_a_field_of_the_tenant_in_its_type(
    acme: Desk, name: str, condition: str, value: object
) -> None:
    await tell(acme, ALL)
    await acme.make_policy(condition=condition, targets=TARGETS)
    chosen, other = Ticket(acme, datetime.now(UTC)), Ticket(acme, datetime.now(UTC))
    chosen.message.fields.update({name: value})  # type: ignore[dict-item]  # a value of JSON
    await chosen.created()
    await other.created()
    await acme.settles()
    assert (await acme.clocks(chosen.id))["resolution"].policy == "own"
    assert (await acme.clocks(other.id))["resolution"].policy == "Standard, business hours"


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"condition": "fields.planet = 5"}, "condition", "there is no field fields.planet"),
        ({"condition": 'fields.cost = "much"'}, "condition", "fields.cost is a number"),
        ({"condition": 'fields.tier = "bronze"'}, "condition", "is one of gold, silver"),
        ({"condition": 'fields.sites:"Warsaw"'}, "condition", "fields.sites has no value 'Warsaw'"),
        ({"condition": 'queue = "netwrok"'}, "condition", "queue has no value 'netwrok'"),
        ({"pause_when": 'state = "paused"'}, "pause_when", "state is one of"),
        ({"pause_states": ["new", "paused"]}, "pause_states[1]", "there is no state paused"),
        (
            {"targets": [target("resolution", "PT1H", "urgent")]},
            "targets[0].priority",
            "there is no priority urgent",
        ),
        (
            {"clocks": [sla_pb2.OwnClock(name="x", start="fields.cost > 1", stop="fields.gone = null")]},
            "clocks[0].stop",
            "there is no field fields.gone",
        ),
    ],
)
async def test_a_policy_that_asks_for_what_tickets_do_not_have_is_refused(
    acme: Desk, values: dict[str, object], field: str, reason: str
) -> None:
    await tell(acme, ALL)
    with pytest.raises(InvalidInput) as refused:
        await acme.make_policy(**{"targets": TARGETS, **values})
    [error] = refused.value.errors
    assert (error.field, reason in error.reason) == (field, True), error.reason
    listed = await acme.ask("ListPolicies", pb.ListPoliciesRequest(), pb.ListPoliciesResponse)
    assert "own" not in [policy.name for policy in listed.policies]


async def test_fields_that_nothing_is_known_of_have_the_caller_try_again(acme: Desk) -> None:
    policy = {"condition": 'fields.tier = "gold"', "targets": TARGETS}
    with pytest.raises(InProgress) as refused:
        await acme.make_policy(**policy)
    assert (refused.value.reason, refused.value.retry_after_seconds) == ("FIELDS_BEHIND", 1.0)
    await tell(acme, ALL)
    assert (await acme.make_policy(**policy)).faults == []


async def test_a_field_made_just_now_is_awaited_and_not_refused(acme: Desk) -> None:
    await tell(acme, [TIER], version=1)
    wanted = sla_pb2.Policy(
        name="own", kind="sla", calendar_id="24x7", condition="fields.cost > 5", targets=TARGETS
    )
    request = pb.CreatePolicyRequest(policy=wanted, fields_version=2)
    with pytest.raises(InProgress) as refused:
        await acme.ask("CreatePolicy", request, pb.CreatePolicyResponse)
    assert refused.value.reason == "FIELDS_BEHIND"
    await tell(acme, [TIER, COST], version=2)
    await acme.ask("CreatePolicy", request, pb.CreatePolicyResponse)


async def test_an_older_table_does_not_come_after_a_newer_one(acme: Desk) -> None:
    await tell(acme, [TIER], version=2)
    await tell(acme, [COST], version=1)
    await acme.make_policy(condition='fields.tier = "gold"', targets=TARGETS)


async def test_another_tenant_has_no_such_field(acme: Desk) -> None:
    globex = Desk(acme.service, acme.bus)
    await globex.opens()
    await tell(acme, ALL)
    await tell(globex, [COST])
    policy = {"condition": 'fields.tier = "gold"', "targets": TARGETS}
    await acme.make_policy(**policy)
    with pytest.raises(InvalidInput):
        await globex.make_policy(**policy)


async def test_a_field_put_to_rest_is_a_fault_of_the_policy_that_asks_for_it(acme: Desk) -> None:
    await tell(acme, ALL)
    made = await acme.make_policy(condition='fields.tier = "gold"', targets=TARGETS)
    await tell(acme, [known("fields.tier", "string", "gold", active=False)], version=2)
    renamed = await change(acme, made.id, name="renamed")
    assert [(fault.field, "at rest" in fault.reason) for fault in renamed.faults] == [("condition", True)]
    listed = await acme.ask("ListPolicies", pb.ListPoliciesRequest(), pb.ListPoliciesResponse)
    assert {one.name: len(one.faults) for one in listed.policies}["renamed"] == 1
    await change(acme, made.id, active=False)
    with pytest.raises(InvalidInput) as refused:
        await change(acme, made.id, active=True)
    assert [error.field for error in refused.value.errors] == ["condition"]
    with pytest.raises(InvalidInput):
        await change(acme, made.id, condition='fields.tier = "silver"')


async def test_a_policy_goes_on_by_the_types_that_it_was_saved_with(acme: Desk) -> None:
    await tell(acme, ALL)
    await acme.make_policy(condition="fields.cost >= 10", targets=TARGETS)
    await tell(acme, [TIER], version=2)
    ticket = Ticket(acme, datetime.now(UTC))
    ticket.message.fields.update({"cost": 200})
    await ticket.created()
    await acme.settles()
    assert (await acme.clocks(ticket.id))["resolution"].policy == "own"
