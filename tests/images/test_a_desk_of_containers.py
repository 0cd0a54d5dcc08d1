"""The main job through the six images, PostgreSQL and NATS, as containers on one network."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from containers import LOCKED_DOWN, SERVICES, Fleet, engine, image_of
from desk_mail import SUPPORT, hand_in, new_sender, with_ticket, written
from desk_walk import Walk

from chassis.testing.servers import NATS_IMAGE, POSTGRES_IMAGE
from embedded.credentials import Credentials, load_credentials
from embedded.databases import create_database, create_roles
from embedded.errors import EmbeddedError
from embedded.postgres import run_sql
from embedded.processes import free_ports
from embedded.testing import Desk, eventually

SUPERUSER = "postgres"
# Of containers that start on a machine that is busy building images.
START_SECONDS = 300.0


class KeepsMail:
    """A mail relay that keeps what it is given, as files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        number = len(list(self.folder.iterdir()))
        (self.folder / f"{number:04}.eml").write_bytes(envelope.content)
        return "250 2.0.0 kept"


@contextmanager
def relay(folder: Path) -> Iterator[int]:
    """A mail relay on all addresses of this machine, for as long as the block lasts; gives its port."""
    controller = Controller(KeepsMail(folder), hostname="0.0.0.0", port=free_ports(1)[0])  # noqa: S104 - containers come from outside
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@dataclass
class ContainerDesk:
    """A desk of containers: how to use it, and what it is made of."""

    desk: Desk
    fleet: Fleet
    service_containers: list[str]


def environment_of(service: str, credentials: Credentials, relay_address: str) -> dict[str, str]:
    """What a service is told: as in a cluster, where every service listens on the same ports under its own name."""
    prefix, roles = service.upper(), credentials.roles[service]

    def url(role: str, password: str) -> str:
        return f"postgresql://{service}_{role}:{password}@postgres:5432/{service}"

    settings = {
        "DESKMESH_NATS_URL": f"nats://desk:{credentials.nats}@nats:4222",
        "DESKMESH_JWKS_URL": "http://gateway:8080",
        "DESKMESH_OBJECT_STORE_URL": "file:///objects",
        f"{prefix}_DATABASE_URL": url("app", roles.app),
        f"{prefix}_RELAY_DATABASE_URL": url("relay", roles.relay),
        f"{prefix}_GRPC_LISTEN": "0.0.0.0:9090",
        f"{prefix}_HTTP_LISTEN": "0.0.0.0:8080",
    }
    if service == "gateway":
        settings |= {f"GATEWAY_{name.upper()}_TARGET": f"{name}:9090" for name in SERVICES if name != service}
        settings |= {
            "GATEWAY_SIGNING_KEY_FILE": "/secrets/signing-key.pem",
            "GATEWAY_ENCRYPTION_KEY": credentials.encryption_key,
            "GATEWAY_SERVICE_KEYS": json.dumps(dict(credentials.service_keys)),
            "GATEWAY_PUBLIC_GRPC_LISTEN": "0.0.0.0:9091",
        }
    else:
        settings |= {
            f"{prefix}_SERVICE_KEY": credentials.service_keys[service],
            f"{prefix}_GATEWAY_TARGET": "gateway:9090",
        }
    if service == "notify":
        settings |= {"NOTIFY_SMTP_LISTEN": "0.0.0.0:2525", "NOTIFY_SMTP_OUT": relay_address}
    return settings


def start_servers(fleet: Fleet, credentials: Credentials) -> str:
    """Start PostgreSQL and NATS; gives the superuser's address of the former once it answers."""
    fleet.start(
        "postgres",
        POSTGRES_IMAGE,
        *("-c", "max_connections=300"),
        options=("--publish=127.0.0.1::5432",),
        environment={"POSTGRES_USER": SUPERUSER, "POSTGRES_PASSWORD": credentials.postgres},
    )
    fleet.start(
        "nats",
        NATS_IMAGE,
        *("-js", "-sd", "/tmp/streams", "--user", "desk", "--pass", credentials.nats),
        options=(*LOCKED_DOWN, "--tmpfs=/tmp:rw,mode=1777"),
    )
    port = fleet.port("postgres", 5432)
    url = f"postgresql://{SUPERUSER}:{credentials.postgres}@127.0.0.1:{port}/postgres"

    def answers() -> bool:
        try:
            return run_sql(url, "SELECT 1") == "1"
        except EmbeddedError:
            return False

    eventually(answers, seconds=START_SECONDS)
    return url


