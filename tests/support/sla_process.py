"""The sla service as a process of its own, as an operator runs it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from sla_directory import target_in

from chassis.testing.databases import ServiceDatabase
from chassis.testing.identity import SERVICE_KEYS
from chassis.testing.servers import Nats

# A machine whose clock has jumped five hours ahead, as far as what decides of moments asks it.
AHEAD = """
import sys
from datetime import datetime, timedelta
from sla.main import run

class Ahead(datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + timedelta(hours=5)

for name, module in [*sys.modules.items()]:
    if name.startswith(("sla.", "chassis.timers")) and getattr(module, "datetime", None) is datetime:
        module.datetime = Ahead
run()
"""


def environment(database: ServiceDatabase, nats: Nats, folder: Path) -> Mapping[str, str]:
    """What a process of sla is told; the gateway's socket is in the folder."""
    return {
        **os.environ,
        "SLA_DATABASE_URL": database.app_url,
        "SLA_RELAY_DATABASE_URL": database.relay_url,
        "SLA_GRPC_LISTEN": f"unix:{folder}/sla.sock",
        "SLA_HTTP_LISTEN": "127.0.0.1:0",
        "SLA_GATEWAY_TARGET": target_in(folder),
        "SLA_SERVICE_KEY": SERVICE_KEYS["sla"],
        "DESKMESH_NATS_URL": nats.url,
        "DESKMESH_JWKS_URL": "http://127.0.0.1:9",
        "DESKMESH_OBJECT_STORE_URL": (folder / "objects").as_uri(),
    }


@asynccontextmanager
async def worker(
    told: Mapping[str, str], *, ahead: bool = False
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that fires timers while the block runs; killed at its end, also where it is stopped."""
    program = [sys.executable, "-c", AHEAD] if ahead else [Path(sys.executable).with_name("deskmesh-sla")]
    process = await asyncio.create_subprocess_exec(
        *program, "serve", "--only", "worker", env=told, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
