"""Cmdb, composed."""

from __future__ import annotations

from datetime import timedelta

from chassis import service
from chassis.grpc_server import Servicer
from chassis.jobs import Job
from chassis.restored import VERSIONS_AHEAD
from chassis.service import Parts, Runtime, Service
from cmdb.api.backfill import backfill_directory
from cmdb.api.events import HANDLERS
from cmdb.api.items import ItemServicer
from cmdb.clients import Directory
from cmdb.settings import Settings
from deskmesh.cmdb.v1 import item_service_pb2


async def compose(runtime: Runtime[Settings]) -> Parts:
    """The parts of cmdb."""
    directory = Directory(runtime.channel(runtime.settings.gateway_target, "gateway"))

    async def backfill(_: object) -> None:
        await backfill_directory(runtime.databases, directory)

    return Parts(
        servicers=[Servicer(item_service_pb2.DESCRIPTOR.services_by_name["ItemService"], ItemServicer())],
        handlers=HANDLERS,
        jobs=[Job("backfill-directory", every=timedelta(minutes=1), run=backfill)],
    )


SERVICE = Service(
    name="cmdb",
    settings=Settings,
    compose=compose,
    migrations="cmdb.migrations",
    restored=(
        f"UPDATE items SET version = version + {VERSIONS_AHEAD}",  # noqa: S608 (a number of ours)
        "UPDATE counters SET last = last + 1000",
    ),
)


def run() -> None:
    """The command line: deskmesh-cmdb."""
    service.run(SERVICE)
