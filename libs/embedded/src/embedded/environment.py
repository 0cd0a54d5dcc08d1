"""What each service is told: the same names that an operator of a larger installation sets."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from embedded.accounts import sockets_folder
from embedded.credentials import Credentials, load_credentials
from embedded.databases import SERVICES
from embedded.home import Choices
from embedded.nats import USER
from embedded.postgres import local_database_url
from embedded.run_file import read_run_file

# What a child sees of the caller's environment: nothing that changes how Deskmesh behaves, but for these.
_PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "DESKMESH_LOG_LEVEL",
    "DESKMESH_OUTBOUND_NETWORKS",
)


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports on 127.0.0.1 that this start chose: PostgreSQL, NATS, and the health door of each backend service."""

    postgres: int
    nats: int
    health: Mapping[str, int]

    def of(self, service: str, choices: Choices) -> dict[str, int]:
        """Give a service's ports by what they are for."""
        match service:
            case "gateway":
                return {"http": choices.http_port, "grpc": choices.grpc_port}
            case "notify":
                return {"http": self.health[service], "smtp": choices.smtp_port}
            case _:
                return {"http": self.health[service]}


def base_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the part of the caller's environment that children inherit."""
    passed = {name: environment[name] for name in _PASSED_ON if name in environment}
    passed |= {name: value for name, value in environment.items() if name.startswith("OTEL_")}
    # glibc keeps a heap for each thread otherwise, which six processes pay for.
    return {"PATH": os.defpath, **passed, "MALLOC_ARENA_MAX": "2"}


def settings_of_running(choices: Choices, service: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of a service of the desk that runs in `choices.home`, for a command beside it.

    Raises EmbeddedError where no desk runs there.
    """
    ports = {one.name: one.ports for one in read_run_file(choices.home)}
    running = Ports(
        postgres=ports["postgres"]["sql"],
        nats=ports["nats"]["nats"],
        health={name: ports[name]["http"] for name in SERVICES if name != "gateway"},
    )
    return base_environment(environment) | service_environment(
        service,
        choices=replace(choices, http_port=ports["gateway"]["http"], grpc_port=ports["gateway"]["grpc"]),
        credentials=load_credentials(choices.home),
        ports=running,
        sockets=sockets_folder(choices.home),
    )


def service_environment(
    service: str, *, choices: Choices, credentials: Credentials, ports: Ports, sockets: Path
) -> dict[str, str]:
    """Give the settings of one service."""
    prefix = service.upper()
    roles = credentials.roles[service]

    def url(role: str, password: str) -> str:
        return local_database_url(choices.home, ports.postgres, service, f"{service}_{role}", password)

    settings = {
        "DESKMESH_NATS_URL": f"nats://{USER}:{credentials.nats}@127.0.0.1:{ports.nats}",
        "DESKMESH_JWKS_URL": choices.url,
        "DESKMESH_OBJECT_STORE_URL": (choices.home / "objects").as_uri(),
        "DESKMESH_ENVIRONMENT": "embedded",
        f"{prefix}_DATABASE_URL": url("app", roles.app),
        f"{prefix}_RELAY_DATABASE_URL": url("relay", roles.relay),
        f"{prefix}_OWNER_DATABASE_URL": url("owner", roles.owner),
        f"{prefix}_GRPC_LISTEN": f"unix:{sockets / service}.sock",
        # Six services on few cores: each connection is a process of PostgreSQL's.
        f"{prefix}_DATABASE_POOL_SIZE": "5",
    }
    if service == "gateway":
        settings |= {
            "GATEWAY_HTTP_LISTEN": f"127.0.0.1:{choices.http_port}",
            "GATEWAY_PUBLIC_GRPC_LISTEN": f"127.0.0.1:{choices.grpc_port}",
            "GATEWAY_SIGNING_KEY_FILE": str(credentials.signing_key),
            "GATEWAY_ENCRYPTION_KEY": credentials.encryption_key,
            "GATEWAY_SERVICE_KEYS": json.dumps(dict(credentials.service_keys)),
            "GATEWAY_READY_FILE": str(choices.ready_file),
        }
        settings |= {
            f"GATEWAY_{other.upper()}_TARGET": f"unix:{sockets / other}.sock"
            for other in SERVICES
            if other != service
        }
    else:
        settings |= {
            f"{prefix}_HTTP_LISTEN": f"127.0.0.1:{ports.health[service]}",
            f"{prefix}_SERVICE_KEY": credentials.service_keys[service],
            f"{prefix}_GATEWAY_TARGET": f"unix:{sockets / 'gateway'}.sock",
        }
    if service == "notify":
        settings |= {
            "NOTIFY_SMTP_LISTEN": f"127.0.0.1:{choices.smtp_port}",
            "NOTIFY_MAIL_FOLDER": str(choices.home / "mail"),
            "NOTIFY_PUBLIC_URL": choices.url,
            "NOTIFY_PUSH_KEY_FILE": str(credentials.push_key),
        }
        if choices.smtp_out:
            settings["NOTIFY_SMTP_OUT"] = choices.smtp_out
    return settings
