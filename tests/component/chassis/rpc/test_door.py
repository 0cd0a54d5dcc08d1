"""The door of every RPC: who gets in, what they are told, and what is left behind."""

import asyncio
import json
import socket
import time
from pathlib import Path
from uuid import UUID, uuid4

import grpc
import pytest
from echoed.desk import BARE, ECHO, Desk, Text
from grpc_health.v1 import health_pb2

from chassis.context import Caller, use_caller
from chassis.db import Databases
from chassis.errors import (
    BadRequest,
    Forbidden,
    Internal,
    InvalidInput,
    LimitReached,
    Unauthenticated,
    Unavailable,
    WrongState,
)
from chassis.grpc_client import Channel
from chassis.grpc_server import RefusedToStart, Server, Servicer, own_transaction
from chassis.interceptors import Door
from chassis.testing.databases import DatabaseFactory
from chassis.tokens import LocalKeys, Verifier

SAY = "/deskmesh.echotest.v1.EchoService/Say"


async def test_a_caller_with_one_of_the_permissions_gets_in(desk: Desk) -> None:
    for scope in ("echo.say", "echo.shout", "echo.say:it", "echo.say:it/network"):
        answer = await desk.client.call("Say", Text(text="hello"), Text, caller=desk.caller(scope))
        assert answer.text == "hello"


async def test_a_caller_without_the_permission_is_refused(desk: Desk) -> None:
    for scopes in ((), ("echo.keep",), ("echo.sayings",), ("echo",)):
        with pytest.raises(Forbidden):
            await desk.client.call("Say", Text(), caller=desk.caller(*scopes))


async def test_nobody_gets_in_without_a_token(desk: Desk) -> None:
    nobody = Caller(UUID(int=0), "", "anonymous")
    with pytest.raises(Unauthenticated):
        await desk.client.call("Say", Text(), caller=nobody)
    assert (await desk.client.call("Hello", Text(), Text, caller=nobody)).text == "anonymous"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "bearer x.y.z", "Bearer a b c"])
async def test_a_strange_authorization_is_refused(desk: Desk, header: str) -> None:
    channel = Channel(desk.target, "echo")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await channel.call_bytes(SAY, b"", [("authorization", header)], 5.0)
    assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED
    await channel.close()


async def test_a_service_gets_in_only_where_the_rule_names_it_and_with_its_permissions(desk: Desk) -> None:
    robot = Caller.system(uuid4(), "robot", "event:7")
    answer = await desk.client.call("WhoAmI", Text(), Text, caller=robot)
    assert (answer.text, answer.more["cause"], answer.more["scopes"]) == ("robot", "event:7", "authenticated")
    with pytest.raises(Forbidden):
        await desk.client.call("Say", Text(), caller=robot)


async def test_the_cause_says_rest_only_for_people(desk: Desk) -> None:
    person = desk.caller()
    came_by_rest = Caller(person.tenant_id, person.subject, "user", token=person.token, cause="rest")
    assert (await desk.client.call("WhoAmI", Text(), Text, caller=came_by_rest)).more["cause"] == "rest"
    assert (await desk.client.call("WhoAmI", Text(), Text, caller=person)).more["cause"] == "grpc"
    channel = Channel(desk.target, "echo")
    metadata = [("authorization", f"Bearer {person.token}"), ("deskmesh-cause", "mail:1")]
    answer = await channel.call_bytes("/deskmesh.echotest.v1.EchoService/WhoAmI", b"", metadata, 5.0)
    assert Text.FromString(answer).more["cause"] == "grpc"
    await channel.close()


async def test_expected_errors_come_back_as_what_they_were(desk: Desk) -> None:
    caller = desk.caller("echo.say")
    with pytest.raises(InvalidInput) as invalid:
        await desk.client.call("Say", Text(text="invalid"), caller=caller)
    assert [(item.field, item.reason) for item in invalid.value.errors] == [("text", "is rude")]
    with pytest.raises(WrongState) as wrong:
        await desk.client.call("Say", Text(text="wrong state"), caller=caller)
    assert (wrong.value.reason, wrong.value.allowed) == ("CLOSED", ["reopen"])
    with pytest.raises(LimitReached) as full:
        await desk.client.call("Say", Text(text="full"), caller=caller)
    assert full.value.retry_after_seconds == 2.5


async def test_a_bug_says_nothing_to_the_caller_and_no_personal_data_to_the_log(
    desk: Desk, json_logs: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Internal) as failure:
        await desk.client.call("Say", Text(text="bug"), caller=desk.caller("echo.say"))
    assert "ada" not in str(failure.value)
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["exception"][0]["type"]) == ("rpc_failed", "builtins.KeyError")
    assert len(line["trace_id"]) == 32
    assert "ada@acme" not in str(line)


async def test_a_message_that_is_no_message_is_a_bad_request(desk: Desk) -> None:
    channel = Channel(desk.target, "echo")
    metadata = [("authorization", f"Bearer {desk.caller('echo.say').token}")]
    for body in (b"\xff\xff\xff", b"\x0a\x02\xff\xfe"):
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await channel.call_bytes(SAY, body, metadata, 5.0)
        assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    await channel.close()


