"""Mail in and out."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chassis.context import Caller, current_caller, use_caller
from deskmesh.notify.v1 import message_service_pb2 as pb
from gateway.clients import notify as rpcs
from gateway.http.answers import listing, resource
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.files import inert
from gateway.http.models import messages as models
from gateway.http.models.common import SearchQuery, list_of
from gateway.http.render import messages as render

door = Door("messages")


@door.route("GET", "/deliveries", rpcs.LIST_DELIVERIES, gives=list_of(models.Delivery))
async def list_deliveries(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """List the messages that go out."""
    question = pb.ListDeliveriesRequest(
        page_size=query.page_size, page_token=query.page_token, filter=query.filter, order_by=query.order_by
    )
    answer = await ask(request, rpcs.LIST_DELIVERIES, question)
    return listing([render.delivery(item) for item in answer.deliveries], answer.next_page_token)


@door.route("GET", "/deliveries/{delivery}", rpcs.GET_DELIVERY, gives=models.Delivery, versioned=True)
async def get_delivery(request: Request, delivery: str) -> Response:
    """Read a message that goes out."""
    question = pb.GetDeliveryRequest(delivery_id=delivery)
    found = (await ask(request, rpcs.GET_DELIVERY, question)).delivery
    return resource(render.delivery(found), found.version)


@door.route("GET", "/inbound-messages", rpcs.LIST_INBOUND_MESSAGES, gives=list_of(models.InboundMessage))
async def list_inbound_messages(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
    """List the messages that came in, those that could not be read included."""
    question = pb.ListInboundMessagesRequest(
        page_size=query.page_size, page_token=query.page_token, filter=query.filter, order_by=query.order_by
    )
    answer = await ask(request, rpcs.LIST_INBOUND_MESSAGES, question)
    return listing([render.inbound_message(item) for item in answer.inbound_messages], answer.next_page_token)


@door.route(
    "GET",
    "/inbound-messages/{message}",
    rpcs.GET_INBOUND_MESSAGE,
    gives=models.InboundMessage,
    versioned=True,
)
async def get_inbound_message(request: Request, message: str) -> Response:
    """Read what became of a message that came in."""
    question = pb.GetInboundMessageRequest(inbound_message_id=message)
    found = (await ask(request, rpcs.GET_INBOUND_MESSAGE, question)).inbound_message
    return resource(render.inbound_message(found), found.version)


@door.route("GET", "/inbound-messages/{message}/raw", rpcs.GET_RAW_INBOUND_MESSAGE, gives="message/rfc822")
async def get_raw_inbound_message(request: Request, message: str) -> Response:
    """Download a message that came in, byte for byte."""
    first = await ask(
        request, rpcs.GET_RAW_INBOUND_MESSAGE, pb.GetRawInboundMessageRequest(inbound_message_id=message)
    )
    headers = {**inert(f"{message}.eml"), "content-length": str(first.total_bytes)}
    rest = _pieces(request, current_caller(), message, first)
    return StreamingResponse(rest, headers=headers, media_type="message/rfc822")


async def _pieces(
    request: Request, caller: Caller, message: str, piece: pb.GetRawInboundMessageResponse
) -> AsyncIterator[bytes]:
    """Yield the piece at hand, then ask for the others; the answer is sent after the request's own context ended."""
    offset = 0
    while piece.content:
        yield piece.content
        offset += len(piece.content)
        if offset >= piece.total_bytes:
            return
        question = pb.GetRawInboundMessageRequest(inbound_message_id=message, offset=offset)
        with use_caller(caller):
            piece = await ask(request, rpcs.GET_RAW_INBOUND_MESSAGE, question)
