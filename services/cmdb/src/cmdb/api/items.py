"""The RPC door to items and relations."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf import json_format

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from chassis.paging import page_of
from cmdb.app import items, listing, relations
from cmdb.db.tables import Item, Relation
from cmdb.publish import item_message
from deskmesh.cmdb.v1 import item_pb2
from deskmesh.cmdb.v1 import item_service_pb2 as rpc

# Names that an update mask may hold, and the field of the input behind each.
_WRITABLE = {
    "class": "class",
    "name": "name",
    "attributes": "attributes",
    "state": "state",
    "holder": "holder",
    "holder.id": "holder",
    "holder.email": "holder",
}


class ItemServicer:
    """deskmesh.cmdb.v1.ItemService."""

    async def CreateItem(self, tx: Tx, request: rpc.CreateItemRequest) -> rpc.CreateItemResponse:
        item = await items.create_item(tx, item=_input(request.item))
        return rpc.CreateItemResponse(item=await _message(tx, item))

    async def GetItem(self, tx: Tx, request: rpc.GetItemRequest) -> rpc.GetItemResponse:
        item = await items.get_item(tx, item=request.item)
        return rpc.GetItemResponse(item=await _message(tx, item))

    async def ListItems(self, tx: Tx, request: rpc.ListItemsRequest) -> rpc.ListItemsResponse:
        found, next_page_token = await listing.list_items(
            tx, page=page_of(request), filter_text=request.filter, order_by=request.order_by
        )
        holders = await items.holders_of(tx, found)
        return rpc.ListItemsResponse(
            items=[item_message(one, holders.get(one.holder_id) if one.holder_id else None) for one in found],
            next_page_token=next_page_token,
        )

    async def UpdateItem(self, tx: Tx, request: rpc.UpdateItemRequest) -> rpc.UpdateItemResponse:
        item = await items.update_item(
            tx,
            item_id=request.item_id,
            item=_input(request.patch),
            fields=_fields(request.update_mask.paths),
            expected_version=request.expected_version or None,
        )
        return rpc.UpdateItemResponse(item=await _message(tx, item))

    async def CreateRelation(self, tx: Tx, request: rpc.CreateRelationRequest) -> rpc.CreateRelationResponse:
        given = request.relation
        relation = await relations.create_relation(
            tx, relation=relations.RelationInput(given.type, given.source_id, given.target_id)
        )
        return rpc.CreateRelationResponse(relation=_relation_message(relation))

    async def GetRelation(self, tx: Tx, request: rpc.GetRelationRequest) -> rpc.GetRelationResponse:
        relation = await relations.get_relation(tx, relation_id=request.relation_id)
        return rpc.GetRelationResponse(relation=_relation_message(relation))

    async def ListRelations(self, tx: Tx, request: rpc.ListRelationsRequest) -> rpc.ListRelationsResponse:
        found, next_page_token = await listing.list_relations(
            tx, page=page_of(request), filter_text=request.filter
        )
        return rpc.ListRelationsResponse(
            relations=[_relation_message(one) for one in found], next_page_token=next_page_token
        )

    async def DeleteRelation(self, tx: Tx, request: rpc.DeleteRelationRequest) -> rpc.DeleteRelationResponse:
        await relations.delete_relation(tx, relation_id=request.relation_id)
        return rpc.DeleteRelationResponse()


def _input(message: item_pb2.Item) -> items.ItemInput:
    return items.ItemInput(
        class_slug=str(getattr(message, "class")),
        name=message.name,
        attributes=json_format.MessageToDict(message.attributes),
        state=message.state,
        holder=message.holder.id or message.holder.email,
    )


def _fields(paths: Iterable[str]) -> frozenset[str]:
    unknown = [path for path in paths if path not in _WRITABLE]
    if unknown:
        raise InvalidInput([FieldError(path, "can't be changed") for path in unknown])
    found = frozenset(_WRITABLE[path] for path in paths)
    if not found:
        raise InvalidInput([FieldError("update_mask", "must name at least one field")])
    return found


async def _message(tx: Tx, item: Item) -> item_pb2.Item:
    holders = await items.holders_of(tx, [item])
    return item_message(item, holders.get(item.holder_id) if item.holder_id else None)


def _relation_message(relation: Relation) -> item_pb2.Relation:
    message = item_pb2.Relation(
        id=str(relation.id),
        type=relation.type,
        source_id=str(relation.source_id),
        target_id=str(relation.target_id),
        version=relation.version,
    )
    message.created_at.FromDatetime(relation.created_at)
    return message
