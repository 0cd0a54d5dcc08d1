"""The same Idempotency-Key has one effect and one answer, whatever happens around it."""

import asyncio
from collections import Counter
from dataclasses import replace

import grpc
import pytest
from echoed.desk import Desk, Text

from chassis.context import Caller
from chassis.errors import DeskmeshError, InProgress, Internal, InvalidInput
from chassis.grpc_client import Channel

METHODS = ["Keep", "KeepAlone"]


def with_key(caller: Caller, key: str) -> Caller:
    return replace(caller, idempotency_key=key)


@pytest.mark.parametrize("method", METHODS)
async def test_the_second_use_of_a_key_gets_the_first_answer_and_has_no_effect(
    desk: Desk, method: str
) -> None:
    caller = with_key(desk.caller("echo.keep"), "k-1")
    first = await desk.client.call(
        method, Text(text="a", more={"x": "1", "y": "2", "z": "3"}), Text, caller=caller
    )
    # The order of a map is not part of the request.
    again = await desk.client.call(
        method, Text(text="a", more={"z": "3", "y": "2", "x": "1"}), Text, caller=caller
    )
    assert first.more["id"] == again.more["id"]
    assert (desk.keeper.effects, await desk.kept(caller.tenant_id)) == (1, ["a"])


@pytest.mark.parametrize("method", METHODS)
async def test_another_request_under_the_key_is_refused(desk: Desk, method: str) -> None:
    caller = with_key(desk.caller("echo.keep"), "k-1")
    await desk.client.call(method, Text(text="a"), caller=caller)
    with pytest.raises(InvalidInput) as refusal:
        await desk.client.call(method, Text(text="b"), caller=caller)
    assert [item.field for item in refusal.value.errors] == ["Idempotency-Key"]
    assert await desk.kept(caller.tenant_id) == ["a"]


async def test_a_key_belongs_to_one_person_tenant_and_method(desk: Desk) -> None:
    one, other = (with_key(desk.caller("echo.keep"), "k-1") for _ in range(2))
    colleague = with_key(desk.caller("echo.keep", tenant=one.tenant_id), "k-1")
    for caller in (one, other, colleague):
        await desk.client.call("Keep", Text(text=caller.subject), caller=caller)
    await desk.client.call("KeepAlone", Text(text="alone"), caller=one)
    assert await desk.kept(one.tenant_id) == [one.subject, colleague.subject, "alone"]
    assert await desk.kept(other.tenant_id) == [other.subject]


@pytest.mark.parametrize("method", METHODS)
async def test_while_the_first_use_runs_the_others_are_told_to_come_back(desk: Desk, method: str) -> None:
    caller = with_key(desk.caller("echo.keep"), "k-1")
    desk.keeper.gate.clear()
    desk.keeper.entered.clear()
    first = asyncio.create_task(desk.client.call(method, Text(text="a"), Text, caller=caller))
    await desk.keeper.entered.wait()
    with pytest.raises(InProgress) as refusal:
        await desk.client.call(method, Text(text="a"), caller=caller)
    assert refusal.value.retry_after_seconds > 0
    desk.keeper.gate.set()
    assert (await first).more["id"] == (
        await desk.client.call(method, Text(text="a"), Text, caller=caller)
    ).more["id"]
    assert await desk.kept(caller.tenant_id) == ["a"]


@pytest.mark.parametrize("method", METHODS)
async def test_a_failed_use_leaves_the_key_free(desk: Desk, method: str) -> None:
    caller = with_key(desk.caller("echo.keep"), "k-1")
    for text in ("bug", "invalid"):
        with pytest.raises((Internal, InvalidInput)):
            await desk.client.call(method, Text(text=text), caller=caller)
    await desk.client.call(method, Text(text="fine"), caller=caller)
    assert await desk.kept(caller.tenant_id) == ["fine"]


async def test_a_use_cut_off_by_its_deadline_leaves_the_key_free(desk: Desk) -> None:
    caller = with_key(desk.caller("echo.keep"), "k-1")
    desk.keeper.gate.clear()
    with pytest.raises(DeskmeshError):
        await desk.client.call("Keep", Text(text="a"), caller=caller, timeout=0.2)
    await desk.idle()
    desk.keeper.gate.set()
    await desk.client.call("Keep", Text(text="a"), caller=caller)
    assert await desk.kept(caller.tenant_id) == ["a"]


async def test_fifty_uses_at_once_of_each_of_twenty_keys_have_twenty_effects(desk: Desk) -> None:
    base = desk.caller("echo.keep")
    ids: dict[str, set[str]] = {f"k-{number}": set() for number in range(20)}

    async def use(key: str) -> None:
        while True:
            try:
                answer = await desk.client.call(
                    "Keep", Text(text=key), Text, caller=with_key(base, key), timeout=30.0
                )
            except DeskmeshError as error:
                assert error.reason in {"IN_PROGRESS", "TOO_MANY_CALLS"}  # noqa: PT017 (told apart, then tried again)
                await asyncio.sleep(0.02)
            else:
                ids[key].add(answer.more["id"])
                return

    await asyncio.gather(*(use(key) for key in ids for _ in range(50)))
    assert all(len(found) == 1 for found in ids.values())
    assert Counter(await desk.kept(base.tenant_id)) == Counter(ids.keys())


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\tinside", "clé", "line\nbreak"])
async def test_a_strange_key_is_refused_before_it_travels(desk: Desk, key: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await desk.client.call("Keep", Text(text="a"), caller=with_key(desk.caller("echo.keep"), key))
    assert [item.field for item in refusal.value.errors] == ["Idempotency-Key"]


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_strange_key_from_elsewhere_is_refused_at_the_door(desk: Desk, key: str) -> None:
    channel = Channel(desk.target, "echo")
    metadata = [("authorization", f"Bearer {desk.caller('echo.keep').token}"), ("idempotency-key", key)]
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await channel.call_bytes("/deskmesh.echotest.v1.EchoService/Keep", b"", metadata, 5.0)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    await channel.close()


async def test_a_key_on_a_read_means_nothing(desk: Desk) -> None:
    caller = with_key(desk.caller(), "k-1")
    assert (await desk.client.call("WhoAmI", Text(), Text, caller=caller)).more["key"] == ""


async def test_after_a_day_the_key_is_free_again(desk: Desk) -> None:
    caller = with_key(desk.caller("echo.keep"), "k-1")
    await desk.client.call("Keep", Text(text="a"), caller=caller)
    async with desk.database.transaction(caller.tenant_id) as tx:
        await (await tx.raw()).execute(
            "UPDATE idempotency_keys SET day = day - 1, created_at = created_at - interval '25 hours'"
        )
    await desk.client.call("Keep", Text(text="a"), caller=caller)
    assert await desk.kept(caller.tenant_id) == ["a", "a"]
