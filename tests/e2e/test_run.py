"""The one-machine run as an operator meets it."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from embedded.testing import Desk, begin_desk, clear_desk, eventually, is_alive, new_home

MEMBERS = {"postgres", "nats", "gateway", "tickets", "sla", "knowledge", "cmdb", "notify"}
AGAIN_SECONDS = 300.0


@pytest.fixture
def other() -> Iterator[Desk]:
    """A desk of this test alone, starting."""
    desk = begin_desk(new_home())
    yield desk
    clear_desk(desk)


def run_to_its_end(environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "embedded.cli", "up"],
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_taken_port_is_named_with_the_way_to_choose_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run_to_its_end(
            {**os.environ, "DESKMESH_HOME": str(tmp_path / "home"), "DESKMESH_SMTP_PORT": str(port)}
        )
    assert done.returncode == 1
    assert f"port {port} " in done.stderr
    assert "DESKMESH_SMTP_PORT=" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_told_in_one_line(tmp_path: Path) -> None:
    done = run_to_its_end(
        {**os.environ, "DESKMESH_HOME": str(tmp_path / "home"), "DESKMESH_HTTP_PORT": "eighty"}
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "DESKMESH_HTTP_PORT" in done.stderr


def test_a_second_run_on_the_same_home_is_refused(desk: Desk) -> None:
    done = run_to_its_end(desk.environment())
    assert done.returncode == 1
    assert "already runs" in done.stderr
    assert desk.ready()


def test_the_printed_address_and_log_ins_work(desk: Desk) -> None:
    said = desk.said()
    assert desk.url in said
    people = set(re.findall(r"(?!support)\b[a-z]+@(?:acme|globex)\.example", said))
    assert len(people) == 8
    for email in people:
        assert desk.sign_in(email).get("/me")["email"] == email


def test_run_json_names_every_process_and_its_ports(desk: Desk) -> None:
    run = desk.run_file()
    assert run["url"] == desk.url
    processes = {one["name"]: one for one in run["processes"]}
    assert processes.keys() == MEMBERS
    assert all(is_alive(one["pid"]) for one in processes.values())
    assert processes["gateway"]["ports"] == {"http": int(desk.url.rpartition(":")[2]), "grpc": desk.grpc_port}
    assert processes["notify"]["ports"]["smtp"] == desk.smtp_port
    for service in MEMBERS - {"postgres", "nats", "gateway"}:
        health = f"http://127.0.0.1:{processes[service]['ports']['http']}/readyz"
        assert httpx.get(health, timeout=5).status_code == 200


def test_an_operator_makes_a_tenant_whose_administrator_signs_in(desk: Desk) -> None:
    command = [
        *(sys.executable, "-m", "embedded.cli", "tenant", "create", "--slug", "initech", "--name", "Initech"),
        *("--language", "en", "--time-zone", "America/Chicago", "--country", "US"),
        *("--support-address", "support@initech.example", "--admin-email", "admin@initech.example"),
        "--admin-password-stdin",
    ]
    for _ in range(2):  # the second time changes nothing
        done = subprocess.run(
            command,
            env=desk.environment(),
            input="deskmesh",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert desk.sign_in("admin@initech.example").get("/me")["email"] == "admin@initech.example"


def test_a_mail_is_sent_by_the_command_line(desk: Desk) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "embedded.cli", "mail", "send", "support@globex.example"),
            *(
                "--from",
                "requester@globex.example",
                "--subject",
                "Sent by the command line",
                "--body",
                "Hello",
            ),
        ],
        env=desk.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    inbound_id = done.stdout.strip().rpartition(" ")[2]
    agent = desk.sign_in("agent@globex.example")
    inbound = eventually(
        lambda: (one := agent.get(f"/inbound-messages/{inbound_id}"))["state"] == "processed" and one
    )
    assert agent.get(f"/tickets/{inbound['ticket_id']}")["title"] == "Sent by the command line"


def test_children_have_sessions_of_their_own(desk: Desk) -> None:
    assert all(os.getsid(pid) == pid for pid in desk.processes().values())


@pytest.mark.parametrize("name", sorted(MEMBERS))
def test_what_is_killed_comes_back(desk: Desk, name: str) -> None:
    desk.kill(name)
    assert is_alive(desk.processes()[name])


def test_a_desk_stops_starts_again_and_survives_its_supervisor(other: Desk) -> None:
    other.wait_ready()
    made = other.sign_in("agent@acme.example").send("POST", "/tickets", {"title": "Kept over a restart"})

    # Ctrl-C: everything ends, in order, and nothing is left.
    children = other.processes()
    other.stop(signal.SIGINT)
    assert not any(is_alive(pid) for pid in children.values())
    assert not (other.home / "run.json").exists()

    # The second start loads nothing again and keeps what was written.
    other.begin_again()
    other.wait_ready(AGAIN_SECONDS)
    assert "loading the demo tenants" not in other.said()
    kept = other.sign_in("agent@acme.example").get(f"/tickets/{made['number']}")
    assert kept["title"] == "Kept over a restart"

    # kill -9 of the supervisor takes every child with it, and the next start is like any other.
    children = other.processes()
    other.process.kill()
    other.process.wait()
    eventually(lambda: not any(is_alive(pid) for pid in children.values()), seconds=10)
    other.begin_again()
    other.wait_ready(AGAIN_SECONDS)
    other.stop(signal.SIGTERM)


def test_a_first_start_that_is_cut_short_is_finished_by_the_next(other: Desk) -> None:
    eventually(lambda: len(_journal(other)) > 60, seconds=900)
    assert not other.ready()
    other.process.kill()
    other.process.wait()
    noted = len(_journal(other))
    other.begin_again()
    other.wait_ready()
    assert len(_journal(other)) > noted
    users = other.sign_in("admin@globex.example").all("/users")
    assert len(users) == len({user["email"] for user in users}) == 15


def _journal(desk: Desk) -> list[str]:
    journal = desk.home / "demo.journal"
    return journal.read_text().splitlines() if journal.exists() else []
