"""run.json: what runs now, for tools and for the next start."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from embedded.credentials import write_whole
from embedded.databases import SERVICES
from embedded.errors import EmbeddedError


@dataclass(frozen=True, slots=True)
class Running:
    """A process of the run, with its ports by what they are for."""

    name: str
    pid: int
    ports: Mapping[str, int]


def write_run_file(home: Path, url: str, running: list[Running]) -> None:
    """Write what runs now."""
    content = {
        "url": url,
        "processes": [{"name": one.name, "pid": one.pid, "ports": dict(one.ports)} for one in running],
    }
    write_whole(home / "run.json", json.dumps(content, indent=1).encode() + b"\n")


def read_run_file(home: Path) -> list[Running]:
    """Read what runs on a home. Raises EmbeddedError where nothing does, or not everything yet."""
    try:
        entries = json.loads((home / "run.json").read_text())["processes"]
        running = [Running(one["name"], one["pid"], one["ports"]) for one in entries]
    except FileNotFoundError:
        running = []
    if not {"postgres", "nats", *SERVICES} <= {one.name for one in running}:
        message = f"no desk runs on {home}: start it by `make up`, or name its folder in DESKMESH_HOME"
        raise EmbeddedError(message)
    return running


def end_leftovers(home: Path, sockets: Path) -> list[str]:
    """End the processes of an earlier run on this home that still live; gives their names.

    A process counts as ours only where its command or environment names this home or its sockets: the number may
    be somebody else's by now. PostgreSQL's own lock file takes care of PostgreSQL.
    """
    path = home / "run.json"
    try:
        recorded = json.loads(path.read_text())["processes"]
    except (FileNotFoundError, ValueError, KeyError):
        return []
    ended = []
    for entry in recorded:
        if entry["name"] != "postgres" and _is_of_this_run(entry["pid"], home, sockets):
            process = psutil.Process(entry["pid"])
            process.kill()
            psutil.wait_procs([process], timeout=5)
            ended.append(entry["name"])
    return ended


def _is_of_this_run(pid: int, home: Path, sockets: Path) -> bool:
    try:
        process = psutil.Process(pid)
        told = " ".join([*process.cmdline(), *process.environ().values()])
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return str(home) in told or str(sockets) in told
