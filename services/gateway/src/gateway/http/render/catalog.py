"""The catalogue, as JSON."""

from deskmesh.tickets.v1 import approval_service_pb2 as approvals
from deskmesh.tickets.v1 import catalog_pb2 as pb
from deskmesh.tickets.v1 import ticket_pb2
from gateway.http.render.approvals import duration
from gateway.http.render.tickets import ticket as render_ticket
from gateway.http.values import JsonObject, JsonValue, moment, ref, text


def item(value: pb.CatalogItem) -> JsonObject:
    """Write an item."""
    return {
        "id": value.id,
        "key": value.slug,
        "slug": value.slug,
        "name": value.name,
        "category": text(value.category),
        "description": value.description,
        "active": value.active,
        "type": value.type,
        "queue": text(value.queue),
        "form": [
            {"field": one.field, "required": one.required, "condition": text(one.condition)}
            for one in value.form
        ],
        "price": price(value.price),
        "entitlement": {
            "teams": list(value.entitlement.teams),
            "organizations": list(value.entitlement.organizations),
            "roles": list(value.entitlement.roles),
        },
        "approval": [_step(one) for one in value.approval],
        "own_allowed": value.own_allowed,
        "tasks": [
            {
                "key": one.key,
                "title": one.title,
                "description": text(one.description),
                "type": one.type,
                "queue": text(one.queue),
                "depends_on": list(one.depends_on),
            }
            for one in value.tasks
        ],
        "created_at": moment(value.created_at),
        "updated_at": moment(value.updated_at),
        "version": value.version,
    }


def price(value: pb.CatalogPrice) -> JsonObject | None:
    """Write a price; what costs nothing has none."""
    if not value.currency:
        return None
    return {"amount": value.amount, "currency": value.currency, "period": value.period}


def order(ticket: ticket_pb2.Ticket, value: pb.CatalogRequest) -> JsonObject:
    """Write the ticket of an order with what was ordered."""
    return {
        **render_ticket(ticket),
        "catalog": {
            "item": ref(value.item),
            "quantity": value.quantity,
            "price": price(value.price),
            "state": value.state,
            "tasks": [_task(one) for one in value.tasks],
        },
    }


def _task(value: pb.CatalogTask) -> JsonObject:
    return {
        "key": value.key,
        "title": value.title,
        "state": value.state,
        "depends_on": list(value.depends_on),
        "ticket": {"id": value.ticket_id, "key": value.ticket_number, "name": value.title}
        if value.ticket_id
        else None,
    }


def _step(value: approvals.NewApprovalStep) -> JsonObject:
    approvers: list[JsonValue] = []
    for one in value.approvers:
        who = one.WhichOneof("who") or "person"
        approvers.append({who: getattr(one, who)})
    return {
        "name": text(value.name),
        "mode": value.mode,
        "quorum": value.quorum or None,
        "stage": value.stage or None,
        "approvers": approvers,
        "remind_after": duration(value.remind_after_seconds),
        "expires_after": duration(value.expires_after_seconds),
    }
