"""Rules: run on events and on time, told, logged, stopped where they run in circles, tried on the past."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from tickets_desk import actions
from tickets_rules import Ruled

from chassis.errors import Forbidden, InvalidInput, NotFound, Stale
from chassis.ids import new_id
from chassis.testing.waiting import eventually
from deskmesh.sla.v1 import events_pb2 as sla
from deskmesh.sla.v1 import sla_pb2
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import rule_pb2
from tickets.domain.rules import MAX_CHAIN, MAX_REPEATS

TAG = {"type": "tag", "add": ["ruled"]}


async def test_a_rule_acts_on_what_its_condition_holds_for_and_says_so(ruled: Ruled) -> None:
    desk = ruled.desk
    rule = await ruled.rule(
        {"type": "set", "values": {"queue": "network", "priority": "critical"}},
        {"type": "note", "body": "{{ticket.number}} is urgent."},
        condition='title = "Router*" AND event = created',
    )
    router, printer = await desk.create("Router is off"), await desk.create("Printer is off")
    changed, same = await ruled.settled(router), await ruled.settled(printer)
    assert (changed.queue.key, changed.priority) == ("network", "critical")
    assert same == printer
    (note,) = await desk.comments(router.id)
    assert (note.body, note.visibility, note.author.kind) == (
        f"{router.number} is urgent.",
        "internal",
        "system",
    )
    (execution,) = await ruled.log(rule)
    assert (execution.ticket.key, execution.trigger, execution.outcome) == (router.number, "created", "done")
    assert {"queue", "priority"} <= {change.field for change in execution.changes}
    entries = [entry for entry in await desk.history(router.id) if entry.rule]
    assert {(entry.rule, entry.cause) for entry in entries} == {
        (f"rule:{rule.id}:Rule", f"rule:{execution.id}")
    }


@pytest.mark.parametrize(
    ("on", "condition"),
    [
        ("updated", 'changed:impact AND actor_kind = "user" AND actor = "Agent@acme.example"'),
        ("state_changed", 'old_state = "new" AND state = "pending_supplier"'),
        ("assigned", "changed:assignee"),
        (
            "commented",
            'comment.visibility = "public" AND comment.body:fire AND comment.from_requester = false',
        ),
    ],
)
async def test_each_event_sets_off_its_rules(ruled: Ruled, on: str, condition: str) -> None:
    desk = ruled.desk
    rule = await ruled.rule(TAG, on=[on], condition=condition)
    ticket = await desk.create()
    await desk.update(ticket.id, ["impact"], impact="low")
    await desk.move(ticket.id, "pending_supplier")
    await desk.assign(ticket.id, assignee=desk.agent.email)
    await desk.comment(ticket.id, "No fire here")
    await desk.comment(ticket.id, "FIRE", visibility="internal")
    assert list((await ruled.settled(ticket)).tags) == ["ruled"]
    assert [execution.trigger for execution in await ruled.log(rule)] == [on]


async def test_a_clock_that_misses_its_target_sets_off_rules(ruled: Ruled) -> None:
    desk = ruled.desk
    await ruled.rule(TAG, on=["clock_breached"], condition='clock.name = "resolution" AND breached = true')
    ticket, now = await desk.create(), Timestamp()
    now.FromDatetime(datetime.now(UTC))
    clock = sla_pb2.Clock(
        id=str(new_id()),
        ticket_id=ticket.id,
        name="resolution",
        state="running",
        kind="sla",
        breached=True,
        version=1,
    )
    await desk.bus.publish(
        sla.ClockBreached(clock=clock, occurred_at=now), tenant_id=desk.acme, aggregate_id=ticket.id
    )
    settled = await ruled.settled(ticket)
    assert (list(settled.tags), [one.breached for one in settled.sla]) == (["ruled"], [True])


async def test_rules_run_in_order_and_one_may_stop_those_after_it(ruled: Ruled) -> None:
    await ruled.rule({"type": "tag", "add": ["last"]}, order=30)
    await ruled.rule({"type": "tag", "add": ["second"]}, order=20, condition="tags:first", stop=True)
    await ruled.rule({"type": "tag", "add": ["first"]}, order=10, condition="title = Stopped")
    await ruled.rule({"type": "tag", "add": ["never"]}, order=5, active=False)
    stopped, other = await ruled.desk.create("Stopped"), await ruled.desk.create("Other")
    assert list((await ruled.settled(stopped)).tags) == ["first", "second"]
    assert list((await ruled.settled(other)).tags) == ["last"]


async def test_an_action_that_fails_leaves_nothing_of_the_rule_and_the_others_run(ruled: Ruled) -> None:
    failing = await ruled.rule(TAG, {"type": "move", "to": "closed"}, order=1)
    await ruled.rule({"type": "tag", "add": ["after"]}, order=2)
    ticket = await ruled.desk.create()
    assert list((await ruled.settled(ticket)).tags) == ["after"]
    (execution,) = await ruled.log(failing)
    assert (execution.outcome, list(execution.changes)) == ("failed", [])
    assert "cannot go from new to closed" in execution.error


async def test_rules_that_run_in_circles_are_stopped_and_told(ruled: Ruled) -> None:
    back = await ruled.rule(
        {"type": "set", "values": {"category": "a"}}, on=["updated"], condition='category = "b"', order=1
    )
    forth = await ruled.rule(
        {"type": "set", "values": {"category": "b"}}, on=["updated"], condition='category = "a"', order=2
    )
    ticket = await ruled.desk.create()
    await ruled.desk.update(ticket.id, ["category"], category="a")
    await ruled.settled(ticket)
    stopped = [
        rule for rule in (await ruled.get(back), await ruled.get(forth)) if rule.HasField("stopped_at")
    ]
    assert len(stopped) == 1
    assert ticket.number in stopped[0].stopped_reason
    latest, *before = [one.outcome for one in await ruled.log(stopped[0])]
    assert (latest, set(before)) == ("stopped", {"done"})
    assert MAX_REPEATS <= len(before) < MAX_CHAIN
    told = await ruled.desk.events(events.SettingChanged, stopped[0].id)
    assert told[-1].changes[-1].field == "stopped_reason"
    again = await ruled.change(stopped[0], description="Mended.")
    assert not again.HasField("stopped_at")


async def test_a_reply_of_a_rule_is_no_answer_of_an_agent_and_never_goes_to_a_machine(ruled: Ruled) -> None:
    rule = await ruled.rule({"type": "reply", "body": "Hello {{requester.first_name}}."})
    ticket = await ruled.desk.create()
    settled = await ruled.settled(ticket)
    (told,) = await ruled.desk.events(events.CommentAdded, ticket.id)
    assert (told.comment.body, told.comment.channel, told.automatic) == ("Hello Rita.", "rule", True)
    assert not settled.HasField("first_responded_at")
    machine = await ruled.desk.create("Out of office")
    await ruled.desk.rows("UPDATE tickets SET automatic = true WHERE id = $1", machine.id)
    await ruled.change(rule, on=["updated"])
    await ruled.desk.update(machine.id, ["impact"], impact="low")
    await ruled.settled(machine)
    assert await ruled.desk.comments(machine.id) == []
    assert "machine" in (await ruled.log(rule))[0].error


async def test_a_rule_of_time_acts_once_when_its_condition_has_held(ruled: Ruled) -> None:
    rule = await ruled.rule(TAG, after="PT1S", condition="first_responded_at = null AND open = true")
    waiting, answered = await ruled.desk.create("Waiting"), await ruled.desk.create("Answered")
    await ruled.desk.comment(answered.id)

    async def logged() -> list[rule_pb2.RuleExecution]:
        return await ruled.log(rule)

    (execution,) = await eventually(logged)
    assert (execution.ticket.key, execution.trigger) == (waiting.number, "time")
    await ruled.desk.update(waiting.id, ["impact"], impact="low")
    assert list((await ruled.settled(waiting)).tags) == ["ruled"]
    assert list((await ruled.settled(answered)).tags) == []
    left = await ruled.desk.rows(
        "SELECT key FROM timers WHERE kind = 'rule' AND tenant_id = $1", ruled.desk.acme
    )
    assert left == []
    assert len(await ruled.log(rule)) == 1


async def test_what_was_imported_sets_nothing_off(ruled: Ruled) -> None:
    rule = await ruled.rule(TAG)
    at = Timestamp()
    at.FromDatetime(datetime.now(UTC) - timedelta(days=1))
    ticket = await ruled.desk.create(by=ruled.desk.admin, occurred_at=at)
    assert list((await ruled.settled(ticket)).tags) == []
    assert await ruled.log(rule) == []


@pytest.mark.parametrize(
    ("told", "now"), [("Printer is off", "Router is off"), ("Router is off", "Printer is off")]
)
async def test_a_rule_acts_where_its_condition_held_when_it_happened_and_still_holds(
    ruled: Ruled, told: str, now: str
) -> None:
    ticket = await ruled.settled(await ruled.desk.create(now))
    rule = await ruled.rule(TAG, condition='title = "Router*"')
    await ruled.created_anew(ticket, title=told)
    assert await ruled.settled(ticket) == ticket
    await ruled.created_anew(ticket, title="Router is off")
    assert (list((await ruled.settled(ticket)).tags) == ["ruled"]) == now.startswith("Router")
    assert len(await ruled.log(rule)) == now.startswith("Router")


async def test_a_ticket_that_concerns_no_rule_is_not_locked(ruled: Ruled) -> None:
    ticket = await ruled.settled(await ruled.desk.create("Router is off"))
    await ruled.rule(TAG, condition='title = "Printer*"')
    await ruled.rule(TAG, after="PT1H", condition='title = "Printer*"')
    async with ruled.desk.locked(ticket.id):
        await ruled.created_anew(ticket)
        assert await ruled.settled(ticket) == ticket


async def test_a_rule_works_a_confidential_queue(ruled: Ruled) -> None:
    await ruled.rule(TAG)
    queue = "UPDATE queues SET confidential = $2 WHERE tenant_id = $1 AND slug = 'service-desk'"
    await ruled.desk.rows(queue, ruled.desk.acme, True)
    await ruled.desk.refresh_configuration()
    try:
        ticket = await ruled.desk.create(by=ruled.desk.requester)
        await ruled.desk.service.drain()
        (row,) = await ruled.desk.rows("SELECT tags FROM tickets WHERE id = $1", ticket.id)
        assert row["tags"] == ["ruled"]
    finally:
        await ruled.desk.rows(queue, ruled.desk.acme, False)
        await ruled.desk.refresh_configuration()


async def test_a_rule_is_of_its_tenant_and_of_administrators(ruled: Ruled) -> None:
    with pytest.raises(Forbidden):
        await ruled.rule(TAG, by=ruled.desk.agent)
    theirs = await ruled.rule(TAG, by=ruled.desk.stranger)
    with pytest.raises(NotFound):
        await ruled.get(theirs)
    ticket = await ruled.desk.create()
    assert list((await ruled.settled(ticket)).tags) == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": ""}, "name"),
        ({"on": ["exploded"]}, "on[0]"),
        ({"on": []}, "on"),
        ({"on": ["created"], "after": "PT1H"}, "on"),
        ({"after": "1 hour"}, "after"),
        ({"condition": "colour = red"}, "condition"),
        ({"condition": "assignee = me"}, "condition"),
        ({"after": "PT1H", "condition": "changed:impact"}, "condition"),
        ({"order": 2_000_000}, "order"),
    ],
)
async def test_what_cannot_be_right_is_refused_with_its_place(
    ruled: Ruled, said: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await ruled.rule(TAG, **said)  # type: ignore[arg-type]  # fields by name
    assert [error.field for error in refused.value.errors] == [field]


async def test_a_lost_update_of_a_rule_is_refused(ruled: Ruled) -> None:
    rule = await ruled.rule(TAG)
    changed = await ruled.change(rule, version=rule.version, active=False)
    assert not changed.active
    with pytest.raises(Stale):
        await ruled.change(rule, version=rule.version, active=True)


async def test_a_rule_whose_field_is_gone_is_stopped(ruled: Ruled) -> None:
    rule = await ruled.rule(TAG)
    await ruled.desk.rows("UPDATE rules SET condition = 'fields.gone = 1' WHERE id = $1", rule.id)
    ticket = await ruled.desk.create()
    assert list((await ruled.settled(ticket)).tags) == []
    assert "fields.gone" in (await ruled.get(rule)).stopped_reason


async def test_a_dry_run_tells_what_a_rule_does_and_changes_nothing(ruled: Ruled) -> None:
    desk = ruled.desk
    ticket = await desk.create("Tried", impact="low")
    await desk.update(ticket.id, ["impact"], impact="high")
    before = await ruled.settled(ticket)
    written = (
        {"type": "set", "values": {"queue": "network", "category": "x"}, "fields": {"location": "Sopot"}},
        {"type": "assign", "team": "network"},
        {"type": "move", "to": "open"},
        {"type": "reply", "body": "{{ticket.number}}"},
        TAG,
    )
    draft = rule_pb2.Rule(
        name="Tried",
        on=["created", "updated"],
        condition='title = "Tried" AND impact = "low"',
        actions=actions(*written),
    )
    answer = await ruled.tried(rule=draft)
    (match,) = answer.matches
    assert (match.ticket.key, match.trigger) == (ticket.number, "created")
    assert [change.field for change in match.changes] == [
        "category",
        "queue",
        "fields.location",
        "team",
        "state",
        "reply",
        "tags",
    ]
    assert match.changes[5].new_value.string_value == ticket.number
    assert answer.events >= 2
    assert await desk.get(ticket.id) == before
    timely = await ruled.rule(TAG, after="PT1S", condition='title = "Tried" AND impact = "low"')
    assert list((await ruled.tried(rule_id=timely.id)).matches) == []
    for wrong in (
        {"rule": draft, "days": 15},
        {"rule": rule_pb2.Rule(name="x", on=["clock_breached"], actions=actions(TAG))},
    ):
        with pytest.raises(InvalidInput):
            await ruled.tried(**wrong)
