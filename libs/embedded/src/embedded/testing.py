"""A whole desk for tests: the embedded run in a folder of its own, as `make up` starts it, and people who use it."""

import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any, TypeVar

import httpx

from embedded.processes import free_ports

READY_SECONDS = 300.0
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


@dataclass
class Client:
    """A signed-in person of a tenant."""

    http: httpx.Client

    def get(self, path: str, **parameters: str | int) -> Json:
        """A resource; the answer must be 2xx."""
        answer = self.http.get(path, params=parameters)
        assert answer.is_success, answer.text
        found: Json = answer.json()
        return found

    def send(self, method: str, path: str, body: object, **headers: str) -> Json:
        """A write; the answer must be 2xx."""
        answer = self.http.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        found: Json = answer.json()
        return found


@dataclass
class Desk:
    """A running desk."""

    home: Path
    url: str
    smtp_port: int
    grpc_port: int
    process: "subprocess.Popen[bytes]"
    clients: dict[str, Client] = field(default_factory=dict)

    def sign_in(self, who: str) -> Client:
        """A client of a demo person, by address."""
        if who not in self.clients:
            tenant = who.split("@")[1].split(".", maxsplit=1)[0]
            form = {"grant_type": "password", "username": who, "password": "deskmesh", "tenant": tenant}
            answer = httpx.post(f"{self.url}/api/v1/auth/token", data=form, timeout=30)
            assert answer.status_code == 200, answer.text
            headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            self.clients[who] = Client(
                httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)
            )
        return self.clients[who]

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
        parsed = [BytesParser(policy=default).parsebytes(path.read_bytes()) for path in kept]
        return [one for one in parsed if to in str(one["To"]) and about in str(one["Subject"])]

    def processes(self) -> dict[str, int]:
        """The ids of the processes, by name, as the run file has them."""
        run = json.loads((self.home / "run.json").read_text())
        return {one["name"]: one["pid"] for one in run["processes"]}

    def ready(self) -> bool:
        """Whether the gateway says that all is ready."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self, name: str) -> None:
        """Kill -9 a process and wait until its successor is there and the desk ready."""
        old = self.processes()[name]
        os.kill(old, signal.SIGKILL)
        eventually(lambda: self.processes().get(name) not in {None, old}, seconds=60)
        eventually(self.ready, seconds=60)


def start_desk(home: Path) -> Desk:
    """Start a desk in a folder, on free ports, and wait until it is ready."""
    ports = dict(zip(("HTTP", "GRPC", "SMTP"), free_ports(3), strict=True))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DESKMESH_")}
    environment |= {f"DESKMESH_{name}_PORT": str(port) for name, port in ports.items()}
    environment["DESKMESH_HOME"] = str(home)
    log = (home.parent / f"{home.name}.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "embedded.cli", "up"], env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    desk = Desk(home, f"http://127.0.0.1:{ports['HTTP']}", ports["SMTP"], ports["GRPC"], process)
    deadline = time.monotonic() + READY_SECONDS
    while not desk.ready():
        assert process.poll() is None, Path(log.name).read_text()
        assert time.monotonic() < deadline, Path(log.name).read_text()
        time.sleep(0.2)
    return desk


def stop_desk(desk: Desk) -> None:
    """Stop a desk as Ctrl-C does; it must end within 20 seconds."""
    for client in desk.clients.values():
        client.http.close()
    desk.process.send_signal(signal.SIGINT)
    assert desk.process.wait(timeout=25) == 0