async def test_a_text_that_the_database_cannot_hold_is_the_callers_mistake(desk: Desk) -> None:
    with pytest.raises(BadRequest):
        await desk.client.call("Keep", Text(text="a\0b"), caller=desk.caller("echo.keep"))


async def test_an_answer_may_be_serialised_already(desk: Desk) -> None:
    answer = await desk.client.call("Say", Text(text="bytes"), Text, caller=desk.caller("echo.say"))
    assert answer.text == "from bytes"


async def test_each_tenant_sees_what_it_kept_alone(desk: Desk) -> None:
    one, other = desk.caller("echo.keep"), desk.caller("echo.keep")
    await desk.client.call("Keep", Text(text="one"), caller=one)
    await desk.client.call("KeepAlone", Text(text="other"), caller=other)
    assert await desk.kept(one.tenant_id) == ["one"]
    assert await desk.kept(other.tenant_id) == ["other"]


async def test_a_failed_call_keeps_nothing(desk: Desk) -> None:
    caller = desk.caller("echo.keep")
    for method in ("Keep", "KeepAlone"):
        for text in ("bug", "invalid"):
            with pytest.raises((Internal, InvalidInput)):
                await desk.client.call(method, Text(text=text), caller=caller)
    assert desk.keeper.effects == 4
    assert await desk.kept(caller.tenant_id) == []


async def test_a_cancelled_call_keeps_nothing_and_gives_its_connection_back_clean(desk: Desk) -> None:
    caller, other = desk.caller("echo.keep"), desk.caller("echo.keep")
    desk.keeper.gate.clear()
    calls = [
        asyncio.create_task(desk.client.call("Keep", Text(text="gone"), caller=caller)) for _ in range(3)
    ]
    async with asyncio.timeout(5):
        while desk.keeper.effects < 3:
            await asyncio.sleep(0.01)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await desk.idle()
    desk.keeper.gate.set()
    for number in range(20):
        await desk.client.call("Keep", Text(text=str(number)), caller=other)
    assert await desk.kept(caller.tenant_id) == []
    assert await desk.kept(other.tenant_id) == [str(number) for number in range(20)]


async def test_two_hundred_tenants_interleaved_with_errors_and_cancellations_never_mix(desk: Desk) -> None:
    callers = [desk.caller("echo.keep") for _ in range(200)]
    kept: dict[UUID, list[str]] = {caller.tenant_id: [] for caller in callers}

    async def act(number: int, caller: Caller) -> None:
        text = f"{caller.tenant_id} {number}"
        match (number + caller.tenant_id.int) % 4:
            case 0:
                with pytest.raises(InvalidInput):
                    await desk.client.call("Keep", Text(text="invalid"), caller=caller)
            case 1:
                call = asyncio.create_task(desk.client.call("Keep", Text(text=f"x{text}"), caller=caller))
                await asyncio.sleep(0.002)
                call.cancel()
                await asyncio.gather(call, return_exceptions=True)
            case _:
                await desk.client.call("Keep", Text(text=text), caller=caller, timeout=30.0)
                kept[caller.tenant_id].append(text)

    limit = asyncio.Semaphore(32)

    async def limited(number: int, caller: Caller) -> None:
        async with limit:
            await act(number, caller)

    await asyncio.gather(*(limited(number, caller) for number in range(5) for caller in callers))
    await desk.idle()
    for tenant, texts in kept.items():
        found = [text for text in await desk.kept(tenant) if not text.startswith("x")]
        assert sorted(found) == sorted(texts)
        assert all(str(tenant) in text for text in await desk.kept(tenant))


async def test_a_call_ends_at_its_deadline_and_the_work_with_it(desk: Desk) -> None:
    desk.keeper.gate.clear()
    caller = desk.caller("echo.keep")
    started = time.monotonic()
    with pytest.raises(Unavailable) as late:
        await desk.client.call("Keep", Text(text="late"), caller=caller, timeout=0.2)
    assert late.value.reason == "DEADLINE_EXCEEDED"
    assert 0.2 <= time.monotonic() - started < 5
    await desk.idle()
    desk.keeper.gate.set()
    assert await desk.kept(caller.tenant_id) == []


async def test_a_call_without_a_deadline_gets_thirty_seconds(desk: Desk) -> None:
    async with grpc.aio.insecure_channel(desk.target) as channel:
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            "/deskmesh.echotest.v1.EchoService/WhoAmI"
        )
        body = await call(b"", metadata=(("authorization", f"Bearer {desk.caller().token}"),))
    assert 29 < float(Text.FromString(body).more["left"]) <= 30


