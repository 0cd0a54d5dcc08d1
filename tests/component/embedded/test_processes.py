import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from embedded.processes import free_ports, start_child
from embedded.supervisor import Member, Supervisor

PARENT = """
import os, sys, time
from embedded.processes import start_child
child = start_child(["sleep", "300"], env=os.environ, log=open(os.devnull, "wb"))
print(child.pid, flush=True)
time.sleep(300)
"""


def wait_until(condition: Callable[[], bool], patience: float = 5.0) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def shell(script: str, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return start_child(["/bin/sh", "-c", script], env=os.environ, log=output)


def test_a_child_dies_with_a_parent_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.kill()
        assert wait_until(lambda: not is_alive(child))


def test_a_child_has_a_session_of_its_own(tmp_path: Path) -> None:
    child = shell("sleep 300", tmp_path / "log")
    try:
        assert os.getsid(child.pid) == child.pid != os.getsid(0)
    finally:
        child.kill()
        child.wait()


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def pids() -> list[list[int]]:
    return []


@pytest.fixture
def supervisor(told: list[str], pids: list[list[int]]) -> Supervisor:
    def changed(members: list[Member]) -> None:
        pids.append([member.process.pid for member in members if member.process])

    return Supervisor(say=told.append, changed=changed)


def tend_until(supervisor: Supervisor, condition: Callable[[], bool]) -> bool:
    def look() -> bool:
        supervisor.tend()
        return condition()

    return wait_until(look)


def test_free_ports_are_none_of_those_that_are_spoken_for() -> None:
    spoken_for = range(10_240, 32_700)
    assert not {*free_ports(20, besides=spoken_for)} & {*spoken_for}


def test_what_was_killed_is_started_again_and_told(
    supervisor: Supervisor, told: list[str], pids: list[list[int]], tmp_path: Path
) -> None:
    member = Member("sleeper", lambda: shell("exec sleep 300", tmp_path / "log"), {})
    supervisor.start(member)
    try:
        first = pids[-1]
        os.kill(first[0], signal.SIGKILL)
        assert tend_until(supervisor, lambda: pids[-1] != first)
        assert is_alive(pids[-1][0])
        assert told == ["sleeper ended (killed by SIGKILL); starting it again"]
    finally:
        supervisor.stop("sleeper", patience=5)


def test_what_dies_at_once_is_started_ever_more_slowly(supervisor: Supervisor, tmp_path: Path) -> None:
    member = Member("dying", lambda: shell("exit 3", tmp_path / "log"), {})
    supervisor.start(member)
    pauses: set[float] = set()

    def paused_thrice() -> bool:
        pauses.add(member.pause)
        return {0.2, 0.4, 0.8} <= pauses

    assert tend_until(supervisor, paused_thrice)
    supervisor.stop("dying", patience=5)


def test_a_child_that_ignores_the_request_is_killed_when_patience_ends(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    member = Member(
        "stubborn",
        lambda: shell("trap '' TERM; echo ready; while :; do sleep 0.1; done", log),
        {},
    )
    supervisor.start(member)
    assert wait_until(lambda: "ready" in log.read_text())
    assert member.process is not None
    began = time.monotonic()
    supervisor.stop("stubborn", patience=0.5)
    assert member.process.returncode == -signal.SIGKILL
    assert time.monotonic() - began >= 0.5
