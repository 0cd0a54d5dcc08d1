"""People and mail servers at work at a desk of several processes."""

import itertools
import json
import smtplib
import threading
import time
import uuid
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any, Self

import grpc
import httpx
from replicas import ReplicatedDesk

from deskmesh.tickets.v1 import ticket_service_pb2
from embedded.testing import eventually

SUPPORT = "support@acme.example"

Json = dict[str, Any]


def created(client: httpx.Client, body: Json, **headers: str) -> Json:
    """Make a ticket at the first try."""
    answer = client.post("/tickets", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    ticket: Json = answer.json()
    return ticket


def mail(sender: str, subject: str) -> EmailMessage:
    """A mail to the desk."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, SUPPORT, subject
    message["Message-ID"] = make_msgid(domain="acme.example")
    message.set_content("It does not work.")
    return message


def hand_in(port: int, message: EmailMessage) -> None:
    """Delivers a mail at the first try."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
        smtp.sendmail(str(message["From"]), [SUPPORT], message.as_bytes())


class Ear(threading.Thread):
    """Listens to live events, and comes back with the id of the last one when the stream ends."""

    def __init__(self, url: str, authorization: str) -> None:
        super().__init__(daemon=True)
        self.heard: list[Json] = []
        self.failures: list[str] = []
        self._url, self._authorization = url, authorization
        self._stopped = False
        self._last = ""
        self._last_line = ""

    def start(self) -> None:
        super().start()
        eventually(lambda: self._last_line, seconds=20)

    def stop(self) -> None:
        self._stopped = True

    def created(self) -> set[str]:
        """The ids of the tickets that it heard being created."""
        return {one["resource"].rpartition("/")[2] for one in self.heard if one["event"] == "TicketCreated"}

    def run(self) -> None:
        with httpx.Client(
            base_url=self._url, timeout=30, headers={"Authorization": self._authorization}
        ) as http:
            while not self._stopped:
                headers = {"Last-Event-ID": self._last} if self._last else {}
                try:
                    with http.stream("GET", "/events", headers=headers) as answer:
                        if answer.status_code != 200:
                            self.failures.append(f"{answer.status_code}")
                            return
                        self._listen(answer)
                except httpx.TransportError as error:
                    if not self._stopped:
                        self.failures.append(repr(error))

    def _listen(self, answer: httpx.Response) -> None:
        for line in answer.iter_lines():
            self._last_line = line or self._last_line
            if line.startswith("data: ") and line != "data: {}":
                self.heard.append(json.loads(line.removeprefix("data: ")))
                self._last = self.heard[-1]["id"]
            if self._stopped:
                return


class Load:
    """People and mail servers at work, who try nothing twice."""

    def __init__(self, desk: ReplicatedDesk, authorization: str) -> None:
        self.tickets: dict[str, str] = {}
        self.mails: list[str] = []
        self.requests = 0
        self.failures: list[str] = []
        self.ear = Ear(f"{desk.url}/api/v1", authorization)
        self._desk, self._authorization = desk, authorization
        self._stop = threading.Event()
        self._numbers = itertools.count()
        self._threads = [
            *(threading.Thread(target=self._again, args=(self._person(),)) for _ in range(3)),
            threading.Thread(target=self._again, args=(self._mail_server,)),
            threading.Thread(target=self._again, args=(self._integrator(),)),
        ]

    def __enter__(self) -> Self:
        self.ear.start()
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for one in self._threads:
            one.join()

    def _again(self, act: Callable[[str], None]) -> None:
        while not self._stop.wait(0.1):
            title = f"Rolling {next(self._numbers)} {uuid.uuid4().hex[:8]}"
            try:
                act(title)
            except (httpx.HTTPError, OSError, smtplib.SMTPException, grpc.RpcError, AssertionError) as error:
                self.failures.append(f"{time.strftime('%X')} {error!r}"[:300])

    def _person(self) -> Callable[[str], None]:
        http = httpx.Client(
            base_url=f"{self._desk.url}/api/v1", timeout=30, headers={"Authorization": self._authorization}
        )
        self._desk.clients.append(http)

        def act(title: str) -> None:
            ticket = created(http, {"title": title})
            self.tickets[title] = ticket["id"]
            for path in (f"/tickets/{ticket['id']}", "/tickets?page_size=1", "/me", "/kb/articles"):
                answer = http.get(path)
                assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
            self.requests += 5

        return act

    def _mail_server(self, title: str) -> None:
        hand_in(self._desk.smtp.port, mail(f"{uuid.uuid4().hex[:10]}@acme.example", title))
        self.mails.append(title)

    def _integrator(self) -> Callable[[str], None]:
        """A program that calls the public gRPC doors of both gateways as a balanced client does."""
        config = json.dumps(
            {"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": ""}}
        )
        channel = grpc.insecure_channel(
            f"ipv4:{','.join(self._desk.public_grpc)}",
            options=[("grpc.service_config", config), ("grpc.max_reconnect_backoff_ms", 500)],
        )
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            "/deskmesh.tickets.v1.TicketService/ListTickets"
        )
        request = ticket_service_pb2.ListTicketsRequest(page_size=1).SerializeToString()

        def act(_: str) -> None:
            call(request, timeout=20, metadata=(("authorization", self._authorization),))
            self.requests += 1

        return act
