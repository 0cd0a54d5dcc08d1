"""A whole desk for tests: `deskmesh up` in a folder and on ports of its own, and people who use it."""

import json
import os
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

from embedded.errors import EmbeddedError
from embedded.home import remove
from embedded.processes import free_ports, tail

# Not a measure of the start, which takes a minute: a machine that runs the tests may be busy.
READY_SECONDS = 900.0
PATIENCE = 20.0


T = TypeVar("T")
Json = dict[str, Any]


def eventually(look: Callable[[], T], *, seconds: float = PATIENCE) -> T:
    """What `look` gives as soon as it is true; raises AssertionError with the last answer when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still {found!r}")
        time.sleep(0.1)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for its parent does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@dataclass
class Client:
    """A signed-in person of a tenant."""

    http: httpx.Client
    fresh_until: float = 0.0
    """By the monotonic clock: when `Desk.sign_in` gets a new token."""

    def get(self, path: str, **parameters: str | int) -> Json:
        """A resource; the answer must be 2xx."""
        answer = self.http.get(path, params=parameters)
        assert answer.is_success, answer.text
        found: Json = answer.json()
        return found

    def all(self, path: str, **parameters: str | int) -> list[Json]:
        """Every item of a list, page by page."""
        page = self.get(path, page_size=200, **parameters)
        items: list[Json] = page["items"]
        while page["next_page_token"]:
            page = self.get(path, page_size=200, page_token=page["next_page_token"], **parameters)
            items += page["items"]
        return items

    def send(self, method: str, path: str, body: object, **headers: str) -> Json:
        """A write; the answer must be 2xx."""
        answer = self.http.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        found: Json = answer.json()
        return found


@dataclass
class Desk:
    """A desk that was started, in its folder and on its ports."""

    home: Path
    url: str
    smtp_port: int
    grpc_port: int
    process: "subprocess.Popen[bytes]"
    clients: dict[str, Client] = field(default_factory=dict)

    def sign_in(self, who: str) -> Client:
        """A client of a demo person, by address; its token holds for five minutes at least."""
        if who not in self.clients:
            self.clients[who] = Client(httpx.Client(base_url=f"{self.url}/api/v1", timeout=30))
        client = self.clients[who]
        if time.monotonic() > client.fresh_until:
            tenant = who.split("@")[1].split(".", maxsplit=1)[0]
            form = {"grant_type": "password", "username": who, "password": "deskmesh", "tenant": tenant}
            answer = client.http.post("/auth/token", data=form)
            assert answer.status_code == 200, answer.text
            client.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            client.fresh_until = time.monotonic() + answer.json()["expires_in"] - 300
        return client

    def mail(self, message: EmailMessage, *, to: str, sender: str) -> str:
        """Deliver a message by SMTP; the id that the 250 names."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=30) as smtp:
            smtp.ehlo("client.example")
            assert smtp.mail(sender)[0] == 250
            code, text = smtp.rcpt(to)
            assert code == 250, text
            code, text = smtp.data(message.as_bytes())
        assert code == 250, text
        assert text.startswith(b"2.0.0 queued as ")
        return text.decode().rsplit(" ", 1)[1]

    def sent_mails(self, to: str, *, about: str) -> list[EmailMessage]:
        """The messages kept for an address whose subject holds a text, oldest first."""
        kept = sorted((self.home / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        raw = [content for path in kept if to.encode() in (content := path.read_bytes())]
        parsed = [BytesParser(policy=default).parsebytes(content) for content in raw]
        return [one for one in parsed if to in str(one["To"]) and about in str(one["Subject"])]

    def run_file(self) -> Json:
        """What run.json says."""
        found: Json = json.loads((self.home / "run.json").read_text())
        return found

    def processes(self) -> dict[str, int]:
        """The ids of the processes, by name, as the run file has them."""
        return {one["name"]: one["pid"] for one in self.run_file()["processes"]}

    def ready(self) -> bool:
        """Whether the gateway says that all is ready."""
        return not self.problems()

    def problems(self) -> str:
        """Why the gateway is not ready; empty when it is."""
        try:
            answer = httpx.get(f"{self.url}/readyz", timeout=5)
        except httpx.TransportError as error:
            return repr(error)
        return "" if answer.status_code == 200 else answer.text

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Returns when the desk is ready and has told the operator so. Raises AssertionError with what all of it said."""

        def ready() -> bool:
            assert self.process.poll() is None, f"deskmesh up ended:\n{tail(self.output, 40)}"
            return self.ready() and "Deskmesh is up" in self.said()

        try:
            eventually(ready, seconds=seconds)
        except AssertionError as error:
            logs = [f"{log.name}:\n{tail(log, 15)}" for log in sorted((self.home / "logs").glob("*.log"))]
            raise AssertionError(
                "\n\n".join([str(error), self.problems(), tail(self.output, 40), *logs])
            ) from error

    @property
    def output(self) -> Path:
        """The file of what the operator sees, over all starts."""
        return self.home.with_name(f"{self.home.name}.log")

    def said(self) -> str:
        """What the last start has told the operator."""
        return self.output.read_text(errors="replace").rpartition("starting PostgreSQL and NATS")[2]

    def kill(self, name: str) -> None:
        """Kill -9 a process and wait until its successor is there and the desk ready."""
        old = self.processes()[name]
        os.kill(old, signal.SIGKILL)
        eventually(lambda: self.processes().get(name) not in {None, old}, seconds=60)
        eventually(self.ready, seconds=60)

    def begin_again(self) -> None:
        """Start the stopped desk on its folder and ports, without waiting for it."""
        self.process = _begin(self.home, self.environment())

    def environment(self) -> dict[str, str]:
        """What the operator has set."""
        http_port = int(self.url.rpartition(":")[2])
        return _environment(self.home, http_port, self.grpc_port, self.smtp_port)

    def stop(self, ask: signal.Signals = signal.SIGINT) -> None:
        """Stop the desk as Ctrl-C does; it must end well, within 20 seconds."""
        for client in self.clients.values():
            client.http.close()
        self.clients.clear()
        self.process.send_signal(ask)
        assert self.process.wait(timeout=20) == 0


def new_home() -> Path:
    """A folder for a desk that nobody but the caller can reach, not made yet."""
    return Path(tempfile.mkdtemp(prefix="deskmesh-desk-")) / "home"


def begin_desk(home: Path, settings: Mapping[str, str] | None = None) -> Desk:
    """Start a desk in a folder, on free ports, without waiting for it."""
    http, grpc, smtp = free_ports(3)
    process = _begin(home, _environment(home, http, grpc, smtp) | dict(settings or {}))
    return Desk(home, f"http://127.0.0.1:{http}", smtp, grpc, process)


def start_desk(home: Path, settings: Mapping[str, str] | None = None) -> Desk:
    """Start a desk in a folder, on free ports, and wait until it is ready."""
    desk = begin_desk(home, settings)
    desk.wait_ready()
    return desk


def stop_desk(desk: Desk) -> None:
    """Stop a desk as Ctrl-C does; it must end within 20 seconds."""
    desk.stop()


def clear_desk(desk: Desk) -> None:
    """End a desk, however it stands, and remove all that it left, its folder's parent included."""
    for client in desk.clients.values():
        client.http.close()
    if desk.process.poll() is None:
        desk.process.terminate()
        try:
            desk.process.wait(30)
        except subprocess.TimeoutExpired:
            desk.process.kill()
            desk.process.wait()
    eventually(lambda: _is_removed(desk.home))
    shutil.rmtree(desk.home.parent)


def _is_removed(home: Path) -> bool:
    try:
        remove(home)
    except (EmbeddedError, OSError):  # its children are still ending
        return False
    return True


def _environment(home: Path, http: int, grpc: int, smtp: int) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DESKMESH_")}
    ports = {"HTTP": http, "GRPC": grpc, "SMTP": smtp}
    environment |= {f"DESKMESH_{name}_PORT": str(port) for name, port in ports.items()}
    return environment | {"DESKMESH_HOME": str(home)}


def _begin(home: Path, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start `deskmesh up` with SIGINT ignored, as in a shell's background job."""
    with home.with_name(f"{home.name}.log").open("ab") as output:
        return subprocess.Popen(
            # By the shell: a function to be called before exec would run in a fork, which gRPC's threads do not survive.
            ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-m", "embedded.cli", "up"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
