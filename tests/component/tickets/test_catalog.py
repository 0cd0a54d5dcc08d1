"""The service catalogue: kept, shown, ordered, approved and fulfilled."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
from google.protobuf.struct_pb2 import Struct
from tickets_desk import REQUESTER, TicketsDesk, user_message

from chassis.errors import AlreadyExists, InvalidInput, NotFound, Stale, WrongState
from chassis.ids import new_id
from chassis.testing.identity import Person
from chassis.testing.waiting import eventually
from deskmesh.tickets.v1 import approval_service_pb2 as approvals
from deskmesh.tickets.v1 import catalog_pb2 as nouns
from deskmesh.tickets.v1 import catalog_service_pb2 as rpc

Task = nouns.CatalogTaskTemplate
Question = nouns.CatalogQuestion


@dataclass
class Shop:
    """A desk whose requester may order, and somebody who approves."""

    desk: TicketsDesk
    buyer: Person
    approver: Person

    async def item(self, **said: Any) -> nouns.CatalogItem:  # noqa: ANN401 - fields of the message by name
        slug = f"item-{new_id().hex[-12:]}"
        item = nouns.CatalogItem(**{"slug": slug, "name": "Laptop", "active": True, **said})
        request = rpc.CreateItemRequest(item=item)
        answer = await self.desk.call("CreateItem", request, rpc.CreateItemResponse, by=self.desk.admin)
        return answer.item

    async def order(
        self, item: nouns.CatalogItem, fields: dict[str, Any] | None = None, *, by: Person | None = None
    ) -> rpc.OrderItemResponse:
        answers = Struct()
        answers.update(fields or {})
        request = rpc.OrderItemRequest(item=item.slug, fields=answers)
        return await self.desk.call("OrderItem", request, rpc.OrderItemResponse, by=by or self.buyer)

    async def get(self, ticket: str) -> rpc.GetOrderResponse:
        return await self.desk.call(
            "GetOrder", rpc.GetOrderRequest(ticket=ticket), rpc.GetOrderResponse, by=self.buyer
        )

    async def decide(self, ticket: str, decision: str, comment: str = "") -> None:
        listed = await self.desk.call(
            "ListApprovals", approvals.ListApprovalsRequest(ticket=ticket), approvals.ListApprovalsResponse
        )
        (approval,) = listed.approvals
        request = approvals.DecideApprovalRequest(
            ticket=ticket, approval_id=approval.id, decision=decision, comment=comment
        )
        await self.desk.call("DecideApproval", request, approvals.DecideApprovalResponse, by=self.approver)

    async def tasks(self, ticket: str, states: list[str]) -> list[nouns.CatalogTask]:
        """The tasks of a request, once they have these states."""

        async def look() -> list[nouns.CatalogTask]:
            tasks = list((await self.get(ticket)).request.tasks)
            assert [task.state for task in tasks] == states
            return tasks

        return await eventually(look)


@pytest_asyncio.fixture(scope="module")
async def shop(desk: TicketsDesk) -> AsyncIterator[Shop]:
    approver = Person(desk.acme, email="chief@acme.example", name="Chief", scopes=REQUESTER)
    await desk.tell_user(desk.acme, user_message(approver.id, approver.email, "Chief", "requester"))
    await desk.service.drain()
    yield Shop(desk, replace(desk.requester, roles=("requester",)), approver)


def asks(person: Person) -> list[approvals.NewApprovalStep]:
    return [approvals.NewApprovalStep(approvers=[approvals.Approver(person=person.email)])]


async def test_an_order_is_approved_then_its_tasks_come_one_after_the_other(shop: Shop) -> None:
    item = await shop.item(
        approval=asks(shop.approver),
        tasks=[
            Task(key="buy", title="Order it"),
            Task(key="account", title="Make an account", queue="applications"),
            Task(key="install", title="Install it", depends_on=["buy", "account"]),
        ],
        price=nouns.CatalogPrice(amount="1299.00", currency="EUR", period="once"),
    )
    ordered = await shop.order(item)
    ticket = ordered.ticket
    assert (ticket.number[:4], ticket.title, ticket.requester.email) == (
        "REQ-",
        "Laptop",
        shop.buyer.email,
    )
    assert (ordered.request.state, ordered.request.price.amount) == ("approval", "1299.00")
    await shop.tasks(ticket.id, ["waiting", "waiting", "waiting"])
    await shop.decide(ticket.id, "approve")
    buy, account, _ = await shop.tasks(ticket.id, ["open", "open", "waiting"])
    child = await shop.desk.get(account.ticket_id)
    assert (child.parent_id, child.queue.key, child.number[:4]) == (ticket.id, "applications", "TSK-")
    assert not child.requester.id
    await shop.desk.move(buy.ticket_id, "resolved")
    await shop.desk.move(account.ticket_id, "cancelled")
    install = (await shop.tasks(ticket.id, ["done", "done", "open"]))[2]
    await shop.desk.move(install.ticket_id, "resolved")
    await shop.tasks(ticket.id, ["done", "done", "done"])
    resolved = await shop.desk.get(ticket.id)
    assert resolved.state == "resolved"
    assert (await shop.desk.history(ticket.id))[-1].rule == "catalog"


async def test_a_rejection_cancels_with_the_reason_told(shop: Shop) -> None:
    item = await shop.item(approval=asks(shop.approver), tasks=[Task(key="buy", title="Order it")])
    ticket = (await shop.order(item)).ticket
    await shop.decide(ticket.id, "reject", "Repair the old one.")

    async def is_cancelled() -> bool:
        return (await shop.desk.get(ticket.id)).state == "cancelled"

    await eventually(is_cancelled)
    (comment,) = await shop.desk.comments(ticket.id, by=shop.buyer)
    assert comment.body == "The request was not approved.\n\nRepair the old one."
    order = (await shop.get(ticket.id)).request
    assert (order.state, [task.state for task in order.tasks]) == ("refused", ["waiting"])


async def test_without_approval_the_tasks_begin_at_once(shop: Shop) -> None:
    item = await shop.item(tasks=[Task(key="reset", title="Reset it", type="change")])
    ordered = await shop.order(item)
    assert [task.state for task in ordered.request.tasks] == ["open"]
    assert (await shop.desk.get(ordered.request.tasks[0].ticket_id)).type == "change"


async def test_whom_an_order_is_for_watches_its_ticket(shop: Shop) -> None:
    item = await shop.item(form=[Question(field="on_behalf_of", required=True)])
    ordered = await shop.order(item, {"on_behalf_of": shop.desk.colleague.email})
    ticket = await shop.desk.get(ordered.ticket.id, by=shop.desk.colleague)
    assert [watcher.email for watcher in ticket.watchers] == [shop.desk.colleague.email]


async def test_a_form_asks_for_what_its_conditions_say(shop: Shop) -> None:
    item = await shop.item(
        form=[
            Question(field="device_kind", required=True),
            Question(field="location", required=True, condition='fields.device_kind = "laptop"'),
            Question(field="affected_users", condition="fields.works_remotely = true"),
            Question(field="works_remotely"),
        ]
    )
    for answers, wrong in (
        ({}, {"fields.device_kind"}),
        ({"device_kind": "laptop"}, {"fields.location"}),
        ({"device_kind": "phone", "location": "Here"}, {"fields.location"}),
        ({"device_kind": "phone", "contact_phone": "1"}, {"fields.contact_phone"}),
        ({"device_kind": "phone", "affected_users": 3}, {"fields.affected_users"}),
        ({"device_kind": "toaster"}, {"fields.device_kind"}),
        ({"colour": "red"}, {"fields.colour"}),
    ):
        with pytest.raises(InvalidInput) as caught:
            await shop.order(item, answers)
        assert {error.field for error in caught.value.errors} >= wrong, answers
    answers = {"device_kind": "phone", "works_remotely": True, "affected_users": 3}
    ordered = await shop.order(item, answers)
    assert dict(ordered.ticket.fields) == answers


async def test_only_who_is_entitled_sees_and_orders(shop: Shop) -> None:
    item = await shop.item(
        category="Secret", entitlement=nouns.CatalogEntitlement(roles=["agent"], teams=["network"])
    )
    inactive = await shop.item(category="Secret", active=False)
    wanted = rpc.ListItemsRequest(category="Secret")

    async def listed(by: Person) -> set[str]:
        answer = await shop.desk.call("ListItems", wanted, rpc.ListItemsResponse, by=by)
        return {one.id for one in answer.items}

    assert await listed(shop.buyer) == set()
    assert await listed(replace(shop.buyer, roles=("agent",))) == {item.id}
    member = replace(shop.buyer, team_ids=frozenset(item.entitlement.teams))
    assert await listed(member) == {item.id}
    assert await listed(shop.desk.admin) == {item.id, inactive.id}
    assert await listed(shop.desk.stranger) == set()
    for one in (item, inactive):
        with pytest.raises(NotFound):
            await shop.order(one)
    with pytest.raises(NotFound):
        await shop.desk.call("GetItem", rpc.GetItemRequest(item=item.id), rpc.GetItemResponse, by=shop.buyer)
    assert (await shop.order(item, by=member)).ticket.id


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"slug": "No slug"}, "slug"),
        ({"name": " "}, "name"),
        ({"type": "riddle"}, "type"),
        ({"queue": "nowhere"}, "queue"),
        ({"form": [Question(field="colour")]}, "form[0].field"),
        ({"form": [Question(field="location", condition='fields.colour = "x"')]}, "form[0].condition"),
        ({"price": nouns.CatalogPrice(amount="x", currency="EUR", period="once")}, "price.amount"),
        ({"entitlement": nouns.CatalogEntitlement(teams=["nobody"])}, "entitlement.teams[0]"),
        ({"approval": [approvals.NewApprovalStep()]}, "approval[0].approvers"),
        ({"tasks": [Task(key="a", title="A", depends_on=["a"])]}, "tasks[0].depends_on"),
        ({"tasks": [Task(key="a")]}, "tasks[0].title"),
    ],
)
async def test_an_item_that_cannot_be_right_is_refused_with_its_place(
    shop: Shop, said: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await shop.item(**said)
    assert [error.field for error in caught.value.errors] == [field]


async def test_an_item_is_changed_by_one_at_a_time_and_its_slug_is_its_own(shop: Shop) -> None:
    item = await shop.item()
    with pytest.raises(AlreadyExists):
        await shop.item(slug=item.slug)
    request = rpc.UpdateItemRequest(
        item=item.slug,
        patch=nouns.CatalogItem(name="Notebook"),
        update_mask={"paths": ["name"]},  # type: ignore[arg-type]  # a mask by its field
        expected_version=item.version,
    )
    changed = await shop.desk.call("UpdateItem", request, rpc.UpdateItemResponse, by=shop.desk.admin)
    assert (changed.item.name, changed.item.version) == ("Notebook", item.version + 1)
    with pytest.raises(Stale):
        await shop.desk.call("UpdateItem", request, rpc.UpdateItemResponse, by=shop.desk.admin)


async def test_an_order_that_nobody_can_approve_makes_nothing(shop: Shop) -> None:
    item = await shop.item(
        name="Impossible",
        approval=[approvals.NewApprovalStep(approvers=[approvals.Approver(manager=True)])],
    )
    with pytest.raises(WrongState) as caught:
        await shop.order(item)
    assert caught.value.reason == "NOBODY_TO_APPROVE"
    assert await shop.desk.rows("SELECT 1 FROM tickets WHERE title = 'Impossible'") == []
