"""The RPCs of the service catalogue, and the timer that carries its requests on."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from chassis.context import current_caller, use_caller
from chassis.db import Tx
from chassis.paging import page_of
from chassis.timers import Timer, TimerHandler
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import approval_service_pb2 as approvals
from deskmesh.tickets.v1 import catalog_pb2 as nouns
from deskmesh.tickets.v1 import catalog_service_pb2 as pb
from tickets.api.answers import ticket_answer
from tickets.api.approvals import steps_of
from tickets.api.requests import known_names, values_of
from tickets.app import catalog, ordering
from tickets.app.approvers import Approver
from tickets.app.approving import NewStep
from tickets.app.catalog import ItemDraft
from tickets.app.configuration import Configurations
from tickets.app.fulfilling import carry_on
from tickets.app.opening import Desk
from tickets.app.ordering import NewOrder, OrderView
from tickets.db.catalog import CatalogItem
from tickets.domain.catalog import FULFIL, Entitlement, Price, Question, TaskTemplate
from tickets.publish.messages import moment

_PLAIN = ("slug", "name", "category", "description", "active", "type", "queue", "own_allowed")
_FIELDS = frozenset({*_PLAIN, "form", "price", "entitlement", "approval", "tasks"})


@dataclass(frozen=True, slots=True)
class CatalogServicer:
    """CatalogService."""

    configurations: Configurations
    desk: Desk

    async def CreateItem(self, tx: Tx, request: pb.CreateItemRequest) -> pb.CreateItemResponse:
        made = await catalog.create_item(
            tx,
            configuration=await self.configurations.within(tx),
            draft=ItemDraft(**_values(request.item, _FIELDS)),  # type: ignore[arg-type]  # its own fields
        )
        return pb.CreateItemResponse(item=item_message(made))

    async def GetItem(self, tx: Tx, request: pb.GetItemRequest) -> pb.GetItemResponse:
        return pb.GetItemResponse(item=item_message(await catalog.get_item(tx, item=request.item)))

    async def ListItems(self, tx: Tx, request: pb.ListItemsRequest) -> pb.ListItemsResponse:
        rows, token = await catalog.list_items(tx, category=request.category, page=page_of(request))
        return pb.ListItemsResponse(items=[item_message(row) for row in rows], next_page_token=token)

    async def UpdateItem(self, tx: Tx, request: pb.UpdateItemRequest) -> pb.UpdateItemResponse:
        changed = await catalog.update_item(
            tx,
            configuration=await self.configurations.within(tx),
            item=request.item,
            changes=_values(request.patch, known_names(request.update_mask, _FIELDS)),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateItemResponse(item=item_message(changed))

    async def OrderItem(self, tx: Tx, request: pb.OrderItemRequest) -> pb.OrderItemResponse:
        order = NewOrder(
            request.item,
            values_of(request.fields),
            request.comment,
            request.requester,
            request.quantity or 1,
        )
        view = await ordering.order_item(
            tx, configuration=await self.configurations.within(tx), desk=self.desk, order=order
        )
        return pb.OrderItemResponse(ticket=ticket_answer(view.ticket), request=_request(view))

    async def GetOrder(self, tx: Tx, request: pb.GetOrderRequest) -> pb.GetOrderResponse:
        configuration = await self.configurations.within(tx)
        view = await ordering.get_order(tx, configuration=configuration, ticket=request.ticket)
        return pb.GetOrderResponse(ticket=ticket_answer(view.ticket), request=_request(view))


@dataclass(frozen=True, slots=True)
class FulfilmentTimers:
    """Carries requests on when an approval or a task of theirs has ended."""

    configurations: Configurations
    desk: Desk

    async def on_fulfilment(self, tx: Tx, timers: list[Timer]) -> None:
        """Makes the tasks that are due, or ends the request."""
        configuration = await self.configurations.within(tx)
        for timer in timers:
            with use_caller(replace(current_caller(), cause=f"timer:{timer.id}")):
                await carry_on(tx, configuration=configuration, desk=self.desk, ticket_id=UUID(timer.key))

    def handler(self) -> TimerHandler:
        """The handler; one at a time, so that two batches cannot lock tickets in different orders."""
        return TimerHandler(kind=FULFIL, handle=self.on_fulfilment, batch=1)


def _values(item: nouns.CatalogItem, names: Iterable[str]) -> dict[str, object]:
    """The named fields of an item, as its draft has them."""
    values: dict[str, object] = {name: getattr(item, name) for name in _PLAIN}
    values["type"] = item.type or "service_request"
    values["form"] = [Question(one.field, one.required, one.condition) for one in item.form]
    values["price"] = Price(item.price.amount, item.price.currency, item.price.period)
    values["entitlement"] = Entitlement(
        list(item.entitlement.teams),
        list(item.entitlement.organizations),
        list(item.entitlement.roles),
    )
    values["approval"] = steps_of(item.approval, "approval")
    values["tasks"] = [
        TaskTemplate(one.key, one.title, one.description, one.type or "task", one.queue, list(one.depends_on))
        for one in item.tasks
    ]
    return {name: values[name] for name in names}


def item_message(row: CatalogItem) -> nouns.CatalogItem:
    """An item of the catalogue."""
    draft = catalog.draft_of(row)
    return nouns.CatalogItem(
        id=str(row.id),
        form=[nouns.CatalogQuestion(**asdict(question)) for question in draft.form],
        price=nouns.CatalogPrice(**asdict(draft.price)),
        entitlement=nouns.CatalogEntitlement(**asdict(draft.entitlement)),
        approval=[_step(step) for step in draft.approval],
        tasks=[nouns.CatalogTaskTemplate(**asdict(task)) for task in draft.tasks],
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
        version=row.version,
        **{name: getattr(draft, name) for name in _PLAIN},
    )


def _step(step: NewStep) -> approvals.NewApprovalStep:
    return approvals.NewApprovalStep(
        **{name: value for name, value in asdict(step).items() if name != "approvers"},
        approvers=[_approver(one) for one in step.approvers],
    )


def _approver(approver: Approver) -> approvals.Approver:
    match approver.kind:
        case "person":
            return approvals.Approver(person=approver.key)
        case "team":
            return approvals.Approver(team=approver.key)
        case "manager":
            return approvals.Approver(manager=True)


def _request(view: OrderView) -> nouns.CatalogRequest:
    return nouns.CatalogRequest(
        item=common.Ref(id=str(view.item.id), key=view.item.slug, name=view.item.name),
        quantity=view.request.quantity,
        price=nouns.CatalogPrice(**{name: str(value) for name, value in view.request.price.items()}),
        state=view.request.state,
        tasks=[
            nouns.CatalogTask(
                key=task.key,
                title=task.title,
                state=task.state,
                ticket_id=str(task.ticket_id or ""),
                ticket_number=number,
                depends_on=task.depends_on,
            )
            for task, number in view.tasks
        ],
    )
