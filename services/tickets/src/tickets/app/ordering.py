"""Ordering an item of the catalogue: the ticket, its approval, its tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import InvalidInput, NotFound, WrongState
from chassis.ids import new_id
from tickets.app.access import readable_ticket
from tickets.app.actors import occasion_of
from tickets.app.approving import NewApproval, start_approval
from tickets.app.catalog import draft_of, find_item, is_orderable
from tickets.app.catalog_forms import check_answers
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.creating import NewTicket, check_new, place_ticket, require_create
from tickets.app.directory import names_caller, require_person
from tickets.app.fulfilling import begin_fulfilment
from tickets.app.making import make_ticket
from tickets.app.opening import Desk
from tickets.app.people import requester_of, require_naming, with_its_people
from tickets.app.recording import view_ticket
from tickets.db.catalog import CatalogItem, CatalogRequest, CatalogTask
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView
from tickets.domain.catalog import MAX_QUANTITY
from tickets.domain.texts import MAX_BODY

CHANNEL = "portal"


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What is ordered; an empty requester is the caller."""

    item: str
    fields: Mapping[str, object] = field(default_factory=dict)
    comment: str = ""
    requester: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class OrderView:
    """A request of the catalogue: its ticket, its item, and its tasks with the numbers of their tickets."""

    ticket: TicketView
    request: CatalogRequest
    item: CatalogItem
    tasks: list[tuple[CatalogTask, str]]


async def order_item(tx: Tx, *, configuration: Configuration, desk: Desk, order: NewOrder) -> OrderView:
    """Makes the ticket of an order and asks who has to approve, or begins with the tasks.

    Raises NotFound for what the caller may not order, InvalidInput for wrong answers, Forbidden, WrongState where nobody
    is there to approve.
    """
    item = await find_item(tx, order.item)
    if not is_orderable(item):
        raise NotFound("catalogue item")
    require_naming(order.requester)
    draft = draft_of(item)
    problems = Problems()
    if not 1 <= order.quantity <= MAX_QUANTITY:
        problems.add("quantity", f"must be 1 to {MAX_QUANTITY}")
    problems.text("comment", order.comment, limit=MAX_BODY)
    checked = {
        slug: value
        for slug, value in problems.values(configuration.fields, order.fields).items()
        if value is not None
    }
    if all(slug in configuration.fields for slug in order.fields):
        check_answers(draft.form, configuration.fields, checked, problems)
    problems.raise_any()
    caller = current_caller()
    key = caller.subject if names_caller(order.requester) else order.requester
    person = await require_person(tx, key, "requester")
    amount = f" ({order.quantity})" if order.quantity > 1 else ""
    new = NewTicket(
        title=f"{item.name}{amount}",
        description=order.comment,
        type=draft.type,
        queue=draft.queue,
        fields=checked,
        channel=CHANNEL,
        language=person.language,
        requester=await requester_of(tx, person),
    )
    placing = place_ticket(configuration, new)
    require_create(placing)
    new = await with_its_people(tx, configuration.fields, check_new(configuration, new, placing))
    ticket = await make_ticket(tx, configuration=configuration, desk=desk, new=new, occasion=occasion_of())
    request = CatalogRequest(
        id=ticket.id,
        item_id=item.id,
        quantity=order.quantity,
        price=item.price,
        state="approval" if draft.approval else "fulfilment",
    )
    tx.add(request)
    await tx.flush()
    for place, task in enumerate(draft.tasks):
        tx.add(
            CatalogTask(
                id=new_id(),
                request_id=request.id,
                position=place,
                key=task.key,
                title=task.title,
                description=task.description,
                type=task.type,
                queue=task.queue,
                depends_on=list(task.depends_on),
                state="waiting",
            )
        )
    await tx.flush()
    if draft.approval:
        await _ask(tx, configuration, ticket, NewApproval(draft.approval, item.name, draft.own_allowed))
    else:
        await begin_fulfilment(tx, configuration=configuration, desk=desk, ticket=ticket)
    return await _view(tx, configuration, ticket, request)


async def get_order(tx: Tx, *, configuration: Configuration, ticket: str) -> OrderView:
    """The request of the catalogue that a ticket is. Raises NotFound."""
    found = await readable_ticket(tx, configuration, ticket)
    request = await tx.get(CatalogRequest, found.id)
    if request is None:
        raise NotFound("catalogue request")
    return await _view(tx, configuration, found, request)


async def _ask(tx: Tx, configuration: Configuration, ticket: Ticket, new: NewApproval) -> None:
    try:
        await start_approval(tx, configuration=configuration, ticket=ticket, new=new)
    except InvalidInput as error:
        reasons = "; ".join(dict.fromkeys(wrong.reason for wrong in error.errors))
        raise WrongState("NOBODY_TO_APPROVE", f"Nobody can approve this order: {reasons}.") from error


async def _view(tx: Tx, configuration: Configuration, ticket: Ticket, request: CatalogRequest) -> OrderView:
    item = await tx.get(CatalogItem, request.item_id)
    assert item is not None  # items are never removed
    rows = await tx.execute(
        select(CatalogTask, Ticket.number)
        .outerjoin(Ticket, (Ticket.tenant_id == CatalogTask.tenant_id) & (Ticket.id == CatalogTask.ticket_id))
        .where(CatalogTask.request_id == request.id)
        .order_by(CatalogTask.position)
    )
    tasks = [(task, number or "") for task, number in rows]
    return OrderView(await view_ticket(tx, configuration, ticket), request, item, tasks)
