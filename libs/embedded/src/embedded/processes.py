"""Child processes that never outlive the one who started them."""

import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO

from embedded.accounts import Account
from embedded.errors import EmbeddedError

_PR_SET_PDEATHSIG = 1


def start_child(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: IO[bytes],
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own that gets `death_signal` when this process dies, however it dies.

    Call it from the main thread: the kernel ties the death signal to the thread that forked. A Ctrl-C in the
    terminal does not reach the child. It runs as `account` where one is given.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd="/",
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=_die_with_parent(death_signal),  # noqa: PLW1509 - runs no Python locks, only prctl
    )


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """Give the function that a child runs before exec, after its user was set (which clears the death signal)."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare


_LAST_WORDS_SECONDS = 2.0
_PORTS = range(10_240, 32_768)


def stop_child(child: subprocess.Popen[bytes], *, ask: signal.Signals, patience: float) -> None:
    """Ask a child to end, and end it with SIGKILL where it has not after `patience` seconds."""
    if child.poll() is None:
        child.send_signal(ask)
        wait_or_end(child, patience=patience)


def wait_or_end(
    child: subprocess.Popen[bytes], *, patience: float, insist: signal.Signals = signal.SIGKILL
) -> None:
    """Wait `patience` seconds for a child that was asked to end; then insist, and end it with SIGKILL at last."""
    for signal_then, seconds in ((insist, patience), (signal.SIGKILL, _LAST_WORDS_SECONDS)):
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.send_signal(signal_then)
        else:
            return
    child.wait()


def wait_until_answers(
    name: str,
    process: "subprocess.Popen[bytes] | None",
    is_ready: Callable[[], bool],
    *,
    log: Path,
    patience: float,
) -> None:
    """Wait until a started server answers; EmbeddedError with the end of its log where it ends or takes too long."""
    deadline = time.monotonic() + patience
    while process is not None and process.poll() is None and time.monotonic() < deadline:
        if is_ready():
            return
        time.sleep(0.05)
    raise EmbeddedError(f"{name} does not start; the end of {log}:\n{tail(log)}")


def free_ports(count: int, besides: Collection[int] = ()) -> list[int]:
    """Find TCP ports on 127.0.0.1 that nobody uses, all different and none of `besides`.

    They lie below those that the system gives to connections (32768 and up on Linux), so that none is taken by a
    passing connection before it is listened on.
    """
    tried = [port for port in random.sample(_PORTS, len(_PORTS)) if port not in besides]
    return list(islice((port for port in tried if port_is_free(port)), count))


def port_is_free(port: int) -> bool:
    """Say whether 127.0.0.1:port can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def tail(path: Path, lines: int = 12) -> str:
    """Give the last lines of a log, for an error text."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
