"""The public gRPC door of a running desk, as an integrator's program knocks at it."""

from typing import TypeVar, cast

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from embedded.testing import Desk

Answer = TypeVar("Answer", bound=Message)


def rpc(desk: Desk, who: str, method: str, request: Message, gives: type[Answer], **headers: str) -> Answer:
    """One RPC of tickets, as "TicketService/GetTicket"; raises grpc.RpcError where the desk refuses."""
    authorization = desk.sign_in(who).http.headers["authorization"]
    with grpc.insecure_channel(f"127.0.0.1:{desk.grpc_port}") as channel:
        send: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            f"/deskmesh.tickets.v1.{method}"
        )
        answer = send(
            request.SerializeToString(),
            metadata=(("authorization", authorization), *headers.items()),
            timeout=20,
        )
    return gives.FromString(answer)


def refusal(desk: Desk, who: str, method: str, request: Message) -> tuple[str, str]:
    """The status that one RPC is refused with, and all that is told of why."""
    with pytest.raises(grpc.RpcError) as refused:
        rpc(desk, who, method, request, Empty)
    # What is raised by a call that was answered is that call as well.
    answered = cast("grpc.Call", refused.value)
    told = dict(answered.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    details = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    return answered.code().name, f"{answered.details()} {details}"
