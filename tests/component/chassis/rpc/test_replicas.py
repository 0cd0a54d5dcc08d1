"""A peer that has several servers: calls go round them, and none is lost when one stops, starts, or grows old."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import grpc
import pytest
from echoed.desk import ECHO, Desk, Text

from chassis import grpc_client, grpc_server
from chassis.context import Caller
from chassis.db import Databases
from chassis.errors import Unavailable
from chassis.grpc_client import Channel, Client
from chassis.grpc_server import Server, Servicer
from chassis.interceptors import Door
from chassis.testing.waiting import eventually
from embedded.processes import free_ports

CALLERS = 30
NOBODY = Caller(UUID(int=0), "", "anonymous")


class Named:
    """The echo service of one server, which says which one it is."""

    def __init__(self, desk: Desk, name: str, holds: "Holds") -> None:
        self._keeper, self._name, self._holds = desk.keeper, name, holds

    def __getattr__(self, rpc: str) -> Callable[..., object]:
        found: Callable[..., object] = getattr(self._keeper, rpc)
        return found

    @grpc_server.own_transaction
    async def Hello(self, _: object) -> Text:
        await asyncio.sleep(0.01)
        if self._holds.next_call:
            self._holds.next_call = False
            self._holds.came.set()
            await self._holds.let_go.wait()
        return Text(text=self._name)


class Holds:
    """Makes one call wait."""

    def __init__(self) -> None:
        self.next_call = False
        self.came, self.let_go = asyncio.Event(), asyncio.Event()


class Servers:
    """Two servers of the echo service on ports of their own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.ports = free_ports(2)
        self.running: dict[int, Server] = {}
        self.holds = Holds()

    @property
    def target(self) -> str:
        return "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in self.ports)

    async def start(self, number: int) -> None:
        door = Door(self._desk.verifier, Databases([self._desk.database]))
        servicer = Servicer(ECHO, Named(self._desk, str(number), self.holds))
        self.running[number] = Server(f"127.0.0.1:{self.ports[number]}", [servicer], door)
        await self.running[number].start()

    async def stop(self, number: int) -> None:
        await self.running.pop(number).stop(5.0)


@asynccontextmanager
async def two_servers(desk: Desk) -> AsyncIterator[tuple[Servers, Client]]:
    servers = Servers(desk)
    for number in range(2):
        await servers.start(number)
    channel = Channel(servers.target, "echo")
    yield servers, Client(ECHO, channel)
    await channel.close()
    for number in [*servers.running]:
        await servers.stop(number)


@asynccontextmanager
async def calling(client: Client) -> AsyncIterator[Counter[str]]:
    """Many call at once, none of them tries again: how often each server answered, and what failed."""
    answers: Counter[str] = Counter()
    stopped = asyncio.Event()

    async def call() -> None:
        while not stopped.is_set():
            try:
                answers[(await client.call("Hello", Text(), Text, caller=NOBODY)).text] += 1
            except Exception as error:  # noqa: BLE001 (whatever it is, the test shows it)
                answers[repr(error) + repr(getattr(error.__cause__, "debug_error_string", str)())] += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(CALLERS):
            group.create_task(call())
        try:
            yield answers
        finally:
            stopped.set()


async def more_from(answers: Counter[str], name: str, seconds: float = 20.0) -> None:
    """Returns when the server of this name has answered once more."""
    before = answers[name]
    async with asyncio.timeout(seconds):
        while answers[name] == before:
            await asyncio.sleep(0.01)


async def test_calls_go_round_all_servers(desk: Desk) -> None:
    async with two_servers(desk) as (_, client), calling(client) as answers:
        await more_from(answers, "0")
        await more_from(answers, "1")


async def test_no_call_is_lost_while_servers_are_restarted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grpc_client, "_ATTEMPTS", 1)
    async with two_servers(desk) as (servers, client), calling(client) as answers:
        for turn in range(6):
            await more_from(answers, "0")
            await more_from(answers, "1")
            await servers.stop(turn % 2)
            await servers.start(turn % 2)
    assert answers.keys() == {"0", "1"}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[grpc.aio.Channel]:
    """The library's channels that a client opens, one after the other."""
    opened: list[grpc.aio.Channel] = []
    opening = grpc.aio.insecure_channel

    def noted(target: str, options: Sequence[tuple[str, int | str]]) -> grpc.aio.Channel:
        opened.append(opening(target, options))
        return opened[-1]

    monkeypatch.setattr(grpc.aio, "insecure_channel", noted)
    return opened


def is_closed(channel: grpc.aio.Channel) -> bool:
    return channel.get_state() is grpc.ChannelConnectivity.SHUTDOWN


async def test_no_call_is_lost_when_connections_are_renewed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, opened: list[grpc.aio.Channel]
) -> None:
    monkeypatch.setattr(grpc_client, "_ATTEMPTS", 1)
    monkeypatch.setattr(grpc_client, "_RENEWED_AFTER_SECONDS", 0.02)
    async with two_servers(desk) as (_, client):
        async with calling(client) as answers:
            await eventually(lambda: len(opened) > 50)
        await client.call("Hello", Text(), Text, caller=NOBODY)
        assert [one for one in opened if not is_closed(one)] == opened[-1:]
    assert answers.keys() == {"0", "1"}


async def test_a_call_ends_on_the_connections_it_began_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, opened: list[grpc.aio.Channel]
) -> None:
    monkeypatch.setattr(grpc_client, "_RENEWED_AFTER_SECONDS", 0.0)
    async with two_servers(desk) as (servers, client):
        servers.holds.next_call = True
        held = asyncio.create_task(client.call("Hello", Text(), Text, caller=NOBODY))
        await servers.holds.came.wait()
        for _ in range(2):
            await client.call("Hello", Text(), Text, caller=NOBODY)
        assert [is_closed(one) for one in opened] == [False, True, False]
        servers.holds.let_go.set()
        await held
        assert [is_closed(one) for one in opened] == [True, True, False]


async def test_a_server_stops_without_waiting_for_those_who_watch_it(desk: Desk) -> None:
    async with two_servers(desk) as (servers, client):
        await client.call("Hello", Text(), Text, caller=NOBODY)
        async with asyncio.timeout(3):
            await servers.stop(0)
            await servers.stop(1)
        with pytest.raises(Unavailable):
            await client.call("Hello", Text(), Text, caller=NOBODY, timeout=1)


async def test_a_server_that_is_open_and_not_ready_answers_for_itself(desk: Desk) -> None:
    async with two_servers(desk) as (servers, client), calling(client) as answers:
        for server in servers.running.values():
            await server.report(ready=False)
        await more_from(answers, "0")
        await more_from(answers, "1")
    assert answers.keys() == {"0", "1"}
