"""Real PostgreSQL and NATS for tests: given ones, containers where an engine answers, or the wheels' programs."""

import asyncio
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

import nats

from chassis.testing.waiting import in_a_thread
from embedded.accounts import lent_folder
from embedded.nats import NatsServer
from embedded.postgres import PostgresServer, run_sql
from embedded.processes import free_ports

POSTGRES_IMAGE = os.environ.get("DESKMESH_TEST_POSTGRES_IMAGE", "postgres:18")
NATS_IMAGE = os.environ.get("DESKMESH_TEST_NATS_IMAGE", "nats:2.12")

# Nothing in a test's database outlives the run.
_NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server, by its superuser's address."""

    url: str

    def database_url(self, database: str, user: str | None = None, password: str | None = None) -> str:
        """Give the address of a database, as the superuser or as `user`."""
        parts = urlsplit(self.url)
        netloc = parts.netloc
        if user is not None:
            netloc = f"{quote(user)}:{quote(password or '', safe='')}@{netloc.rpartition('@')[2]}"
        return urlunsplit((parts.scheme, netloc, f"/{database}", parts.query, ""))

    def run(self, sql: str, *, database: str = "postgres") -> str:
        """Run statements as the superuser; rows come as lines, columns parted by `|`."""
        return run_sql(self.database_url(database), sql)

    @contextmanager
    def away(self, database: str) -> Iterator[None]:
        """Ends every connection to a database and lets nobody in while the block runs, as a restart does."""
        self.run(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        try:
            self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")  # noqa: S608 (a database of tests)
            yield
        finally:
            self.run(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")


@dataclass(frozen=True, slots=True)
class Nats:
    """A running server with JetStream, by its address."""

    url: str


def _choice() -> Literal["containers", "local"]:
    """Say where servers come from: as `DESKMESH_TEST_SERVERS` says, else containers where an engine has the images.

    An engine that would have to fetch them first, or cannot, is left alone unless it is asked for.
    """
    match os.environ.get("DESKMESH_TEST_SERVERS", ""):
        case "containers":
            return "containers"
        case "local":
            return "local"
        case "":
            return "containers" if engine_has(POSTGRES_IMAGE) and engine_has(NATS_IMAGE) else "local"
        case other:
            message = f"DESKMESH_TEST_SERVERS is {other!r}; it may be containers or local"
            raise ValueError(message)


def engine_answers() -> bool:
    """Say whether a Docker-compatible engine answers at `DOCKER_HOST`, or at Docker's own socket."""
    return _engine_agrees("/_ping")


def engine_has(image: str) -> bool:
    """Say whether that engine holds an image."""
    return _engine_agrees(f"/images/{image}/json")


def _engine_agrees(path: str) -> bool:
    host = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    local = host.scheme == "unix"
    with socket.socket(socket.AF_UNIX if local else socket.AF_INET) as engine:
        engine.settimeout(3)
        try:
            engine.connect(host.path if local else (host.hostname, host.port or 2375))
            engine.sendall(f"GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n".encode())
            return b" 200 " in engine.recv(64)
        except OSError:
            return False


@contextmanager
def run_postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL for as long as the context lasts."""
    given = os.environ.get("DESKMESH_TEST_POSTGRES_URL")
    if given:
        yield Postgres(given)
    elif _choice() == "containers":
        from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 - needs an engine

        options = [word for name, value in _NOT_DURABLE.items() for word in ("-c", f"{name}={value}")]
        with PostgresContainer(POSTGRES_IMAGE, driver=None).with_command(options) as container:
            yield Postgres(container.get_connection_url())
    else:
        with _temporary_home() as home:
            server = PostgresServer(home, free_ports(1)[0], secrets.token_urlsafe(), _NOT_DURABLE)
            server.prepare()
            server.start()
            try:
                server.wait_ready()
                yield Postgres(server.url())
            finally:
                server.stop()


@contextmanager
def run_nats() -> Iterator[Nats]:
    """Run a NATS with JetStream for as long as the context lasts."""
    given = os.environ.get("DESKMESH_TEST_NATS_URL")
    if given:
        yield Nats(given)
    elif _choice() == "containers":
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - needs an engine
        from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415

        # Its own NatsContainer waits in a way that warns of its own end.
        starting = DockerContainer(NATS_IMAGE).with_command("-js").with_exposed_ports(4222)
        with starting.waiting_for(LogMessageWaitStrategy("Server is ready")) as container:
            yield Nats(f"nats://{container.get_container_host_ip()}:{container.get_exposed_port(4222)}")
    else:
        with _temporary_home() as home:
            server = NatsServer(home, free_ports(1)[0], secrets.token_hex())
            server.start()
            try:
                server.wait_ready()
                yield Nats(server.url)
            finally:
                server.stop()


def empty(server: Nats) -> None:
    """Delete every stream of a server."""

    async def delete() -> None:
        client = await nats.connect(server.url)
        try:
            jetstream = client.jetstream()
            for stream in await jetstream.streams_info():
                assert stream.config.name is not None
                await jetstream.delete_stream(stream.config.name)
        finally:
            await client.close()

    in_a_thread(lambda: asyncio.run(delete()))


@contextmanager
def _temporary_home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="deskmesh-test-"))
    home.chmod(0o711)
    try:
        yield home
    finally:
        shutil.rmtree(lent_folder(home), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
