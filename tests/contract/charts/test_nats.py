"""The chart's NATS, its real server under the rendered configuration: a service may do its work and nobody else's."""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nats
import pytest
import yaml
from helm_charts import SERVICES, Charts, name, of_kind
from joserfc.jwk import RSAKey
from nats.aio.client import Client

from chassis.ids import new_id
from chassis.messaging import stream_of
from chassis.service import Service
from chassis.testing.databases import DatabaseFactory, ServiceDatabase
from chassis.testing.identity import SERVICE_KEYS, Issuer
from chassis.testing.servers import Nats, Postgres
from chassis.testing.services import RunningService, running
from chassis.testing.waiting import eventually
from cmdb.main import SERVICE as CMDB
from embedded.binaries import nats_binary
from embedded.processes import free_ports, start_child, stop_child
from gateway.main import SERVICE as GATEWAY
from knowledge.main import SERVICE as KNOWLEDGE
from notify.main import SERVICE as NOTIFY
from sla.main import SERVICE as SLA
from tickets.main import SERVICE as TICKETS

BACKENDS: tuple[Service[Any], ...] = (TICKETS, SLA, KNOWLEDGE, CMDB, NOTIFY)


@dataclass(frozen=True)
class Server:
    """A server under the chart's configuration."""

    port: int
    passwords: dict[str, str]
    log: Path

    def url(self, user: str) -> str:
        return f"nats://{user}:{self.passwords[user]}@127.0.0.1:{self.port}"

    def refusals(self) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if "Violation" in line]


