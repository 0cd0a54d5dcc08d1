"""The RPCs of notify: messages in and out."""

from deskmesh.notify.v1 import message_service_pb2 as notify
from gateway.clients.calling import rpc

LIST_DELIVERIES = rpc(notify.ListDeliveriesRequest, notify.ListDeliveriesResponse)
GET_DELIVERY = rpc(notify.GetDeliveryRequest, notify.GetDeliveryResponse)
LIST_INBOUND_MESSAGES = rpc(notify.ListInboundMessagesRequest, notify.ListInboundMessagesResponse)
GET_INBOUND_MESSAGE = rpc(notify.GetInboundMessageRequest, notify.GetInboundMessageResponse)
GET_RAW_INBOUND_MESSAGE = rpc(notify.GetRawInboundMessageRequest, notify.GetRawInboundMessageResponse)
