"""The command line of a service."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn

import structlog
import typer
import uvloop

from chassis import logging as json_logging
from chassis import restored as after_restore
from chassis import telemetry
from chassis.db import Databases
from chassis.events.commands import add_commands
from chassis.grpc_server import RefusedToStart
from chassis.service.running import Only, S, Service, running, runtime_of
from chassis.settings import SettingsError, load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from chassis.events.handlers import AnyHandler

log = structlog.get_logger()


def run(service: Service[S]) -> None:
    """Runs the command line of the service and ends the process."""
    cli(service)()


def cli(service: Service[S]) -> typer.Typer:
    """The command line of a service: `serve [--only api|worker]`, `migrate`, `parked` and `replay`; it may add its own."""
    app = typer.Typer(
        add_completion=False, no_args_is_help=True, help=f"The {service.name} service of Deskmesh."
    )

    @app.command()
    def serve(
        only: Annotated[
            Only | None, typer.Option(help="Run half of it: RPCs, or events, timers and jobs.")
        ] = None,
    ) -> None:
        """Serve until SIGTERM or SIGINT, then end what runs and stop."""
        settings = settings_or_exit(service)
        telemetry.setup(service.name, settings.environment)
        try:
            code = uvloop.run(_serve(service, settings, only))
        except (OSError, ValueError, RuntimeError, RefusedToStart) as error:
            # An address that is taken, an rpc without a rule: for the operator's eyes, with the words.
            log.exception("not_served")
            typer.echo(str(error), err=True)
            code = 1
        telemetry.shutdown()
        sys.exit(code)

    @app.command()
    def migrate() -> None:
        """Bring the database to the newest revision."""
        url = settings_or_exit(service).owner_database_url
        if url is None:
            _refuse(SettingsError([f"{service.prefix}OWNER_DATABASE_URL: missing"]))
        from chassis import migrations  # noqa: PLC0415 (alembic is only for this command)

        migrations.run(service.name, url.get_secret_value(), service.migrations)

    @app.command()
    def restored(
        database_url: Annotated[
            str, typer.Option(envvar="RESTORED_DATABASE_URL", help="The database's address for a superuser.")
        ],
        *,
        replay: Annotated[
            bool,
            typer.Option(help="Take all events again that the streams still have; what is known is dropped."),
        ] = True,
    ) -> None:
        """Tell the service that its database was restored to an earlier time than the others'."""
        settings = settings_or_exit(service)
        streams = asyncio.run(after_restore.skip_what_was_used(database_url, service.restored))
        typer.echo("versions and numbers that may have been seen are skipped")
        if replay:
            asyncio.run(after_restore.have_events_again(settings.nats_url, service.name, streams))
            typer.echo(f"takes again: {', '.join(streams) or 'nothing'}")

    @asynccontextmanager
    async def handling() -> AsyncIterator[tuple[Databases, Sequence[AnyHandler]]]:
        async with runtime_of(service, settings_or_exit(service)) as runtime:
            yield runtime.databases, (await service.compose(runtime)).handlers

    add_commands(
        app, service.name, lambda: Databases.connect(settings_or_exit(service), service.name), handling
    )
    return app


def settings_or_exit(service: Service[S]) -> S:
    """The settings from the environment, logging set up; lists what is wrong and exits with 2 where they do not fit."""
    try:
        settings = load(service.settings, service.prefix)
        json_logging.setup(service.name, settings.log_level)
    except (SettingsError, ValueError) as error:
        _refuse(error)
    return settings


async def _serve(service: Service[S], settings: S, only: Only | None) -> int:
    """Serves until a signal or the end of a loop; gives the exit code."""
    stop, serving, main = asyncio.Event(), asyncio.Event(), asyncio.current_task()
    assert main is not None

    def end() -> None:
        stop.set()
        if not serving.is_set():
            # Still starting, perhaps waiting for a part that does not come.
            main.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    try:
        async with running(service, settings, only) as process:
            serving.set()
            _spare_collector()
            log.info("serving", http_port=process.http_port, only=None if only is None else only.value)
            waiting = [asyncio.create_task(event.wait()) for event in (stop, process.ended)]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            log.info("stopping")
    except asyncio.CancelledError:
        if serving.is_set() or not stop.is_set():
            raise
        return 0
    return 1 if process.ended.is_set() else 0


def _spare_collector() -> None:
    """Takes what the start has made out of the garbage collector's rounds, and has it come round less often.

    Else it goes again and again through all that never dies.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _refuse(error: Exception) -> NoReturn:
    typer.echo(str(error), err=True)
    sys.exit(2)
