"""A desk with two of every process, API and worker apart, as in Kubernetes: one PostgreSQL, one NATS, and a balancer.

Inside, gRPC clients go round the addresses of a service by themselves. Outside, a balancer of TCP connections asks each
process for its readiness and sends connections to those that are ready, as a Service does.
"""

import asyncio
import contextlib
import itertools
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from chassis.testing.databases import DatabaseFactory
from chassis.testing.servers import Nats
from embedded.credentials import Credentials, load_credentials
from embedded.databases import SERVICES
from embedded.environment import base_environment
from embedded.processes import free_ports, tail
from embedded.testing import eventually

HALVES = ("api", "worker")
REPLICAS = 2
DRAIN_SECONDS = 2.0
PEERS = "&".join(f"exclude={service}" for service in SERVICES)
_PROBE_SECONDS = 0.15
# Not a measure of the start, which takes half a minute: a machine that runs the tests may be busy.
_START_SECONDS = 900.0

Address = tuple[str, int]


@dataclass
class Replica:
    """A process of the desk."""

    service: str
    half: str
    number: int
    environment: Mapping[str, str]
    http_port: int
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def name(self) -> str:
        """As "tickets-api-1"."""
        return f"{self.service}-{self.half}-{self.number}"

    @property
    def url(self) -> str:
        """Its own HTTP address."""
        return f"http://127.0.0.1:{self.http_port}"

    def start(self) -> None:
        """Starts the process, without waiting for it."""
        program = Path(sys.executable).parent / f"deskmesh-{self.service}"
        with self.log.open("ab") as log:
            # Without a function between fork and exec: this process may have threads of gRPC, which do not survive it.
            self.process = subprocess.Popen(
                [program, "serve", "--only", self.half],
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
            )

    def ask_to_stop(self) -> None:
        """As Kubernetes does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def wait_stopped(self) -> None:
        """The process must end well by itself."""
        assert self.process is not None
        assert self.process.wait(60) == 0, f"{self.name} ended badly:\n{tail(self.log)}"

    def is_ready(self) -> bool:
        """Whether it says so, of itself."""
        assert self.process is not None
        assert self.process.poll() is None, f"{self.name} ended:\n{tail(self.log)}"
        try:
            return httpx.get(f"{self.url}/readyz?{PEERS}", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def said(self, event: str) -> list[dict[str, str]]:
        """What it has logged under a name."""
        lines = self.log.read_text().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{") and f'"{event}"' in line]
        return [one for one in found if one["event"] == event]


class Balancer:
    """Sends each connection to one of the processes that are ready, in turn, in a thread of its own."""

    def __init__(self, targets: Sequence[tuple[Address, str]]) -> None:
        """Each target has the address of its door, and that of its readiness."""
        (self.port,) = free_ports(1)
        self._targets = targets
        self._ready: list[Address] = []
        self._turns = itertools.count()
        self._connections: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends it with all its connections."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connected, "127.0.0.1", self.port))
        probing = self._loop.create_task(self._probe())
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._end(probing))

    async def _end(self, probing: "asyncio.Task[None]") -> None:
        tasks = [probing, *self._connections]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Transports close in the next turns of the loop.
        await asyncio.sleep(0.1)

    async def _probe(self) -> None:
        async with httpx.AsyncClient(timeout=2) as http:

            async def is_ready(url: str) -> bool:
                try:
                    return (await http.get(url)).status_code == 200
                except httpx.HTTPError:
                    return False

            while True:
                answers = await asyncio.gather(*(is_ready(url) for _, url in self._targets))
                self._ready = [one for (one, _), ready in zip(self._targets, answers, strict=True) if ready]
                await asyncio.sleep(_PROBE_SECONDS)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            if self._ready:
                host, port = self._ready[next(self._turns) % len(self._ready)]
                there, back = await asyncio.open_connection(host, port)
                try:
                    await asyncio.gather(_pipe(reader, back), _pipe(there, writer))
                finally:
                    back.close()
        except OSError:
            pass
        finally:
            writer.close()
            self._connections.discard(task)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


class Postbox:
    """The relay for outgoing mail: keeps every message that it is handed, however often."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        (self.port,) = free_ports(1)
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep a message."""
        assert isinstance(envelope.content, bytes)
        message = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def told(self) -> Counter[tuple[str, str]]:
        """How often each message (by recipient and Message-ID) came."""
        return Counter((str(one["To"]), str(one["Message-ID"])) for one in self.messages)

    def close(self) -> None:
        """Stop it."""
        self._controller.stop()


@dataclass
class ReplicatedDesk:
    """The running desk."""

    home: Path
    replicas: list[Replica]
    nats_url: str
    http: Balancer
    smtp: Balancer
    postbox: Postbox
    superuser_urls: Mapping[str, str]
    grpc: Mapping[str, Sequence[str]]
    """The addresses of each service's RPCs."""
    public_grpc: Sequence[str]
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of the desk, behind the balancer."""
        return f"http://127.0.0.1:{self.http.port}"

    def of(self, service: str, half: str) -> list[Replica]:
        """The processes of one half of a service."""
        return [one for one in self.replicas if (one.service, one.half) == (service, half)]

    def sign_in(self, email: str, password: str, url: str | None = None) -> httpx.Client:
        """A client of a person at the balancer, or at the address of one gateway."""
        client = httpx.Client(base_url=f"{url or self.url}/api/v1", timeout=30)
        self.clients.append(client)
        form = {"grant_type": "password", "tenant": "acme", "username": email, "password": password}
        answer = client.post("/auth/token", data=form)
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    def run(self, service: str, *arguments: str, entered: str = "") -> str:
        """What a command of a service prints; it must end well."""
        program = str(Path(sys.executable).parent / f"deskmesh-{service}")
        environment = self.of(service, "api")[0].environment
        done = subprocess.run(
            [program, *arguments], env=environment, input=entered, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def leases(self) -> dict[tuple[str, str], list[int]]:
        """The fencing numbers under which each lease of each service was held, by all its processes together."""
        held: dict[tuple[str, str], list[int]] = {}
        for replica in self.replicas:
            for one in replica.said("lease_taken"):
                held.setdefault((replica.service, one["lease"]), []).append(int(one["fencing"]))
        return held


@contextmanager
def replicated_desk(databases: DatabaseFactory, nats: Nats) -> Iterator[ReplicatedDesk]:
    """Starts all processes at once, waits until all are ready, and stops them."""
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="deskmesh-replicas-")))
        credentials = load_credentials(home)
        postbox = Postbox()
        stack.callback(postbox.close)
        desk = _compose(home, credentials, databases, nats, postbox)
        stack.callback(desk.http.close)
        stack.callback(desk.smtp.close)
        stack.callback(_stop, desk)
        for replica in desk.replicas:
            replica.start()
        for replica in desk.replicas:
            eventually(replica.is_ready, seconds=_START_SECONDS)
        eventually(lambda: httpx.get(f"{desk.url}/readyz").status_code == 200, seconds=30)
        yield desk


def _compose(
    home: Path, credentials: Credentials, factory: DatabaseFactory, nats: Nats, postbox: Postbox
) -> ReplicatedDesk:
    ports = iter(free_ports(100))
    grpc = {one: [f"127.0.0.1:{next(ports)}" for _ in range(REPLICAS)] for one in SERVICES}
    public, smtp = ([f"127.0.0.1:{next(ports)}" for _ in range(REPLICAS)] for _ in range(2))
    health = {
        (service, half): [next(ports) for _ in range(REPLICAS)] for service in SERVICES for half in HALVES
    }
    readiness = {
        service: [f"http://127.0.0.1:{port}/readyz?{PEERS}" for port in health[service, "api"]]
        for service in SERVICES
    }
    gateways = [f"127.0.0.1:{port}" for port in health["gateway", "api"]]
    http = Balancer([*zip(map(_address, gateways), readiness["gateway"], strict=True)])
    mail = Balancer([*zip(map(_address, smtp), readiness["notify"], strict=True)])
    made = {service: factory.make(service) for service in SERVICES}
    replicas = []
    for service, half, number in itertools.product(SERVICES, HALVES, range(REPLICAS)):
        prefix = service.upper()
        settings = {
            "DESKMESH_NATS_URL": nats.url,
            "DESKMESH_JWKS_URL": f"http://127.0.0.1:{http.port}",
            "DESKMESH_OBJECT_STORE_URL": (home / "objects").as_uri(),
            "DESKMESH_DRAIN_SECONDS": str(DRAIN_SECONDS),
            f"{prefix}_DATABASE_URL": made[service].app_url,
            f"{prefix}_RELAY_DATABASE_URL": made[service].relay_url,
            f"{prefix}_DATABASE_POOL_SIZE": "4",
            f"{prefix}_GRPC_LISTEN": grpc[service][number],
            f"{prefix}_HTTP_LISTEN": f"127.0.0.1:{health[service, half][number]}",
        }
        if service == "gateway":
            settings["GATEWAY_PUBLIC_GRPC_LISTEN"] = public[number]
            settings["GATEWAY_SIGNING_KEY_FILE"] = str(credentials.signing_key)
            settings["GATEWAY_ENCRYPTION_KEY"] = credentials.encryption_key
            settings["GATEWAY_SERVICE_KEYS"] = json.dumps(dict(credentials.service_keys))
            for other in SERVICES[1:]:
                settings[f"GATEWAY_{other.upper()}_TARGET"] = f"ipv4:{','.join(grpc[other])}"
        else:
            settings[f"{prefix}_SERVICE_KEY"] = credentials.service_keys[service]
            settings[f"{prefix}_GATEWAY_TARGET"] = f"ipv4:{','.join(grpc['gateway'])}"
        if service == "notify":
            settings["NOTIFY_SMTP_LISTEN"] = smtp[number]
            settings["NOTIFY_SMTP_OUT"] = f"127.0.0.1:{postbox.port}"
        log = home / f"{service}-{half}-{number}.log"
        environment = base_environment({"DESKMESH_LOG_LEVEL": "INFO"}) | settings
        replicas.append(Replica(service, half, number, environment, health[service, half][number], log))
    urls = {service: one.superuser_url for service, one in made.items()}
    return ReplicatedDesk(home, replicas, nats.url, http, mail, postbox, urls, grpc, public)


def _address(target: str) -> Address:
    host, _, port = target.rpartition(":")
    return host, int(port)


def _stop(desk: ReplicatedDesk) -> None:
    for client in desk.clients:
        client.close()
    running = [one.process for one in desk.replicas if one.process is not None and one.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + 20
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
