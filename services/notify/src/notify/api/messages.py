"""The RPC door to deliveries and inbound messages."""

from datetime import UTC, datetime

from chassis.db import Tx
from chassis.ids import parse_id
from chassis.paging import page_of
from deskmesh.notify.v1 import message_service_pb2 as rpc
from notify import publish
from notify.app import listing, resending


class MessageServicer:
    """deskmesh.notify.v1.MessageService."""

    async def ListDeliveries(self, tx: Tx, request: rpc.ListDeliveriesRequest) -> rpc.ListDeliveriesResponse:
        found, token = await listing.list_deliveries(
            tx, page=page_of(request), filter_text=request.filter, order_by=request.order_by
        )
        return rpc.ListDeliveriesResponse(
            deliveries=[publish.delivery(row) for row in found], next_page_token=token
        )

    async def GetDelivery(self, tx: Tx, request: rpc.GetDeliveryRequest) -> rpc.GetDeliveryResponse:
        found = await listing.get_delivery(tx, delivery_id=parse_id(request.delivery_id, "delivery_id"))
        return rpc.GetDeliveryResponse(delivery=publish.delivery(found))

    async def ResendDelivery(self, tx: Tx, request: rpc.ResendDeliveryRequest) -> rpc.ResendDeliveryResponse:
        row = await resending.resend_delivery(
            tx, delivery_id=parse_id(request.delivery_id, "delivery_id"), now=datetime.now(UTC)
        )
        return rpc.ResendDeliveryResponse(delivery=publish.delivery(row))

    async def ListInboundMessages(
        self, tx: Tx, request: rpc.ListInboundMessagesRequest
    ) -> rpc.ListInboundMessagesResponse:
        found, token = await listing.list_inbound_messages(
            tx, page=page_of(request), filter_text=request.filter, order_by=request.order_by
        )
        return rpc.ListInboundMessagesResponse(
            inbound_messages=[publish.inbound_message(row) for row in found], next_page_token=token
        )

    async def GetInboundMessage(
        self, tx: Tx, request: rpc.GetInboundMessageRequest
    ) -> rpc.GetInboundMessageResponse:
        message_id = parse_id(request.inbound_message_id, "inbound_message_id")
        found = await listing.get_inbound_message(tx, message_id=message_id)
        return rpc.GetInboundMessageResponse(inbound_message=publish.inbound_message(found))

    async def GetRawInboundMessage(
        self, tx: Tx, request: rpc.GetRawInboundMessageRequest
    ) -> rpc.GetRawInboundMessageResponse:
        message_id = parse_id(request.inbound_message_id, "inbound_message_id")
        content, total = await listing.read_raw(tx, message_id=message_id, offset=request.offset)
        return rpc.GetRawInboundMessageResponse(content=content, total_bytes=total)
