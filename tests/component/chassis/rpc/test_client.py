"""Calls to peers: what goes along, what is tried again and what is not."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import grpc
import pytest
from echoed.desk import ECHO, Desk, Text
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.empty_pb2 import Empty

from chassis import telemetry
from chassis.context import Caller
from chassis.deadlines import use_deadline
from chassis.errors import Unauthenticated, Unavailable
from chassis.grpc_client import Channel, Client, RetryBudget
from deskmesh.gateway.v1 import directory_service_pb2 as rpc
from deskmesh.gateway.v1.identity_pb2 import Role


class Flaky:
    """A peer that answers as the test says, and counts."""

    def __init__(self, failures: int, code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE) -> None:
        self.left, self.code, self.calls = failures, code, 0

    async def answer(self, _: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        self.calls += 1
        if self.left > 0:
            self.left -= 1
            await context.abort(self.code, "not now")
        return b""


class Listing:
    """A peer that lists three roles, one a page."""

    async def answer(self, body: bytes, _: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        number = int(rpc.ListRolesRequest.FromString(body).page_token or "1")
        found = Role(slug=f"role-{number}")
        page = rpc.ListRolesResponse(roles=[found], next_page_token=str(number + 1) if number < 3 else "")
        return page.SerializeToString()


@asynccontextmanager
async def serving(peer: Flaky | Listing, service: ServiceDescriptor = ECHO) -> AsyncIterator[Client]:
    server = grpc.aio.server()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(peer.answer)
    server.add_generic_rpc_handlers(
        [
            grpc.method_handlers_generic_handler(
                service.full_name, {method.name: handler for method in service.methods}
            )
        ]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    channel = Channel(f"127.0.0.1:{port}", "flaky")
    yield Client(service, channel)
    await channel.close()
    await server.stop(0)


def somebody(key: str | None = None) -> Caller:
    return Caller(uuid4(), str(uuid4()), "user", token="t", idempotency_key=key)


@pytest.mark.parametrize(("method", "key", "calls"), [("Say", None, 3), ("Keep", "k", 3), ("Keep", None, 1)])
async def test_only_what_may_be_repeated_is_tried_again(method: str, key: str | None, calls: int) -> None:
    peer = Flaky(2)
    async with serving(peer) as client:
        if calls == 1:
            with pytest.raises(Unavailable):
                await client.call(method, Text(), caller=somebody(key))
        else:
            await client.call(method, Text(), caller=somebody(key))
    assert peer.calls == calls


async def test_a_refusal_is_not_tried_again() -> None:
    peer = Flaky(5, grpc.StatusCode.UNAUTHENTICATED)
    async with serving(peer) as client:
        with pytest.raises(Unauthenticated):
            await client.call("Say", Text(), caller=somebody())
    assert peer.calls == 1


async def test_a_peer_that_is_down_sees_its_load_once() -> None:
    peer = Flaky(10_000)
    async with serving(peer) as client:
        for _ in range(100):
            with pytest.raises(Unavailable):
                await client.call("Say", Text(), caller=somebody())
    assert peer.calls < 110


def test_the_budget_comes_back_with_good_answers() -> None:
    budget = RetryBudget()
    while budget.failed():
        pass
    for _ in range(70):
        budget.succeeded()
    assert budget.failed()


async def test_a_peer_that_accepts_and_never_answers_costs_the_deadline_and_no_more() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    channel = Channel(f"127.0.0.1:{port}", "silent")
    client = Client(ECHO, channel)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        await client.call("Say", Text(), caller=somebody(), timeout=0.3)
    assert 0.25 <= time.monotonic() - started < 5
    await channel.close()
    listener.close()
    await listener.wait_closed()


async def test_an_earlier_deadline_of_the_running_work_counts(desk: Desk) -> None:
    with use_deadline(2.0):
        answer = await desk.client.call("WhoAmI", Text(), Text, caller=desk.caller(), timeout=5.0)
        assert 1.5 < float(answer.more["left"]) <= 2.05  # the wire rounds up
    answer = await desk.client.call("WhoAmI", Text(), Text, caller=desk.caller(), timeout=1.0)
    assert 0.5 < float(answer.more["left"]) <= 1.05


async def test_no_call_is_made_when_the_time_is_over(desk: Desk) -> None:
    with use_deadline(0.0), pytest.raises(Unavailable) as late:
        await desk.client.call("WhoAmI", Text(), caller=desk.caller())
    assert late.value.reason == "DEADLINE_EXCEEDED"


async def test_the_trace_goes_along(desk: Desk) -> None:
    with telemetry.span("request", root=True) as span:
        answer = await desk.client.call("WhoAmI", Text(), Text, caller=desk.caller())
    assert answer.more["trace"].split("-")[1] == span.ids[0]
    assert answer.more["trace"].split("-")[2] != span.ids[1]


async def test_the_idempotency_key_goes_along_on_writes_alone(desk: Desk) -> None:
    caller = replace(desk.caller(), idempotency_key="k")
    assert (await desk.client.call("WhoAmI", Text(), Text, caller=caller)).more["key"] == ""


async def test_work_for_nobody_cannot_call_without_a_key_of_the_service(desk: Desk) -> None:
    channel = Channel(desk.target, "echo")
    with pytest.raises(Unauthenticated) as refusal:
        await Client(ECHO, channel).call("WhoAmI", Text(), caller=Caller.system(uuid4(), "robot", "event:1"))
    assert refusal.value.reason == "NO_TOKEN"
    await channel.close()


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.call("Say", Empty(), caller=somebody()),
        lambda client: client.call("Say", Text(), Empty, caller=somebody()),
    ],
)
async def test_another_message_than_the_rpcs_own_is_a_mistake_of_the_program(
    desk: Desk, call: Callable[[Client], object]
) -> None:
    with pytest.raises(TypeError):
        await call(desk.client)  # type: ignore[misc]  # wrong on purpose


async def test_a_restarted_peer_is_found_again(desk: Desk) -> None:
    await desk.server.stop(0)
    with pytest.raises(Unavailable):
        await desk.client.call("WhoAmI", Text(), caller=desk.caller())
    peer = Flaky(0)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        [
            grpc.method_handlers_generic_handler(
                ECHO.full_name, {"WhoAmI": grpc.unary_unary_rpc_method_handler(peer.answer)}
            )
        ]
    )
    server.add_insecure_port(desk.target)
    await server.start()
    async with asyncio.timeout(5):
        while peer.calls == 0:
            try:
                await desk.client.call("WhoAmI", Text(), caller=desk.caller())
            except Unavailable:
                await asyncio.sleep(0.1)
    await server.stop(0)


@pytest.mark.parametrize(("first", "slugs"), [("", ["role-1", "role-2", "role-3"]), ("3", ["role-3"])])
async def test_pages_come_from_the_one_that_was_asked_for_to_the_last(first: str, slugs: list[str]) -> None:
    request = rpc.ListRolesRequest(page_token=first)
    async with serving(Listing(), rpc.DESCRIPTOR.services_by_name["DirectoryService"]) as client:
        pages = [
            page
            async for page in client.pages("ListRoles", request, rpc.ListRolesResponse, caller=somebody())
        ]
    assert [role.slug for page in pages for role in page.roles] == slugs
    assert request == rpc.ListRolesRequest(page_token=first)
