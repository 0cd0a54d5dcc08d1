"""A service as a process: it starts, says whether it is ready, drains and stops; it refuses wrong settings at once."""

import asyncio
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

import echoed.main
import httpx
import pytest
from echoed.desk import ECHO, ROBOT_KEY, Text
from echoed.main import SERVICE

from chassis import leases
from chassis import service as chassis_service
from chassis.context import Caller
from chassis.grpc_client import Channel, Client
from chassis.migrations import run as migrate
from chassis.settings import ServiceSettings, load
from chassis.testing.databases import DatabaseFactory, ServiceDatabase
from chassis.testing.servers import Nats
from chassis.testing.waiting import eventually
from chassis.tokens import SystemTokens

ROBOT = Caller.system(UUID(int=7), "robot", "event:1")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def environment(database: ServiceDatabase, nats_url: str, folder: str, **more: str) -> dict[str, str]:
    return {
        "ECHOED_DATABASE_URL": database.app_url,
        "ECHOED_RELAY_DATABASE_URL": database.relay_url,
        "ECHOED_OWNER_DATABASE_URL": database.owner_url,
        "ECHOED_GRPC_LISTEN": f"unix:{folder}/echo.sock",
        "ECHOED_HTTP_LISTEN": f"127.0.0.1:{free_port()}",
        "DESKMESH_NATS_URL": nats_url,
        "DESKMESH_JWKS_URL": "http://127.0.0.1:9",
        "DESKMESH_OBJECT_STORE_URL": f"file://{folder}/objects",
        **more,
    }


