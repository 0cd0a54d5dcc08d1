"""Work on the clock: telling verifiers what is revoked, and forgetting what has expired."""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta

import structlog
from nats.errors import Error as NatsError

from chassis.errors import DeskmeshError
from chassis.jobs import Job
from chassis.service import Runtime
from chassis.tokens import NOT_BEFORE_SUBJECT
from gateway.app.housekeeping import forget_expired_credentials
from gateway.app.revocations import not_before_entries, revoked
from gateway.app.roles import upgrade_roles
from gateway.settings import GatewaySettings

log = structlog.get_logger()

_EVERY_SECONDS = 2.0


async def publish_not_before(runtime: Runtime[GatewaySettings], stop: asyncio.Event) -> None:
    """Tell all verifiers what is revoked: every two seconds, and at once after a revocation in this process."""
    changed = asyncio.Event()
    with revoked.listening(changed.set):
        while not stop.is_set():
            changed.clear()
            await _tell(runtime)
            await _first_of(stop, changed, seconds=_EVERY_SECONDS)


async def _tell(runtime: Runtime[GatewaySettings]) -> None:
    try:
        entries = await not_before_entries(runtime.databases)
        # The gateway's own verifier does not wait for NATS.
        runtime.verifier.not_before.merge(entries)
        if runtime.nats.is_connected:
            document = {"entries": [asdict(entry) for entry in entries], "sent_at": time.time()}
            await runtime.nats.publish(NOT_BEFORE_SUBJECT, json.dumps(document).encode())
            await runtime.nats.flush(timeout=1)
    except (DeskmeshError, NatsError, TimeoutError, OSError) as error:
        log.warning("not_before_untold", error=type(error).__name__)


async def _first_of(*events: asyncio.Event, seconds: float) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*waiting)


def jobs() -> list[Job[Runtime[GatewaySettings]]]:
    """Return what runs at intervals, in one process at a time."""
    return [
        Job("forget_expired_credentials", timedelta(minutes=10), _forget),
        Job("upgrade_roles", timedelta(hours=1), _upgrade_roles),
    ]


async def _forget(runtime: Runtime[GatewaySettings]) -> None:
    await forget_expired_credentials(runtime.databases)


async def _upgrade_roles(runtime: Runtime[GatewaySettings]) -> None:
    await upgrade_roles(runtime.databases)