@pytest.fixture(scope="module")
def server(charts: Charts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _run(charts, tmp_path_factory.mktemp("nats")) as started:
        yield started


@contextmanager
def _run(charts: Charts, folder: Path) -> Iterator[Server]:
    (config,) = [
        one["data"]["nats.conf"]
        for one in of_kind(charts.desk("small"), "ConfigMap")
        if name(one).endswith("-nats")
    ]
    port, monitoring = free_ports(2)
    for here, there in (
        ('"/data"', f'"{folder}/data"'),
        ("/tmp/nats.pid", f"{folder}/nats.pid"),
        ("port: 4222", f"host: 127.0.0.1, port: {port}"),
        ("http_port: 8222", f"http: 127.0.0.1:{monitoring}"),
    ):
        assert here in config
        config = config.replace(here, there)
    (folder / "nats.conf").write_text(config)
    # As the documents ask for: letters and digits, a letter first.
    passwords = {user: f"p{secrets.token_hex(12)}" for user in (*SERVICES, "admin")}
    environment = {f"NATS_PASSWORD_{user.upper()}": word for user, word in passwords.items()}
    log = folder / "nats.log"
    with log.open("ab") as output:
        child = start_child(
            [nats_binary(), "-c", str(folder / "nats.conf")],
            env={**os.environ, **environment, "POD_NAME": "desk-nats-0"},
            log=output,
        )
    try:
        while "Server is ready" not in log.read_text():
            assert child.poll() is None, log.read_text()
        yield Server(port, passwords, log)
    finally:
        stop_child(child, ask=signal.SIGTERM, patience=5)


@pytest.fixture(scope="module")
async def desk(
    server: Server, database_factory: DatabaseFactory, issuer: Issuer
) -> AsyncIterator[dict[str, RunningService[Any]]]:
    """All six services, each signed in as its own user."""
    databases = {service: database_factory.make(service) for service in SERVICES}
    async with AsyncExitStack() as stack:
        services: dict[str, RunningService[Any]] = {}

        async def start(service: Service[Any], settings: dict[str, str]) -> None:
            services[service.name] = await stack.enter_async_context(
                running(
                    service,
                    databases[service.name],
                    Nats(server.url(service.name)),
                    issuer,
                    settings,
                )
            )

        mail = {"NOTIFY_SMTP_LISTEN": "127.0.0.1:0", "NOTIFY_SMTP_OUT": "127.0.0.1:9"}
        for backend in BACKENDS:
            nobody = {f"{backend.prefix}GATEWAY_TARGET": "unix:/nobody"}
            await start(backend, nobody | (mail if backend is NOTIFY else {}))
        targets = {f"GATEWAY_{one.upper()}_TARGET": found.target for one, found in services.items()}
        keys = ", ".join(f'"{one}": "{key}"' for one, key in SERVICE_KEYS.items())
        doors = {
            "GATEWAY_PUBLIC_GRPC_LISTEN": "127.0.0.1:0",
            "GATEWAY_SIGNING_KEY": RSAKey.generate_key(2048).as_pem(private=True).decode(),
            "GATEWAY_ENCRYPTION_KEY": "e" * 32,
            "GATEWAY_SERVICE_KEYS": f"{{{keys}}}",
        }
        await start(GATEWAY, targets | doors)
        yield services


@asynccontextmanager
async def signed_in(server: Server, user: str) -> AsyncIterator[tuple[Client, list[str]]]:
    """A connection, and what the server refuses it."""
    refused: list[str] = []

    async def failed(error: Exception) -> None:
        refused.append(str(error).lower())

    client = await nats.connect(
        server.url(user), error_cb=failed, inbox_prefix=f"_INBOX.{user}".encode(), allow_reconnect=False
    )
    try:
        yield client, refused
    finally:
        await client.close()


async def test_the_services_publish_consume_and_follow_without_being_refused(
    server: Server, desk: dict[str, RunningService[Any]], postgres: Postgres
) -> None:
    async with signed_in(server, "admin") as (admin, _):
        jetstream = admin.jetstream()
        wanted = {
            service: {
                subject
                for one in await jetstream.consumers_info(stream_of(service))
                for subject in one.config.filter_subjects or ()
            }
            for service in SERVICES
        }
        for service, one in desk.items():
            for subject in wanted[service]:
                _write_event(postgres, one.database, subject)
        for service in SERVICES:

            async def taken(service: str = service) -> bool:
                """The events are in the stream, every service that follows it has done its own, the gateway sees it live."""
                last = (await jetstream.stream_info(stream_of(service))).state.last_seq
                consumers = await jetstream.consumers_info(stream_of(service))
                durable = [one for one in consumers if one.config.durable_name]
                done = all(
                    one.delivered
                    and one.delivered.stream_seq
                    and not one.num_pending
                    and not one.num_ack_pending
                    for one in durable
                )
                return last >= len(wanted[service]) and done and len(consumers) > len(durable)

            await eventually(taken, 60)
        # The relay looks how far consumers are every five seconds; the gateway tells of revocations every two.
        await asyncio.sleep(6)
    assert server.refusals() == []


async def test_the_chart_says_of_each_service_whose_streams_it_follows(
    server: Server, desk: dict[str, RunningService[Any]], charts: Charts
) -> None:
    told = yaml.safe_load((charts.folder / "service/files/services.yaml").read_text())
    async with signed_in(server, "admin") as (admin, _):
        follows: dict[str, set[str]] = {service: set() for service in SERVICES}
        for service in SERVICES:
            for consumer in await admin.jetstream().consumers_info(stream_of(service)):
                if consumer.config.durable_name:
                    follows[consumer.config.durable_name].add(service)
    assert follows == {service: set(row["consumes"]) for service, row in told.items()}


@pytest.mark.parametrize("user", SERVICES)
async def test_a_service_cannot_speak_for_another(
    server: Server, desk: dict[str, RunningService[Any]], user: str
) -> None:
    others = [service for service in SERVICES if service != user]
    forbidden = [f"deskmesh.{other}.v1.TicketCreated" for other in others]
    forbidden += [f"deskmesh.wake.{other}" for other in others]
    forbidden += [
        f"$JS.API.STREAM.{verb}.{stream_of(other)}"
        for other in others
        for verb in ("DELETE", "PURGE", "UPDATE", "MSG.DELETE")
    ]
    forbidden += [f"$JS.API.STREAM.PURGE.{stream_of(user)}", "$JS.API.STREAM.LIST", "$JS.API.STREAM.CREATE.x"]
    forbidden += [f"$JS.ACK.{stream_of(user)}.{other}.1.1.1.1.0" for other in others]
    forbidden += [f"_INBOX.{other}.answer" for other in others]
    if user != "gateway":
        forbidden += ["deskmesh.identity.not_before", "deskmesh.gateway.limits", "deskmesh.gateway.presence"]
    async with signed_in(server, "admin") as (admin, _), signed_in(server, user) as (client, refused):
        before = await _lengths(admin)
        for subject in forbidden:
            await _is_refused(lambda subject=subject: client.publish(subject, b"{}"), refused, client)  # type: ignore[misc]
        assert await _lengths(admin) == before
        assert {f"deskmesh-{service}" for service in SERVICES} <= before.keys()


@pytest.mark.parametrize("user", SERVICES)
async def test_a_service_cannot_listen_to_another(
    server: Server, desk: dict[str, RunningService[Any]], user: str
) -> None:
    other = "sla" if user != "sla" else "cmdb"
    for subject in (
        ">",
        "deskmesh.>",
        f"deskmesh.{other}.v1.>",
        f"_INBOX.{other}.>",
        "$JS.API.>",
        "_INBOX.>",
    ):
        async with signed_in(server, user) as (client, refused):
            await _is_refused(lambda: client.subscribe(subject), refused, client)  # noqa: B023 - called at once


async def test_the_gateway_cannot_take_a_durable_consumer_away(
    server: Server, desk: dict[str, RunningService[Any]]
) -> None:
    async with signed_in(server, "gateway") as (client, refused):
        subject = "$JS.API.CONSUMER.DELETE.deskmesh-tickets.sla"
        await _is_refused(lambda: client.publish(subject, b""), refused, client)


@pytest.mark.parametrize(
    "said", ['{"verbose": true}', '{"verbose": true, "user": "tickets", "pass": "wrong"}']
)
def test_nobody_enters_without_a_password(server: Server, said: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        lines = connection.makefile("rb")
        assert lines.readline().startswith(b"INFO ")
        connection.sendall(f"CONNECT {said}\r\n".encode())
        assert lines.readline().startswith(b"-ERR 'Authorization Violation'")
        lines.close()


def test_three_servers_take_the_configuration_of_a_cluster(charts: Charts, tmp_path: Path) -> None:
    (config,) = [
        one["data"]["nats.conf"]
        for one in of_kind(charts.desk("production"), "ConfigMap")
        if name(one).endswith("-nats")
    ]
    assert "sync_interval: always" in config
    (tmp_path / "nats.conf").write_text(config)
    environment = {f"NATS_PASSWORD_{user.upper()}": "p1" for user in (*SERVICES, "admin", "route")}
    command: list[str | Path] = [
        nats_binary(),
        "-t",
        "-c",
        str(tmp_path / "nats.conf"),
        "--routes",
        "nats-route://route:p1@desk-nats-0:6222",
    ]
    done = subprocess.run(command, env=environment | {"POD_NAME": "n0"}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


async def _is_refused(act: Callable[[], Awaitable[object]], refused: list[str], client: Client) -> None:
    refused.clear()
    await act()
    await client.flush()
    await eventually(lambda: _said(refused), 10)


async def _said(refused: list[str]) -> bool:
    return any("permissions violation" in word for word in refused)


async def _lengths(admin: Client) -> dict[str, int]:
    return {str(one.config.name): one.state.last_seq for one in await admin.jetstream().streams_info()}


def _write_event(postgres: Postgres, database: ServiceDatabase, subject: str) -> None:
    """An event that goes all the way and changes nothing, since nobody can read it."""
    postgres.run(
        "INSERT INTO outbox (tenant_id, id, subject, aggregate_id, version, payload) VALUES"
        f" ('{new_id()}', '{new_id()}', '{subject}', 'a', 1, '\\xff')",
        database=database.name,
    )
