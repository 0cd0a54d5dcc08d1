"""The operator's commands for parked events, on the command line of every service: `parked` and `replay`."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from chassis.db import Databases
from chassis.errors import DeskmeshError
from chassis.events.handlers import AnyHandler
from chassis.events.replay import Choice, Parked, Replayed, parked, replay

R = TypeVar("R")

Handling = Callable[[], AbstractAsyncContextManager[tuple[Databases, Sequence[AnyHandler]]]]
"""Gives the databases and the handlers of the service."""

Tenant = Annotated[UUID | None, typer.Option(help="Of this tenant alone.")]
Publisher = Annotated[
    str | None, typer.Option("--from", help="Of events of this service alone, such as tickets.")
]
Aggregate = Annotated[str | None, typer.Option(help="Of this aggregate alone, such as a ticket's id.")]


def add_commands(
    app: typer.Typer, service: str, databases_of: Callable[[], Databases], handling: Handling
) -> None:
    """Adds the commands to the service's."""

    @app.command(name="parked")
    def show(tenant: Tenant = None, publisher: Publisher = None, aggregate: Aggregate = None) -> None:
        """List what events failed for good: an aggregate in a line, with its first event and why that one failed."""

        async def work() -> list[Parked]:
            databases = databases_of()
            try:
                return await parked(databases, Choice(tenant, publisher, aggregate))
            finally:
                await databases.close()

        found = _run(work)
        for one in found:
            typer.echo(_line(one))
        typer.echo(f"{sum(one.events for one in found)} events of {len(found)} aggregates are parked")

    @app.command(name="replay")
    def again(tenant: Tenant = None, publisher: Publisher = None, aggregate: Aggregate = None) -> None:
        """Handle parked events again, each aggregate's in order; ends with 1 where some still fail."""

        async def work() -> Replayed:
            async with handling() as (databases, handlers):
                return await replay(service, databases, handlers, Choice(tenant, publisher, aggregate))

        done = _run(work)
        typer.echo(f"{done.events} events were handled, {done.failing} aggregates still fail")
        if done.failing:
            sys.exit(1)


def _run(work: Callable[[], Coroutine[object, object, R]]) -> R:
    try:
        return asyncio.run(work())
    except DeskmeshError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


def _line(one: Parked) -> str:
    since = one.since.astimezone(UTC).isoformat(timespec="seconds")
    return (
        f"{one.consumer} tenant={one.tenant_id} aggregate={one.aggregate_id} events={one.events} since={since} "
        f"{one.subject} attempts={one.attempts}: {one.error}"
    )
