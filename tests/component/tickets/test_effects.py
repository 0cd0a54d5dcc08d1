"""What rules and macros do beside the fields of a ticket: telling people, watchers, links, children, approvals."""

from collections.abc import Mapping

import pytest
from tickets_desk import TicketsDesk, actions, user_message
from tickets_rules import Ruled

from chassis.errors import InvalidInput
from chassis.ids import new_id
from deskmesh.notify.v1 import events_pb2 as notify_events
from deskmesh.notify.v1 import webhook_pb2
from deskmesh.tickets.v1 import approval_service_pb2 as approvals
from deskmesh.tickets.v1 import events_pb2 as events
from deskmesh.tickets.v1 import link_service_pb2 as links
from deskmesh.tickets.v1 import macro_pb2, rule_pb2
from deskmesh.tickets.v1 import macro_service_pb2 as macros

ASK = {"type": "approval", "name": "Laptop", "steps": [{"approvers": ["admin@acme.example"]}]}


async def test_a_rule_tells_each_person_once_whatever_they_are_to_the_ticket(ruled: Ruled) -> None:
    desk = ruled.desk
    for name, queue in (("near", "network"), ("far", "applications")):
        user = user_message(new_id(), f"{name}@acme.example", name, "supervisor", "it", queue)
        await desk.tell_user(desk.acme, user)
    await desk.service.drain()
    rule = await ruled.rule(
        {
            "type": "notify",
            "people": [desk.admin.email, desk.colleague.email],
            "roles": ["requester", "assignee", "watchers", "supervisors"],
            "body": "{{ticket.number}} is on fire.",
        },
        on=["assigned"],
    )
    ticket = await desk.create(queue="network")
    await desk.assign(ticket.id, assignee=desk.admin.email)
    (told,) = await desk.events(events.NotificationRequested, ticket.id)
    assert [person.email for person in told.recipients] == [
        desk.admin.email,
        desk.colleague.email,
        desk.requester.email,
        "near@acme.example",
    ]
    assert told.body == f"{ticket.number} is on fire."
    entry = next(one for one in await desk.history(ticket.id) if one.action == "notified")
    assert (entry.rule, entry.change.field) == (f"rule:{rule.id}:Rule", "notification")
    (execution,) = await ruled.log(rule)
    assert [change.field for change in execution.changes] == ["notification"]
    assert all(one.action != "notified" for one in await desk.history(ticket.id, by=desk.requester))


async def test_nobody_is_told_where_nobody_is_meant(ruled: Ruled) -> None:
    desk = ruled.desk
    rule = await ruled.rule({"type": "notify", "roles": ["assignee", "watchers"], "body": "Look."})
    ticket = await desk.create()
    assert await desk.events(events.NotificationRequested, ticket.id) == []
    (execution,) = await ruled.log(rule)
    assert (execution.outcome, list(execution.changes)) == ("done", [])


async def test_a_rule_has_people_watch_and_makes_a_child_a_link_and_an_approval(ruled: Ruled) -> None:
    desk = ruled.desk
    problem = await desk.create("Routers of series B", type="problem", by=desk.agent)
    rule = await ruled.rule(
        {"type": "watch", "add": [desk.colleague.email, desk.admin.email], "remove": [desk.admin.email]},
        {"type": "link", "link": "has_problem", "ticket": problem.number},
        {"type": "link", "link": "has_problem", "ticket": problem.number},
        {"type": "child", "title": "Look at {{ticket.number}}", "ticket_type": "task", "queue": "network"},
        ASK,
        condition="type = incident",
    )
    ticket = await ruled.settled(await desk.create("Router is off", priority="high", by=desk.agent))
    (execution,) = await ruled.log(rule)
    assert (execution.outcome, execution.error) == ("done", "")
    assert [person.email for person in ticket.watchers] == [desk.colleague.email]
    (child,) = await desk.tickets(filter=f'parent_id = "{ticket.id}"')
    assert (child.title, child.type, child.queue.key, child.priority) == (
        f"Look at {ticket.number}",
        "task",
        "network",
        "high",
    )
    listed = await desk.call("ListLinks", links.ListLinksRequest(ticket=ticket.id), links.ListLinksResponse)
    assert [(link.type, link.ticket.number) for link in listed.links] == [("has_problem", problem.number)]
    request = approvals.ListApprovalsRequest(ticket=ticket.id)
    asked = await desk.call("ListApprovals", request, approvals.ListApprovalsResponse)
    assert [(one.name, one.state) for one in asked.approvals] == [("Laptop", "pending")]
    assert {change.field for change in execution.changes} == {"watchers", "links", "children", "approval"}


async def test_children_that_make_children_are_stopped(ruled: Ruled) -> None:
    rule = await ruled.rule(
        {"type": "child", "title": "Below {{ticket.number}}"},
        condition='title = "Endless*" OR title = "Below*"',
    )
    await ruled.settled(await ruled.desk.create("Endless"))
    assert "own doing" in (await ruled.get(rule)).stopped_reason