async def test_a_call_above_the_limit_is_refused_at_once(desk: Desk) -> None:
    target = f"{desk.target}2"
    door = Door(desk.verifier, Databases([desk.database]), limit=2)
    server = Server(target, [Servicer(ECHO, desk.keeper)], door)
    await server.start()
    channel = Channel(target, "echo")
    desk.keeper.gate.clear()
    metadata = [("authorization", f"Bearer {desk.caller('echo.say').token}")]
    calls = [asyncio.create_task(channel.call_bytes(SAY, b"", metadata, 5.0)) for _ in range(5)]
    done, _ = await asyncio.wait(calls, timeout=1.0)
    desk.keeper.gate.set()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    refused = [o for o in outcomes if isinstance(o, grpc.aio.AioRpcError)]
    assert len(done) == len(refused) == 3
    assert {o.code() for o in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    await channel.close()
    await server.stop(1.0)


async def test_a_lost_database_is_unavailable_not_a_bug(
    desk: Desk, database_factory: DatabaseFactory
) -> None:
    caller = desk.caller("echo.keep")
    await desk.client.call("Keep", Text(text="a"), caller=caller)
    desk.keeper.gate.clear()
    desk.keeper.entered.clear()
    call = asyncio.create_task(desk.client.call("Keep", Text(text="b"), caller=caller))
    await desk.keeper.entered.wait()
    await asyncio.to_thread(
        database_factory.postgres.run,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'echoed'",
    )
    desk.keeper.gate.set()
    with pytest.raises(Unavailable):
        await call
    await desk.client.call("Keep", Text(text="c"), caller=caller)
    assert await desk.kept(caller.tenant_id) == ["a", "c"]


def test_a_service_with_an_undeclared_rpc_does_not_start() -> None:
    class Careless:
        @own_transaction
        async def Undeclared(self, request: object) -> object:
            return request

    with pytest.raises(RefusedToStart) as refusal:
        Server(
            "unix:/nowhere", [Servicer(BARE, Careless())], Door(Verifier(keys=LocalKeys([])), Databases([]))
        )
    assert refusal.value.problems == ["deskmesh.echotest.v1.BareService.Undeclared declares no permission"]


def test_a_service_that_does_not_implement_its_proto_does_not_start() -> None:
    class Partial:
        async def Say(self, _: object, request: object) -> object:
            return request

        def Keep(self, _: object, request: object) -> object:
            return request

        async def Hello(self, _: object, request: object) -> object:
            return request

    with pytest.raises(RefusedToStart) as refusal:
        Server(
            "unix:/nowhere",
            [Servicer(ECHO, Partial())],
            Door(Verifier(keys=LocalKeys([])), Databases([])),
        )
    text = "\n".join(refusal.value.problems)
    assert "Say" not in text
    assert "Keep is not a coroutine" in text
    assert "KeepAlone is not implemented" in text
    assert "Hello is open to anybody" in text


async def test_health_follows_what_is_reported_and_reflection_lists_the_service(desk: Desk) -> None:
    channel = Channel(desk.target, "echo")
    assert await channel.healthy()
    await desk.server.report(ready=False)
    assert not await channel.healthy()
    request = health_pb2.HealthCheckRequest(service="deskmesh.echotest.v1.EchoService").SerializeToString()
    answer = await channel.call_bytes("/grpc.health.v1.Health/Check", request, (), 1.0)
    assert (
        health_pb2.HealthCheckResponse.FromString(answer).status == health_pb2.HealthCheckResponse.NOT_SERVING
    )
    await channel.close()


async def test_draining_lets_a_running_call_end_and_takes_no_new_one(desk: Desk) -> None:
    desk.keeper.gate.clear()
    desk.keeper.entered.clear()
    caller = desk.caller("echo.keep")
    running = asyncio.create_task(desk.client.call("Keep", Text(text="last"), caller=caller))
    await desk.keeper.entered.wait()
    stopping = asyncio.create_task(desk.server.stop(5.0))
    await asyncio.sleep(0.1)
    channel = Channel(desk.target, "echo")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await channel.call_bytes(SAY, b"", (), 0.5)
    assert refusal.value.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
    desk.keeper.gate.set()
    await running
    await stopping
    await channel.close()
    assert await desk.kept(caller.tenant_id) == ["last"]


async def test_a_second_process_cannot_take_a_tcp_port_that_is_served(desk: Desk) -> None:
    door = Door(desk.verifier, Databases([desk.database]))
    first = Server("127.0.0.1:0", [Servicer(ECHO, desk.keeper)], door)
    await first.start()
    second = Server(f"127.0.0.1:{first.port}", [Servicer(ECHO, desk.keeper)], door)
    with pytest.raises(RuntimeError):
        await second.start()
    await first.stop(0.1)
    await second.stop(0.1)


async def test_the_caller_of_the_running_work_is_the_one_that_calls(desk: Desk) -> None:
    person = desk.caller()
    with use_caller(person):
        assert (await desk.client.call("WhoAmI", Text(), Text)).text == person.subject


async def test_a_socket_left_behind_by_a_killed_process_is_taken_over(desk: Desk, tmp_path: Path) -> None:
    target = f"unix:{tmp_path}/s.sock"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(f"{tmp_path}/s.sock")
    server = Server(target, [Servicer(ECHO, desk.keeper)], Door(desk.verifier, Databases([desk.database])))
    await server.start()
    await server.report(ready=True)
    channel = Channel(target, "echo")
    assert await channel.healthy()
    await channel.close()
    await server.stop(0.1)
