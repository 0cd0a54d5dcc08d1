"""`deskmesh up`: the whole desk in the foreground, from empty folder to the printed address, and back down again."""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from embedded.accounts import make_private_folder, sockets_folder
from embedded.credentials import Credentials, load_credentials
from embedded.databases import (
    SERVICES,
    create_database,
    create_roles,
    database_names,
    is_migrated,
    open_schema,
)
from embedded.environment import Ports, base_environment, service_environment
from embedded.errors import EmbeddedError
from embedded.home import Choices, hold, read_choices, refuse_taken_ports
from embedded.nats import NatsServer
from embedded.postgres import PostgresServer
from embedded.processes import free_ports, port_is_free, start_child, stop_child, tail
from embedded.run_file import Running, end_leftovers, write_run_file
from embedded.supervisor import Member, Supervisor

_POSTGRES_SETTINGS = {"max_connections": "200", "shared_buffers": "128MB"}
_LOG_KEPT_BYTES = 20 * 1024 * 1024
_READY_PATIENCE = 600.0
_LOADER_ATTEMPTS = 3
_GATEWAY_FIRST_SECONDS = 15.0
_STOP_SECONDS = 17.0


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM, or the terminal is gone."""


@dataclass(slots=True)
class Run:
    """One run: what was chosen, what is secret, what is going on."""

    choices: Choices
    credentials: Credentials
    ports: Ports
    sockets: Path
    inherited: Mapping[str, str]
    supervisor: Supervisor
    migrations: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """The folder of the run."""
        return self.choices.home

    def log(self, name: str) -> Path:
        """Give the log of a process, put aside where it has grown large."""
        path = self.home / "logs" / f"{name}.log"
        path.parent.mkdir(exist_ok=True)
        if path.exists() and path.stat().st_size > _LOG_KEPT_BYTES:
            path.replace(path.with_suffix(".log.old"))
        return path

    def environment(self, service: str) -> dict[str, str]:
        """Give the whole environment of a service's process."""
        return dict(self.inherited) | service_environment(
            service,
            choices=self.choices,
            credentials=self.credentials,
            ports=self.ports,
            sockets=self.sockets,
        )

    def start_program(
        self, name: str, command: list[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """Start a program of this installation, its output in `logs/<name>.log`."""
        with self.log(name).open("ab") as log:
            return start_child(command, env=environment, log=log)


def say(text: str) -> None:
    """Tell the operator."""
    print(text, flush=True)


def program(service: str) -> str:
    """Give the path of a service's program, beside the interpreter that runs this."""
    return str(Path(sys.executable).parent / f"deskmesh-{service}")


def start_servers(run: Run) -> PostgresServer:
    """Start PostgreSQL and NATS and wait until both answer."""
    postgres = PostgresServer(run.home, run.ports.postgres, run.credentials.postgres, _POSTGRES_SETTINGS)
    nats = NatsServer(run.home, run.ports.nats, run.credentials.nats)

    def start_postgres() -> subprocess.Popen[bytes]:
        postgres.prepare()
        return postgres.start()

    run.supervisor.start(
        Member(
            "postgres",
            start_postgres,
            {"sql": run.ports.postgres},
            ask=signal.SIGINT,
            insist=signal.SIGQUIT,
        )
    )
    run.supervisor.start(Member("nats", nats.start, {"nats": run.ports.nats}))
    postgres.wait_ready()
    nats.wait_ready()
    return postgres


def make_databases(run: Run, postgres: PostgresServer) -> None:
    """Make the roles and databases that are missing; goes on where an interrupted start stopped."""
    present = database_names(postgres.url())
    for service in SERVICES:
        create_roles(postgres.url(), service, run.credentials.roles[service])
        if service not in present:
            create_database(postgres.url(), service, service)
        open_schema(postgres.url(service), service)


def migrate(run: Run, postgres: PostgresServer) -> None:
    """Bring the databases that are behind to their heads, side by side."""
    running = {
        service: run.start_program(
            f"{service}-migrate", [program(service), "migrate"], run.environment(service)
        )
        for service in SERVICES
        if not is_migrated(service, postgres.url(service))
    }
    run.migrations = list(running.values())
    for service, process in running.items():
        if process.wait() != 0:
            log = run.log(f"{service}-migrate")
            message = f"the database of {service} does not migrate; the end of {log}:\n{tail(log)}"
            raise EmbeddedError(message)
    run.migrations = []


def start_services(run: Run) -> None:
    """Start the six services; the others when the gateway listens, since they ask it for keys and people."""
    _start_service(run, "gateway")
    deadline = time.monotonic() + _GATEWAY_FIRST_SECONDS
    while port_is_free(run.choices.http_port) and time.monotonic() < deadline:
        run.supervisor.tend()
        time.sleep(0.05)
    for service in SERVICES:
        if service != "gateway":
            _start_service(run, service)


_BEHIND_EVENTS: Final = frozenset({"sla", "knowledge", "cmdb", "notify"})
"""Most of their work nobody waits for: on few cores, answers to people come first."""
_BEHIND_EVENTS_NICENESS: Final = 5


def _start_service(run: Run, service: str) -> None:
    def start() -> subprocess.Popen[bytes]:
        child = run.start_program(service, [program(service), "serve"], run.environment(service))
        if service in _BEHIND_EVENTS:
            with suppress(ProcessLookupError):  # it has ended already, as the supervisor will find
                os.setpriority(os.PRIO_PROCESS, child.pid, _BEHIND_EVENTS_NICENESS)
        return child

    run.supervisor.start(Member(service, start, run.ports.of(service, run.choices)))


def load_demo(run: Run) -> None:
    """Load the demo tenants, going on where an interrupted start stopped. Looks after the services meanwhile."""
    command = [sys.executable, "-m", "embedded.demo", "--url", run.choices.url, "--home", str(run.home)]
    environment = run.environment("gateway")
    for attempt in range(1, _LOADER_ATTEMPTS + 1):
        loader = run.start_program("demo", command, environment)
        try:
            while loader.poll() is None:
                run.supervisor.tend()
                time.sleep(0.1)
        finally:
            stop_child(loader, ask=signal.SIGTERM, patience=2.0)
        if loader.returncode == 0:
            return
        say(f"loading the demo data failed (attempt {attempt} of {_LOADER_ATTEMPTS})")
    log = run.log("demo")
    message = f"the demo data could not be loaded; the end of {log}:\n{tail(log)}"
    raise EmbeddedError(message)


def wait_until_ready(run: Run) -> None:
    """Wait until the gateway says that all six services are ready."""
    deadline = time.monotonic() + _READY_PATIENCE
    answer = ""
    while time.monotonic() < deadline:
        run.supervisor.tend()
        ready, answer = _ask_ready(run.choices.url)
        if ready:
            return
        time.sleep(0.2)
    message = f"not ready after {_READY_PATIENCE:.0f} s: {answer or 'the gateway does not answer'}\nlogs: {run.home / 'logs'}"
    raise EmbeddedError(message)


def _ask_ready(url: str) -> tuple[bool, str]:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 - our own http address
            return True, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return False, error.read().decode(errors="replace")
    except OSError as error:
        return False, str(error)


def greeting(choices: Choices) -> str:
    """Tell how to get in."""
    lines = [
        "",
        f"Deskmesh is up:  {choices.url}",
        f"  REST           {choices.url}/docs",
        f"  gRPC           127.0.0.1:{choices.grpc_port}",
        f"  mail in        127.0.0.1:{choices.smtp_port}  (support@acme.example, support@globex.example)",
        f"  mail out       {choices.smtp_out or choices.home / 'mail'}",
        "",
        "Demo log-ins, password `deskmesh`:",
    ]
    for tenant in ("acme", "globex"):
        people = "  ".join(
            f"{name}@{tenant}.example" for name in ("admin", "supervisor", "agent", "requester")
        )
        lines.append(f"  {tenant:7} {people}")
    return "\n".join([*lines, "", "Ctrl-C stops it."])


def stop(run: Run) -> None:
    """Stop everything within 20 s: gateway, services, NATS, PostgreSQL, which gets what is left of the time."""
    deadline = time.monotonic() + _STOP_SECONDS
    for migration in run.migrations:
        stop_child(migration, ask=signal.SIGKILL, patience=1.0)
    run.supervisor.stop("gateway", patience=5.0)
    run.supervisor.stop(*(service for service in SERVICES if service != "gateway"), patience=5.0)
    run.supervisor.stop("nats", patience=2.0)
    run.supervisor.stop("postgres", patience=max(2.0, deadline - time.monotonic()))
    (run.home / "run.json").unlink(missing_ok=True)


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into StopRequested, even where the caller had them ignored; only the first counts."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def request(number: int, _frame: FrameType | None) -> None:
        for one in signals:
            signal.signal(one, signal.SIG_IGN)
        raise StopRequested(signal.Signals(number).name)

    for one in signals:
        signal.signal(one, request)
    yield


def run_desk(choices: Choices, environment: Mapping[str, str]) -> None:
    """Run the desk until a signal ends it."""
    began = time.monotonic()
    sockets = make_private_folder(sockets_folder(choices.home))
    ended = end_leftovers(choices.home, sockets)
    if ended:
        say(f"ended what an earlier run left behind: {', '.join(ended)}")
    refuse_taken_ports(choices)
    backends = [service for service in SERVICES if service != "gateway"]
    # The public ones are free as well, until the services listen on them.
    public = (choices.http_port, choices.grpc_port, choices.smtp_port)
    postgres_port, nats_port, *health = free_ports(2 + len(backends), besides=public)
    ports = Ports(postgres_port, nats_port, dict(zip(backends, health, strict=True)))

    def note(members: list[Member]) -> None:
        running = [
            Running(one.name, one.process.pid, one.ports) for one in members if one.process is not None
        ]
        write_run_file(choices.home, choices.url, running)

    run = Run(
        choices=choices,
        credentials=load_credentials(choices.home),
        ports=ports,
        sockets=sockets,
        inherited=base_environment(environment),
        supervisor=Supervisor(say=say, changed=note),
    )
    try:
        say("starting PostgreSQL and NATS")
        postgres = start_servers(run)
        say("migrating the databases")
        make_databases(run, postgres)
        migrate(run, postgres)
        say("starting the services")
        start_services(run)
        if not choices.ready_file.exists():
            say("loading the demo tenants")
            load_demo(run)
        wait_until_ready(run)
        say(greeting(choices))
        say(f"(started in {time.monotonic() - began:.1f} s)")
        while True:
            run.supervisor.tend()
            time.sleep(0.2)
    finally:
        say("stopping")
        stop(run)


def stop_with_parent() -> None:
    """Ask the kernel for SIGTERM when the process that started this one dies (Linux)."""
    parent = os.getppid()
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the process that started this one is gone")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="deskmesh up", description=__doc__)
    parser.add_argument(
        "--stop-with-parent", action="store_true", help="stop when the process that started this one dies"
    )
    if parser.parse_args().stop_with_parent:
        stop_with_parent()
    with stopping_on_signals():
        try:
            choices = read_choices(os.environ)
            with hold(choices.home):
                run_desk(choices, os.environ)
        except StopRequested:
            say("stopped")
        except EmbeddedError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
