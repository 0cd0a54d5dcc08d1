"""Configuration items and relations."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from deskmesh.cmdb.v1 import item_pb2 as nouns
from deskmesh.cmdb.v1 import item_service_pb2 as pb
from deskmesh.common.v1.types_pb2 import PersonRef
from gateway.clients import cmdb as rpcs
from gateway.http.answers import listing, nothing, resource
from gateway.http.desk import ask
from gateway.http.door import API, Door
from gateway.http.headers import expected_version
from gateway.http.models import cmdb as models
from gateway.http.models.common import PersonInput, SearchQuery, list_of, word
from gateway.http.render import cmdb as render
from gateway.http.values import person_named, struct

door = Door("cmdb")


@door.route(
    "POST", "/cmdb/items", rpcs.CREATE_ITEM, gives=models.Item, status=HTTPStatus.CREATED, versioned=True
)
async def create_item(request: Request, body: models.NewItem) -> Response:
    """Create a configuration item."""
    question = pb.CreateItemRequest(item=_item(body))
    made = (await ask(request, rpcs.CREATE_ITEM, question)).item
    return resource(render.item(made), made.version, HTTPStatus.CREATED, f"{API}/cmdb/items/{made.id}")


@door.route("GET", "/cmdb/items", rpcs.LIST_ITEMS, gives=list_of(models.Item))
async def list_items(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """List configuration items: all for agents, their own for requesters."""
    question = pb.ListItemsRequest(
        page_size=query.page_size, page_token=query.page_token, filter=query.filter, order_by=query.order_by
    )
    answer = await ask(request, rpcs.LIST_ITEMS, question)
    return listing([render.item(item) for item in answer.items], answer.next_page_token)


@door.route("GET", "/cmdb/items/{item}", rpcs.GET_ITEM, gives=models.Item, versioned=True)
async def get_item(request: Request, item: str) -> Response:
    """Read a configuration item, by id or number."""
    found = (await ask(request, rpcs.GET_ITEM, pb.GetItemRequest(item=item))).item
    return resource(render.item(found), found.version)


@door.route("PATCH", "/cmdb/items/{item}", rpcs.UPDATE_ITEM, gives=models.Item, versioned=True)
async def update_item(request: Request, item: str, body: models.ItemPatch) -> Response:
    """Change a configuration item."""
    question = pb.UpdateItemRequest(
        item_id=item,
        patch=_item(body),
        update_mask=FieldMask(paths=["class" if name == "class_" else name for name in body.named()]),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_ITEM, question)).item
    return resource(render.item(changed), changed.version)


@door.route(
    "POST",
    "/cmdb/relations",
    rpcs.CREATE_RELATION,
    gives=models.Relation,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_relation(request: Request, body: models.NewRelation) -> Response:
    """Relate two items: with `depends_on`, the source depends on the target."""
    relation = nouns.Relation(type=body.type, source_id=body.source_id, target_id=body.target_id)
    made = (await ask(request, rpcs.CREATE_RELATION, pb.CreateRelationRequest(relation=relation))).relation
    return resource(
        render.relation(made), made.version, HTTPStatus.CREATED, f"{API}/cmdb/relations/{made.id}"
    )


@door.route("GET", "/cmdb/relations", rpcs.LIST_RELATIONS, gives=list_of(models.Relation))
async def list_relations(request: Request, query: Annotated[models.RelationQuery, Query()]) -> Response:
    """List relations, filtered by `source_id`, `target_id` or `type`."""
    question = pb.ListRelationsRequest(
        page_size=query.page_size, page_token=query.page_token, filter=query.filter
    )
    answer = await ask(request, rpcs.LIST_RELATIONS, question)
    return listing([render.relation(item) for item in answer.relations], answer.next_page_token)


@door.route("GET", "/cmdb/relations/{relation}", rpcs.GET_RELATION, gives=models.Relation, versioned=True)
async def get_relation(request: Request, relation: str) -> Response:
    """Read a relation."""
    question = pb.GetRelationRequest(relation_id=relation)
    found = (await ask(request, rpcs.GET_RELATION, question)).relation
    return resource(render.relation(found), found.version)


@door.route("DELETE", "/cmdb/relations/{relation}", rpcs.DELETE_RELATION, status=HTTPStatus.NO_CONTENT)
async def delete_relation(request: Request, relation: str) -> Response:
    """Delete a relation."""
    await ask(request, rpcs.DELETE_RELATION, pb.DeleteRelationRequest(relation_id=relation))
    return nothing()


def _item(body: models.NewItem | models.ItemPatch) -> nouns.Item:
    item = nouns.Item(
        name=body.name or "",
        attributes=struct(body.attributes) if body.attributes else None,
        state=body.state or "",
        holder=_holder(body.holder),
    )
    # `class` is a word of Python's own.
    setattr(item, "class", body.class_ or "")
    return item


def _holder(holder: PersonInput | None) -> PersonRef | None:
    name = word(holder)
    return person_named(name) if name else None