def start_services(fleet: Fleet, home: Path, credentials: Credentials, relay_address: str) -> list[str]:
    """Migrate and start every service, tickets as API and worker apart; gives the names of the containers."""
    options = (
        *LOCKED_DOWN,
        "--tmpfs=/tmp:rw,size=64m,mode=1777",
        f"--volume={home / 'objects'}:/objects",
        f"--volume={home / 'signing-key.pem'}:/secrets/signing-key.pem:ro",
    )
    started = []
    for service in SERVICES:
        environment = environment_of(service, credentials, relay_address)
        owner = f"postgresql://{service}_owner:{credentials.roles[service].owner}@postgres:5432/{service}"
        settings = [f"--env={name}={value}" for name, value in environment.items()]
        settings.append(f"--env={service.upper()}_OWNER_DATABASE_URL={owner}")
        place = (f"--network={fleet.network}", "--memory=512m")
        engine("run", "--rm", *place, *options, *settings, image_of(service), "migrate")
        doors = {
            "gateway": ("--publish=127.0.0.1::8080", "--publish=127.0.0.1::9091"),
            "notify": ("--publish=127.0.0.1::2525",),
        }
        halves = {"tickets": ("serve", "--only", "api"), "tickets-worker": ("serve", "--only", "worker")}
        for name in (service, f"{service}-worker") if service == "tickets" else (service,):
            arguments = halves.get(name, ())
            fleet.start(
                name,
                image_of(service),
                *arguments,
                options=(*options, *doors.get(service, ())),
                environment=environment,
            )
            started.append(name)
    return started


def first_people(fleet: Fleet, desk: Desk) -> None:
    """A tenant by the operator's command inside the gateway's container; its agent by REST."""
    command = (
        *("deskmesh-gateway", "tenant", "create", "--slug", "acme", "--name", "Acme", "--language", "en"),
        *("--time-zone", "Europe/Warsaw", "--country", "PL", "--support-address", SUPPORT),
        *("--admin-email", "admin@acme.example", "--admin-password-stdin"),
    )
    said = engine("exec", "--interactive", fleet.container("gateway"), *command, text="deskmesh")
    assert "acme is made" in said
    admin = desk.sign_in("admin@acme.example")
    admin.send("POST", "/teams", {"slug": "service-desk", "name": "Service desk"})
    agent = {"email": "agent@acme.example", "name": "Agata Nowicka", "password": "deskmesh"}
    admin.send("POST", "/users", {**agent, "roles": [{"role": "agent"}], "teams": ["service-desk"]})


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContainerDesk]:
    home = tmp_path_factory.mktemp("desk")
    for folder in ("mail", "objects"):
        (home / folder).mkdir()
    # The services run as a user that this machine does not know; the folder above is closed to all others.
    (home / "objects").chmod(0o777)
    credentials = load_credentials(home)
    credentials.signing_key.chmod(0o644)
    fleet = Fleet()
    fleet.open()
    try:
        with relay(home / "mail") as port:
            superuser = start_servers(fleet, credentials)
            for service in SERVICES:
                create_roles(superuser, service, credentials.roles[service])
                create_database(superuser, service, service)
            started = start_services(fleet, home, credentials, f"{fleet.gateway_address()}:{port}")
            url = f"http://127.0.0.1:{fleet.port('gateway', 8080)}"
            waiting = subprocess.Popen(
                [os.environ["DESKMESH_ENGINE"], "wait", fleet.container("gateway")], stdout=subprocess.DEVNULL
            )
            desk = Desk(home, url, fleet.port("notify", 2525), fleet.port("gateway", 9091), waiting)
            eventually(desk.ready, seconds=START_SECONDS)
            first_people(fleet, desk)
            yield ContainerDesk(desk, fleet, started)
            for client in desk.clients.values():
                client.http.close()
            fleet.stop("gateway")
            waiting.wait(30)
    finally:
        fleet.clear()


def test_a_mail_is_answered_and_resolved(containers: ContainerDesk) -> None:
    walk = Walk.of(containers.desk)
    walk.walk()
    walk.agent.wait_for(walk.settled, "what the walk calls forth")
    walk.check()


def test_what_a_mail_brings_along_comes_through_the_shared_store(containers: ContainerDesk) -> None:
    agent = containers.desk.sign_in("agent@acme.example")
    sender = new_sender()
    message = written(sender, "Screenshot", "See the picture.")
    picture = b"\x89PNG\r\n" + bytes(range(256)) * 500
    message.add_attachment(picture, maintype="image", subtype="png", filename="screen.png")
    inbound = with_ticket(agent, hand_in(containers.desk, message, sender=sender))
    (attachment,) = agent.get(f"/tickets/{inbound['ticket_id']}/attachments")["items"]
    answer = agent.http.get(f"/tickets/{inbound['ticket_id']}/attachments/{attachment['id']}")
    assert (attachment["name"], answer.status_code, answer.content) == ("screen.png", 200, picture)


def test_every_service_has_its_health_behind_its_door(containers: ContainerDesk) -> None:
    program = (
        "import json, urllib.request as u\n"
        "print(json.dumps([u.urlopen('http://127.0.0.1:8080' + path).status for path in ('/healthz', '/readyz', '/metrics')]))"
    )
    for name in containers.service_containers:
        said = engine("exec", containers.fleet.container(name), "python", "-c", program)
        assert json.loads(said) == [200, 200, 200], name


def test_a_container_ends_well_when_it_is_told_to(containers: ContainerDesk) -> None:
    for name in reversed(containers.service_containers):
        assert containers.fleet.stop(name) == 0, containers.fleet.logs(name)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{containers.desk.url}/healthz")
