"""The service catalogue: items, and orders of them."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.tickets.v1 import catalog_pb2 as nouns
from deskmesh.tickets.v1 import catalog_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.http.answers import listing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import catalog as models
from gateway.http.models.common import list_of, word
from gateway.http.render import catalog as render
from gateway.http.routes.approvals import steps_of
from gateway.http.values import struct

door = Door("catalog")


@door.route(
    "POST",
    "/catalog/items",
    rpcs.CREATE_CATALOG_ITEM,
    gives=models.Item,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_catalog_item(request: Request, body: models.NewItem) -> Response:
    """Add an item to the catalogue.

    Tasks that depend on each other in a circle, conditions that can't be right, and approvers that name nobody are
    refused with their place.
    """
    question = pb.CreateItemRequest(item=_item(body))
    made = (await ask(request, rpcs.CREATE_CATALOG_ITEM, question)).item
    return resource(render.item(made), made.version, HTTPStatus.CREATED, f"{API}/catalog/items/{made.id}")


@door.route("GET", "/catalog/items", rpcs.LIST_CATALOG_ITEMS, gives=list_of(models.Item))
async def list_catalog_items(request: Request, query: Annotated[models.ItemQuery, Query()]) -> Response:
    """List what you may order, by category and name; all items, where you configure them."""
    question = pb.ListItemsRequest(
        page_size=query.page_size, page_token=query.page_token, category=query.category
    )
    answer = await ask(request, rpcs.LIST_CATALOG_ITEMS, question)
    return listing([render.item(one) for one in answer.items], answer.next_page_token)


@door.route("GET", "/catalog/items/{item}", rpcs.GET_CATALOG_ITEM, gives=models.Item, versioned=True)
async def get_catalog_item(request: Request, item: str) -> Response:
    """Read an item, by id or slug."""
    found = (await ask(request, rpcs.GET_CATALOG_ITEM, pb.GetItemRequest(item=item))).item
    return resource(render.item(found), found.version)


@door.route("PATCH", "/catalog/items/{item}", rpcs.UPDATE_CATALOG_ITEM, gives=models.Item, versioned=True)
async def update_catalog_item(request: Request, item: str, body: models.ItemPatch) -> Response:
    """Change an item; what was ordered before goes on as it was."""
    question = pb.UpdateItemRequest(
        item=item,
        patch=_item(body),
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_CATALOG_ITEM, question)).item
    return resource(render.item(changed), changed.version)


@door.route(
    "POST",
    "/catalog/items/{item}/requests",
    rpcs.ORDER_CATALOG_ITEM,
    gives=models.Order,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def order_catalog_item(request: Request, item: str, body: models.NewOrder) -> Response:
    """Order an item.

    It becomes a ticket. Who has to approve is asked; then the tasks are made as tickets below it, each when those that
    it depends on have ended, and with the last one the request is resolved. A rejection cancels it with the reason.
    """
    question = pb.OrderItemRequest(
        item=item,
        fields=struct(body.fields) if body.fields else None,
        comment=body.comment,
        requester=word(body.requester),
        quantity=body.quantity,
    )
    made = await ask(request, rpcs.ORDER_CATALOG_ITEM, question)
    location = f"{API}/tickets/{made.ticket.id}"
    return resource(
        render.order(made.ticket, made.request), made.ticket.version, HTTPStatus.CREATED, location
    )


@door.route(
    "GET",
    "/catalog/requests/{ticket}",
    rpcs.GET_CATALOG_REQUEST,
    gives=models.Order,
    versioned=True,
)
async def get_catalog_request(request: Request, ticket: str) -> Response:
    """Read what was ordered by a ticket, and how far it is."""
    found = await ask(request, rpcs.GET_CATALOG_REQUEST, pb.GetOrderRequest(ticket=ticket))
    return resource(render.order(found.ticket, found.request), found.ticket.version)


def _item(body: models.NewItem | models.ItemPatch) -> nouns.CatalogItem:
    entitlement = body.entitlement
    return nouns.CatalogItem(
        slug=body.slug or "",
        name=body.name or "",
        category=body.category or "",
        description=body.description or "",
        active=bool(body.active),
        type=body.type or "",
        queue=word(body.queue),
        form=[
            nouns.CatalogQuestion(field=one.field, required=one.required, condition=one.condition or "")
            for one in body.form or ()
        ],
        price=None
        if body.price is None
        else nouns.CatalogPrice(
            amount=body.price.amount, currency=body.price.currency, period=body.price.period
        ),
        entitlement=None
        if entitlement is None
        else nouns.CatalogEntitlement(
            teams=entitlement.teams, organizations=entitlement.organizations, roles=entitlement.roles
        ),
        approval=steps_of(body.approval or ()),
        own_allowed=bool(body.own_allowed),
        tasks=[
            nouns.CatalogTaskTemplate(
                key=one.key,
                title=one.title,
                description=one.description or "",
                type=one.type,
                queue=word(one.queue),
                depends_on=one.depends_on,
            )
            for one in body.tasks or ()
        ],
    )
