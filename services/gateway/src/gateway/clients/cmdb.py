"""The RPCs of cmdb: configuration items."""

from deskmesh.cmdb.v1 import item_service_pb2 as cmdb
from gateway.clients.calling import rpc

CREATE_ITEM = rpc(cmdb.CreateItemRequest, cmdb.CreateItemResponse)
GET_ITEM = rpc(cmdb.GetItemRequest, cmdb.GetItemResponse)
LIST_ITEMS = rpc(cmdb.ListItemsRequest, cmdb.ListItemsResponse)
UPDATE_ITEM = rpc(cmdb.UpdateItemRequest, cmdb.UpdateItemResponse)
CREATE_RELATION = rpc(cmdb.CreateRelationRequest, cmdb.CreateRelationResponse)
GET_RELATION = rpc(cmdb.GetRelationRequest, cmdb.GetRelationResponse)
LIST_RELATIONS = rpc(cmdb.ListRelationsRequest, cmdb.ListRelationsResponse)
DELETE_RELATION = rpc(cmdb.DeleteRelationRequest, cmdb.DeleteRelationResponse)