async def test_a_rule_waits_for_how_an_approval_ends(ruled: Ruled) -> None:
    desk = ruled.desk
    await ruled.rule(ASK)
    await ruled.rule(
        {"type": "tag", "add": ["refused"]},
        on=["approval_completed"],
        condition="approval.state = rejected AND approval.name = Laptop",
    )
    ticket = await desk.create()
    await desk.service.drain()
    request = approvals.ListApprovalsRequest(ticket=ticket.id)
    (asked,) = (await desk.call("ListApprovals", request, approvals.ListApprovalsResponse)).approvals
    decide = approvals.DecideApprovalRequest(ticket=ticket.id, approval_id=asked.id, decision="reject")
    await desk.call("DecideApproval", decide, approvals.DecideApprovalResponse, by=desk.admin)
    assert (await ruled.settled(ticket)).tags == ["refused"]


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ({"type": "notify", "people": ["nobody@acme.example"], "body": "x"}, "actions[0].people[0]"),
        ({"type": "notify", "teams": ["nobodies"], "body": "x"}, "actions[0].teams[0]"),
        ({"type": "watch", "add": ["nobody@acme.example"]}, "actions[0].add[0]"),
        ({"type": "link", "link": "relates", "ticket": "INC-99999999"}, "actions[0].ticket"),
        ({"type": "child", "title": "x", "ticket_type": "wish"}, "actions[0].ticket_type"),
        ({"type": "child", "title": "x", "queue": "nowhere"}, "actions[0].queue"),
        ({"type": "approval", "steps": []}, "actions[0].steps"),
        ({"type": "approval", "steps": [{"approvers": []}]}, "actions[0].steps[0].approvers"),
        (
            {"type": "approval", "steps": [{"approvers": [{"team": "nobodies"}]}]},
            "actions[0].steps[0].approvers[0]",
        ),
    ],
)
async def test_what_is_not_there_is_refused_when_a_rule_is_kept(
    ruled: Ruled, written: Mapping[str, object], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await ruled.rule(written)
    assert path in [error.field for error in refused.value.errors]


async def test_a_dry_run_shows_what_would_be_done_beside_the_ticket(ruled: Ruled) -> None:
    desk = ruled.desk
    ticket = await desk.create("Dry and told")
    await desk.service.drain()
    tried = await ruled.tried(
        rule=rule_pb2.Rule(
            name="Tried",
            on=["created"],
            condition='title = "Dry and told"',
            actions=actions(
                {"type": "notify", "roles": ["team"], "body": "See {{ticket.number}}"},
                {"type": "watch", "add": [desk.colleague.email]},
                {"type": "link", "link": "relates", "ticket": ticket.number},
                {"type": "child", "title": "Below {{ticket.number}}"},
                ASK,
            ),
        ),
    )
    (match,) = tried.matches
    assert [change.field for change in match.changes] == [
        "notification",
        "watchers",
        "links",
        "children",
        "approval",
    ]
    assert match.changes[3].new_value.struct_value["name"] == f"Below {ticket.number}"
    assert await desk.events(events.NotificationRequested, ticket.id) == []


async def test_a_macro_does_the_same_as_whoever_applies_it(desk: TicketsDesk) -> None:
    made = macro_pb2.Macro(
        name="Escalate",
        actions=actions(
            {"type": "child", "title": "Visit for {{ticket.number}}"},
            {"type": "notify", "people": [desk.admin.email], "body": "{{agent.name}} needs help."},
        ),
    )
    request = macros.CreateMacroRequest(macro=made)
    macro = (await desk.call("CreateMacro", request, macros.CreateMacroResponse)).macro
    ticket = await desk.create()
    apply = macros.ApplyMacroRequest(ticket=ticket.id, macro_id=macro.id)
    effect = (await desk.call("ApplyMacro", apply, macros.ApplyMacroResponse)).effect
    assert [change.field for change in effect.changes] == ["children", "notification"]
    (told,) = await desk.events(events.NotificationRequested, ticket.id)
    assert (told.body, told.actor.email) == (f"{desk.agent.name} needs help.", desk.agent.email)


async def test_a_rule_has_a_webhook_called_that_is_there(ruled: Ruled) -> None:
    desk, webhook_id = ruled.desk, str(new_id())
    call = {"type": "webhook", "webhook": "Chat", "body": "{{ticket.number}} is on fire."}

    async def tell(version: int, *, deleted: bool = False) -> None:
        await desk.bus.publish(
            notify_events.WebhookChanged(
                webhook=webhook_pb2.Webhook(id=webhook_id, name="Chat", version=version), deleted=deleted
            ),
            tenant_id=desk.acme,
            aggregate_id=webhook_id,
            version=version,
        )
        await desk.service.drain()

    with pytest.raises(InvalidInput, match="there is no such webhook"):
        await ruled.rule(call)
    await tell(1)
    rule = await ruled.rule(call)
    ticket = await desk.create()
    (asked,) = await desk.events(events.WebhookRequested, ticket.id)
    assert (asked.webhook.id, asked.body) == (webhook_id, f"{ticket.number} is on fire.")
    assert "webhook_called" in {one.action for one in await desk.history(ticket.id)}
    assert "webhook_called" not in {one.action for one in await desk.history(ticket.id, by=desk.requester)}
    await tell(2, deleted=True)
    other = await desk.create()
    assert await desk.events(events.WebhookRequested, other.id) == []
    assert sorted(one.outcome for one in await ruled.log(rule)) == ["done", "failed"]
