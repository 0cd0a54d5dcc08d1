"""Knowledge, composed."""

from __future__ import annotations

from datetime import timedelta

from chassis import service
from chassis.grpc_server import Servicer
from chassis.jobs import Job
from chassis.restored import VERSIONS_AHEAD
from chassis.service import Parts, Runtime, Service
from deskmesh.knowledge.v1 import article_service_pb2
from knowledge.api.articles import ArticleServicer
from knowledge.api.backfill import backfill_directory
from knowledge.api.events import HANDLERS
from knowledge.clients import Directory
from knowledge.settings import Settings


async def compose(runtime: Runtime[Settings]) -> Parts:
    """The parts of knowledge."""
    directory = Directory(runtime.channel(runtime.settings.gateway_target, "gateway"))

    async def backfill(_: object) -> None:
        await backfill_directory(runtime.databases, directory)

    return Parts(
        servicers=[
            Servicer(article_service_pb2.DESCRIPTOR.services_by_name["ArticleService"], ArticleServicer())
        ],
        handlers=HANDLERS,
        jobs=[Job("backfill-directory", every=timedelta(minutes=1), run=backfill)],
    )


SERVICE = Service(
    name="knowledge",
    settings=Settings,
    compose=compose,
    migrations="knowledge.migrations",
    restored=(
        f"UPDATE articles SET version = version + {VERSIONS_AHEAD}",  # noqa: S608 (a number of ours)
        "UPDATE counters SET last = last + 1000",
    ),
)


def run() -> None:
    """The command line: deskmesh-knowledge."""
    service.run(SERVICE)
