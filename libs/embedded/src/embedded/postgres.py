"""A PostgreSQL server from the wheel, as a direct child of this process."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from embedded.accounts import Account, lend_binaries, lend_data_folder, server_account
from embedded.binaries import postgres_binaries
from embedded.errors import EmbeddedError
from embedded.processes import start_child, stop_child, wait_until_answers

SUPERUSER = "postgres"

_LONGEST_SOCKET = 107
"""Bytes in the path of a unix socket."""

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}


@dataclass(slots=True)
class PostgresServer:
    """One server over one data folder in `home`; `settings` override the shipped ones of a small machine."""

    home: Path
    port: int
    password: str
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    _account: Account | None = None
    _binaries: Path = Path()
    _data: Path = Path()

    @property
    def log(self) -> Path:
        """The file of what the server says."""
        return self.home / "logs" / "postgres.log"

    def prepare(self) -> None:
        """Make the data folder on the first start, and clear what a killed server left in it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._account = server_account()
        self._binaries = lend_binaries(postgres_binaries(), self.home, self._account)
        folder = lend_data_folder(self.home, "postgres", self._account)
        self._data = folder / "data"
        if not self._data.exists():
            self._init(folder / "data.new")
        self._end_leftover()
        for left in folder.glob(".s.PGSQL.*"):
            left.unlink()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; `wait_ready` tells when it answers."""
        options = [f"--{name}={value}" for name, value in self._options().items()]
        with self.log.open("ab") as log:
            self.process = start_child(
                [self._binaries / "postgres", "-D", self._data, *options],
                env=_environment(),
                log=log,
                account=self._account,
                death_signal=signal.SIGQUIT,
            )
        return self.process

    def wait_ready(self, patience: float = 30.0) -> None:
        """Wait until the server takes connections; EmbeddedError with the end of its log where it does not."""
        wait_until_answers("PostgreSQL", self.process, self.is_ready, log=self.log, patience=patience)

    def is_ready(self) -> bool:
        """Say whether the server takes connections now."""
        return self._run("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)) == 0

    def stop(self, patience: float = 4.0) -> None:
        """Stop the server: sessions are ended, what is committed is on the disk."""
        if self.process is not None:
            stop_child(self.process, ask=signal.SIGINT, patience=patience)

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """Give the address of a database, as the superuser or as `user`."""
        return database_url(self.port, database, user, self.password if password is None else password)

    def _options(self) -> dict[str, str]:
        sockets = {"unix_socket_directories": str(socket_folder(self.home, self.port) or "")}
        return {**_SETTINGS, **sockets, **self.settings, "port": str(self.port)}

    def _init(self, fresh: Path) -> None:
        """Make the data folder whole or not at all: an interrupted start leaves only `fresh`, which goes first."""
        shutil.rmtree(fresh, ignore_errors=True)
        secret = fresh.with_name("initial-password")
        secret.touch(0o600)
        secret.write_text(self.password)
        if self._account:
            os.chown(secret, self._account.uid, self._account.gid)
        try:
            self._run_or_fail(
                "initdb", "-D", str(fresh), "-U", SUPERUSER, f"--pwfile={secret}", "--auth=scram-sha-256",
                "--encoding=UTF8", *self._locale_options(),
            )  # fmt: skip
        finally:
            secret.unlink()
        fresh.rename(self._data)

    def _locale_options(self) -> list[str]:
        """Sort by code point and know upper and lower case everywhere, by PostgreSQL's own tables where it has them."""
        version = subprocess.run(
            [self._binaries / "initdb", "--version"],
            check=True,
            capture_output=True,
            text=True,
            env=_environment(),
        ).stdout
        major = int(version.split()[2].partition(".")[0])
        if major >= 17:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]

    def _end_leftover(self) -> None:
        """End a server that still runs on this data, and drop the lock file of one that does not."""
        lock = self._data / "postmaster.pid"
        if not lock.exists():
            return
        pid = int(lock.read_text().splitlines()[0])
        for ask in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not self._serves_this_data(pid):
                break
            os.kill(pid, ask)
            deadline = time.monotonic() + 5.0
            while self._serves_this_data(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
        lock.unlink(missing_ok=True)

    def _serves_this_data(self, pid: int) -> bool:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return os.fsencode(self._data) in command

    def _run(self, program: str, *arguments: str) -> int:
        return subprocess.run(
            [self._binaries / program, *arguments], check=False, env=_environment(), stdin=subprocess.DEVNULL
        ).returncode

    def _run_or_fail(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            check=False,
            env=_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            user=self._account.uid if self._account else None,
            group=self._account.gid if self._account else None,
            extra_groups=[] if self._account else None,
        )
        if done.returncode != 0:
            message = f"{program} failed: {done.stderr.strip() or done.stdout.strip()}"
            raise EmbeddedError(message)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def database_url(port: int, database: str, user: str, password: str) -> str:
    """Give the address of a database on this machine."""
    return f"postgresql://{quote(user)}:{quote(password, safe='')}@127.0.0.1:{port}/{quote(database)}"


def socket_folder(home: Path, port: int) -> Path | None:
    """Give the folder of the server's unix socket, beside its data; None where its path is too long for one."""
    folder = (home / "postgres").resolve()
    is_short = len(os.fsencode(folder / f".s.PGSQL.{port}")) <= _LONGEST_SOCKET
    return folder if is_short and "," not in str(folder) else None


def local_database_url(home: Path, port: int, database: str, user: str, password: str) -> str:
    """Give the address of a database for a process beside the server: its unix socket, which costs less than TCP.

    Where there is none, that of TCP.
    """
    folder = socket_folder(home, port)
    if folder is None or not folder.exists():
        return database_url(port, database, user, password)
    who, where = f"{quote(user)}:{quote(password, safe='')}", quote(str(folder), safe="")
    return f"postgresql://{who}@/{quote(database)}?host={where}&port={port}"


def run_sql(url: str, sql: str) -> str:
    """Run statements by psql, stopping at the first error, and give what they print (unaligned, rows only).

    Raises EmbeddedError with the server's words.
    """
    done = subprocess.run(
        [postgres_binaries() / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url],
        input=sql,
        check=False,
        capture_output=True,
        text=True,
        env=_environment(),
    )
    if done.returncode != 0:
        message = f"psql: {done.stderr.strip()}"
        raise EmbeddedError(message)
    return done.stdout.strip()
