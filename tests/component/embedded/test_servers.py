import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from nats import connect as nats_connect

from chassis.testing.databases import DatabaseFactory
from chassis.testing.servers import Nats, Postgres
from embedded.accounts import Account, can_reach, lent_folder
from embedded.databases import SERVICES, is_migrated
from embedded.errors import EmbeddedError
from embedded.home import remove
from embedded.nats import NatsServer
from embedded.postgres import PostgresServer, run_sql
from embedded.processes import free_ports


@pytest.fixture
def tmp_home() -> Iterator[Path]:
    """A folder that the account of PostgreSQL can reach, also where root runs the tests."""
    home = Path(tempfile.mkdtemp())
    home.chmod(0o711)
    yield home
    shutil.rmtree(lent_folder(home), ignore_errors=True)
    shutil.rmtree(home)


async def test_the_postgresql_of_the_tests_answers(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url)
    try:
        assert await connection.fetchval("SELECT lower('ŻÓŁW')") == "żółw"
    finally:
        await connection.close()


async def test_the_nats_of_the_tests_has_jetstream(nats: Nats) -> None:
    client = await nats_connect(nats.url)
    try:
        info = await client.jetstream().account_info()
        assert info.streams == 0
    finally:
        await client.close()


def test_postgresql_keeps_what_was_committed_when_it_is_killed(tmp_home: Path) -> None:
    server = PostgresServer(tmp_home, free_ports(1)[0], "a 'pass/word'")
    server.prepare()
    process = server.start()
    server.wait_ready()
    run_sql(server.url(), "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    process.kill()
    process.wait()
    server.prepare()
    server.start()
    try:
        server.wait_ready()
        assert run_sql(server.url(), "SELECT n FROM kept") == "7"
    finally:
        server.stop()


def test_a_start_ends_the_postgresql_that_an_earlier_run_left_on_its_data(tmp_home: Path) -> None:
    left = PostgresServer(tmp_home, free_ports(1)[0], "password")
    left.prepare()
    process = left.start()
    left.wait_ready()
    own = PostgresServer(tmp_home, free_ports(1)[0], "password")
    # The left one is a child of this process: it must be reaped for its number to vanish, as init does for orphans.
    reaper = threading.Thread(target=process.wait)
    reaper.start()
    own.prepare()
    reaper.join()
    own.start()
    try:
        own.wait_ready()
        assert process.returncode is not None
        assert run_sql(own.url(), "SELECT 1") == "1"
    finally:
        own.stop()


def test_an_interrupted_first_start_leaves_nothing_in_the_way(tmp_home: Path) -> None:
    server = PostgresServer(tmp_home, free_ports(1)[0], "password")
    server.prepare()
    (tmp_home / "postgres/data").rename(tmp_home / "postgres/data.new")
    (tmp_home / "postgres/data.new/PG_VERSION").unlink()
    server.prepare()
    server.start()
    try:
        server.wait_ready()
    finally:
        server.stop()


def test_postgresql_that_cannot_start_says_why(tmp_home: Path) -> None:
    server = PostgresServer(tmp_home, free_ports(1)[0], "password", {"shared_buffers": "none"})
    server.prepare()
    server.start()
    with pytest.raises(EmbeddedError, match="shared_buffers"):
        server.wait_ready()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends folders to another account")
def test_root_runs_postgresql_on_a_home_that_nobody_can_reach(tmp_path: Path) -> None:
    home = tmp_path / "private"
    home.mkdir(mode=0o700)
    server = PostgresServer(home, free_ports(1)[0], "password")
    server.prepare()
    server.start()
    try:
        server.wait_ready()
        assert (home / "postgres").is_symlink()
        assert not can_reach(home, Account(65534, 65534))
        # A second start finds the data again.
        run_sql(server.url(), "CREATE TABLE kept ()")
        server.stop()
        server.prepare()
        server.start()
        server.wait_ready()
        assert run_sql(server.url(), "SELECT count(*) FROM kept") == "0"
    finally:
        server.stop()
        assert remove(home) == [home, lent_folder(home)]


async def test_nats_keeps_what_was_acknowledged_when_it_is_killed(tmp_home: Path) -> None:
    server = NatsServer(tmp_home, free_ports(1)[0], "password")
    process = server.start()
    server.wait_ready()
    client = await nats_connect(server.url)
    await client.jetstream().add_stream(name="kept", subjects=["kept.>"])
    await client.jetstream().publish("kept.one", b"payload")
    await client.close()
    process.kill()
    process.wait()
    server.start()
    try:
        server.wait_ready()
        client = await nats_connect(server.url)
        assert (await client.jetstream().stream_info("kept")).state.messages == 1
        await client.close()
    finally:
        server.stop()


def test_nats_refuses_a_client_without_the_password(tmp_home: Path) -> None:
    server = NatsServer(tmp_home, free_ports(1)[0], "password")
    server.start()
    try:
        server.wait_ready()
        with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
            connection.sendall(b'CONNECT {"verbose": false}\r\nPING\r\n')
            assert b"Authorization Violation" in b"".join(iter(lambda: connection.recv(4096), b""))
    finally:
        server.stop()


def test_a_database_counts_as_migrated_once_it_has_the_newest_revision(
    database_factory: DatabaseFactory,
) -> None:
    for service in SERVICES:
        assert not is_migrated(service, database_factory.make_empty(service).superuser_url)
        assert is_migrated(service, database_factory.make(service).superuser_url)