@asynccontextmanager
async def program(given: Mapping[str, str], *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The service's command line in a process of its own; killed at the end where it still runs."""
    path = os.pathsep.join([str(Path(echoed.main.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "echoed.main",
        *arguments,
        env={"PYTHONPATH": path, "PATH": os.environ["PATH"], **given},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def until_ready(given: Mapping[str, str]) -> None:
    url = f"http://{given['ECHOED_HTTP_LISTEN']}/readyz"
    async with httpx.AsyncClient() as client, asyncio.timeout(20):
        while True:
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


@pytest.fixture
def settings_of(database_factory: DatabaseFactory, nats: Nats) -> ServiceSettings:
    """Settings of the echo service on the run's servers."""
    folder = tempfile.mkdtemp(prefix="echo")
    given = environment(database_factory.make("echoed"), nats.url, folder)
    return load(ServiceSettings, "ECHOED_", given)


@pytest.mark.parametrize("only", [None, *chassis_service.Only])
async def test_a_service_serves_what_its_half_has(
    settings_of: ServiceSettings, only: chassis_service.Only | None
) -> None:
    async with chassis_service.running(SERVICE, settings_of, only) as process:
        await process.ready()
        channel = Channel(settings_of.grpc_listen, "echo", tokens=SystemTokens("robot", ROBOT_KEY))
        if only is chassis_service.Only.WORKER:
            assert not await channel.healthy()
        else:
            answer = await Client(ECHO, channel).call("WhoAmI", Text(), Text, caller=ROBOT)
            assert answer.text == "robot"
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.http_port}") as http:
            assert (await http.get("/readyz")).json() == {"status": "ready", "problems": {}}
            assert "deskmesh_rpc_server_seconds" in (await http.get("/metrics")).text
        await channel.close()
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(f"http://127.0.0.1:{process.http_port}/healthz")


async def test_the_grpc_health_service_follows_readiness(settings_of: ServiceSettings) -> None:
    async with chassis_service.running(SERVICE, settings_of) as process:
        await process.ready()
        channel = Channel(settings_of.grpc_listen, "echo")
        await eventually(channel.healthy, 3)
        process.readiness.drain()

        async def unhealthy() -> bool:
            return not await channel.healthy()

        await eventually(unhealthy, 3)
        await channel.close()


async def test_a_service_whose_database_is_not_migrated_is_not_ready(
    database_factory: DatabaseFactory, nats: Nats
) -> None:
    with tempfile.TemporaryDirectory(prefix="echo") as folder:
        given = environment(database_factory.make_empty("echoed"), nats.url, folder)
        async with chassis_service.running(SERVICE, load(ServiceSettings, "ECHOED_", given)) as process:
            problems = await process.readiness.problems()
            assert problems["database"] == "not migrated"
            await asyncio.to_thread(
                migrate,
                "echoed",
                given["ECHOED_OWNER_DATABASE_URL"],
                "echoed.migrations",
            )
            await process.ready(10)


async def test_a_service_without_nats_starts_and_answers_calls(database_factory: DatabaseFactory) -> None:
    with tempfile.TemporaryDirectory(prefix="echo") as folder:
        given = environment(database_factory.make("echoed"), f"nats://127.0.0.1:{free_port()}", folder)
        settings = load(ServiceSettings, "ECHOED_", given)
        async with chassis_service.running(SERVICE, settings) as process:
            assert await process.readiness.problems() == {"nats": "not connected"}
            channel = Channel(settings.grpc_listen, "echo", tokens=SystemTokens("robot", ROBOT_KEY))
            answer = await Client(ECHO, channel).call("Keep", Text(text="a"), Text, caller=ROBOT)
            assert answer.text == "a"
            await channel.close()


async def test_sigterm_lets_running_calls_end_and_stops_with_zero(
    database_factory: DatabaseFactory, nats: Nats
) -> None:
    with tempfile.TemporaryDirectory(prefix="echo") as folder:
        given = environment(database_factory.make("echoed"), nats.url, folder)
        async with program(given, "serve") as process:
            await until_ready(given)
            channel = Channel(given["ECHOED_GRPC_LISTEN"], "echo", tokens=SystemTokens("robot", ROBOT_KEY))
            client = Client(ECHO, channel)
            slow = asyncio.create_task(client.call("Keep", Text(text="slow"), Text, caller=ROBOT))
            await asyncio.sleep(0.3)
            sent_at = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert (await slow).text == "slow"
            out, err = await asyncio.wait_for(process.communicate(), 10)
            assert time.monotonic() - sent_at < 5
            assert process.returncode == 0, err.decode()
            assert b'"serving"' in out
            await channel.close()


async def test_sigterm_ends_a_service_that_is_still_starting(
    database_factory: DatabaseFactory, nats: Nats
) -> None:
    with tempfile.TemporaryDirectory(prefix="echo") as folder:
        given = environment(database_factory.make("echoed"), nats.url, folder, ECHO_COMPOSE="hangs")
        async with program(given, "serve") as process:
            assert process.stdout is not None
            while b"composing" not in await process.stdout.readline():
                continue
            process.send_signal(signal.SIGTERM)
            _, err = await asyncio.wait_for(process.communicate(), 30)
            assert process.returncode == 0, err.decode()


async def test_a_loop_that_fails_ends_the_process_so_that_it_is_started_again(
    database_factory: DatabaseFactory, nats: Nats
) -> None:
    with tempfile.TemporaryDirectory(prefix="echo") as folder:
        given = environment(database_factory.make("echoed"), nats.url, folder, ECHO_LOOP="fails")
        async with program(given, "serve") as process:
            out, _ = await asyncio.wait_for(process.communicate(), 20)
            assert process.returncode == 1
            assert b'"loop_failed"' in out


async def test_an_address_that_is_taken_is_said_in_words(
    database_factory: DatabaseFactory, nats: Nats
) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="echo") as folder,
        socket.create_server(("127.0.0.1", 0)) as taken,
    ):
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        given = environment(database_factory.make("echoed"), nats.url, folder, ECHOED_HTTP_LISTEN=listen)
        async with program(given, "serve") as process:
            _, err = await asyncio.wait_for(process.communicate(), 20)
            assert process.returncode == 1
            assert b"Address already in use" in err


async def test_wrong_settings_are_listed_all_at_once_and_nothing_starts() -> None:
    given = {"ECHOED_DATABASE_URL": "postgresql://x", "ECHOED_TYPO": "1", "DESKMESH_UNKNOWN": "1"}
    for command in ("serve", "migrate"):
        async with program(given, command) as process:
            _, err = await asyncio.wait_for(process.communicate(), 20)
            assert process.returncode == 2
            for name in ("ECHOED_TYPO", "DESKMESH_UNKNOWN", "ECHOED_GRPC_LISTEN", "DESKMESH_NATS_URL"):
                assert name in err.decode()


async def test_migrate_brings_an_empty_database_to_the_newest_revision(
    database_factory: DatabaseFactory, nats: Nats
) -> None:
    with tempfile.TemporaryDirectory(prefix="echo") as folder:
        given = environment(database_factory.make_empty("echoed"), nats.url, folder)
        for _ in range(2):
            async with program(given, "migrate") as process:
                _, err = await asyncio.wait_for(process.communicate(), 30)
                assert process.returncode == 0, err.decode()
        async with program(given, "serve"):
            await until_ready(given)


async def test_a_process_that_ends_is_not_ready_first_and_closes_its_doors_later(
    settings_of: ServiceSettings,
) -> None:
    settings = settings_of.model_copy(update={"drain_seconds": 1.0})
    stopping = asyncio.Event()

    async def serve(started: asyncio.Future[int]) -> None:
        async with chassis_service.running(SERVICE, settings) as process:
            await process.ready()
            started.set_result(process.http_port)
            await stopping.wait()

    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(started))
    channel = Channel(settings.grpc_listen, "echo", tokens=SystemTokens("robot", ROBOT_KEY))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{await started}") as http:
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.headers.get("connection")) == (200, None)
        stopping.set()
        await asyncio.sleep(0.3)
        answer = await http.get("/readyz?exclude=process")
        assert (answer.status_code, answer.headers["connection"]) == (503, "close")
        assert (await Client(ECHO, channel).call("WhoAmI", Text(), Text, caller=ROBOT)).text == "robot"
        await serving
        with pytest.raises(httpx.ConnectError):
            await http.get("/readyz")
    await channel.close()


async def test_a_worker_that_ends_is_followed_by_another_at_once(
    database_factory: DatabaseFactory, nats: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "_TRY_SECONDS", 60.0)
    with tempfile.TemporaryDirectory(prefix="echo") as folder:
        given = environment(database_factory.make("echoed"), nats.url, folder)
        settings = load(ServiceSettings, "ECHOED_", given)
        other = settings.model_copy(update={"http_listen": f"127.0.0.1:{free_port()}"})
        worker = chassis_service.Only.WORKER
        async with AsyncExitStack() as first:
            process = await first.enter_async_context(chassis_service.running(SERVICE, settings, worker))
            await process.ready()
            async with chassis_service.running(SERVICE, other, worker) as heir:
                await heir.ready()
                database = heir.runtime.databases.all()[0]

                async def fencing() -> int:
                    async with database.relay_connection() as raw:
                        held: int = await raw.fetchval(
                            "SELECT fencing FROM relay_state WHERE holder IS NOT NULL"
                        )
                        return held or 0

                before = await eventually(fencing)
                await first.aclose()

                async def taken() -> bool:
                    return await fencing() > before

                await eventually(taken)
