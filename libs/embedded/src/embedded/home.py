"""The folder of a run, and what an operator may choose about it."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.accounts import lent_folder, sockets_folder
from embedded.errors import EmbeddedError
from embedded.processes import port_is_free


@dataclass(frozen=True, slots=True)
class Choices:
    """What the environment chooses: the folder, the three public ports, the relay for outgoing mail."""

    home: Path
    http_port: int
    grpc_port: int
    smtp_port: int
    smtp_out: str | None

    @property
    def url(self) -> str:
        """The address of the gateway."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def ready_file(self) -> Path:
        """The file that exists once the demo data are in."""
        return self.home / "demo.loaded"


def read_choices(environment: Mapping[str, str]) -> Choices:
    """Read `DESKMESH_HOME`, `DESKMESH_{HTTP,GRPC,SMTP}_PORT` and `DESKMESH_SMTP_OUT`; EmbeddedError lists what is wrong."""
    problems: list[str] = []

    def port(name: str, default: int) -> int:
        text = environment.get(name, "").strip()
        if not text:
            return default
        if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
            return int(text)
        problems.append(f"{name} is {text!r}; it must be a port from 1 to 65535")
        return default

    choices = Choices(
        home=Path(environment.get("DESKMESH_HOME") or ".deskmesh").resolve(),
        http_port=port("DESKMESH_HTTP_PORT", 8080),
        grpc_port=port("DESKMESH_GRPC_PORT", 8081),
        smtp_port=port("DESKMESH_SMTP_PORT", 2525),
        smtp_out=environment.get("DESKMESH_SMTP_OUT", "").strip() or None,
    )
    if choices.smtp_out and not _is_host_and_port(choices.smtp_out):
        problems.append(f"DESKMESH_SMTP_OUT is {choices.smtp_out!r}; it must be host:port")
    if len({choices.http_port, choices.grpc_port, choices.smtp_port}) < 3 and not problems:
        problems.append("DESKMESH_HTTP_PORT, DESKMESH_GRPC_PORT and DESKMESH_SMTP_PORT must differ")
    if problems:
        raise EmbeddedError("\n".join(problems))
    return choices


def _is_host_and_port(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isascii() and port.isdigit() and 0 < int(port) < 65536


def refuse_taken_ports(choices: Choices) -> None:
    """Raise EmbeddedError that names each public port somebody else listens on, and how to choose another."""
    wanted = {
        "DESKMESH_HTTP_PORT": choices.http_port,
        "DESKMESH_GRPC_PORT": choices.grpc_port,
        "DESKMESH_SMTP_PORT": choices.smtp_port,
    }
    taken = [
        f"port {port} on 127.0.0.1 is in use by another program; choose another: {name}={port + 1000} make up"
        for name, port in wanted.items()
        if not port_is_free(port)
    ]
    if taken:
        raise EmbeddedError("\n".join(taken))


@contextlib.contextmanager
def hold(home: Path) -> Iterator[None]:
    """Make the folder and hold it for this process alone; EmbeddedError where another run has it."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "lock").open("a+")
    except OSError as error:
        message = f"{home} cannot be written: {error.strerror}; DESKMESH_HOME names another folder"
        raise EmbeddedError(message) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            message = f"Deskmesh already runs on {home} (process {lock.read().strip() or 'unknown'})"
            raise EmbeddedError(message) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def remove(home: Path) -> list[Path]:
    """Remove the data of a stopped run: the folder, and what stands outside it. Gives the removed folders."""
    outside = [lent_folder(home), sockets_folder(home)]
    if not home.exists():
        targets = outside
    else:
        with hold(home):
            targets = [home, *outside]
    removed = [folder for folder in targets if folder.exists()]
    for folder in removed:
        shutil.rmtree(folder)
    return removed
