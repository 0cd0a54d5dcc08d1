"""Background work by timers and jobs: reading mail, sending mail, filling the copies."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import structlog

from chassis.db import Databases, Tx
from chassis.errors import Unavailable
from chassis.ids import time_of
from chassis.metrics import Snapshot
from chassis.objects import ObjectStore
from chassis.timers import Timer, TimerHandler
from notify.api import reading
from notify.app import announcing, delivering, directory, intake, understanding
from notify.app.linking import Links
from notify.clients.directory import Directory
from notify.clients.outgoing import Outgoing
from notify.db import queries

log = structlog.get_logger()

# A few mails of up to 25 MiB in memory at a time, and their files.
READ_AT_ONCE = 4
# Timers, each with the mails of one event, which are a few.
SEND_BATCH = 5
SEND_AT_ONCE = 4
# A mail whose sender was killed goes out so much later; one that was only halted for longer sends it a second time.
DELIVER_LEASE = timedelta(seconds=15)

MAIL_UNSENT = Snapshot("deskmesh_notify_mail_unsent", "Mail to be sent, retries included.")
MAIL_UNSENT_SECONDS = Snapshot(
    "deskmesh_notify_mail_unsent_oldest_seconds", "Age of the oldest mail to be sent."
)
MAIL_UNREAD = Snapshot("deskmesh_notify_mail_unread", "Mail that was taken in and not read yet.")
MAIL_UNREAD_SECONDS = Snapshot(
    "deskmesh_notify_mail_unread_oldest_seconds", "Age of the oldest mail that was taken in and not read yet."
)


@dataclass(frozen=True, slots=True)
class Work:
    """What the timers of notify do.

    Reading and sending are slow and hold no transaction; what came of them is noted in the one that ends the timers.
    """

    databases: Databases
    objects: ObjectStore
    outgoing: Outgoing
    links: Links
    # Of mails with files one at a time is in memory, several times as large as its files.
    alone: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    def timers(self) -> list[TimerHandler]:
        """The handlers of all timers that notify sets."""
        return [
            TimerHandler(kind=intake.PARSE, prepare=self.read, handle=self.record, batch=READ_AT_ONCE),
            TimerHandler(
                kind=announcing.DELIVER,
                prepare=self.send,
                handle=self.note,
                batch=SEND_BATCH,
                lease=DELIVER_LEASE,
            ),
        ]

    async def read(self, timers: list[Timer]) -> None:
        """Read stored mail."""
        for timer in timers:
            timer.prepared = await understanding.read_mail(
                self.databases, self.objects, tenant_id=timer.tenant_id, message_id=UUID(timer.key)
            )

    async def record(self, tx: Tx, timers: list[Timer]) -> None:
        """Note and tell what the mail says."""
        for timer in timers:
            if isinstance(timer.prepared, understanding.Reading):
                await understanding.record_reading(tx, message_id=UUID(timer.key), reading=timer.prepared)

    async def send(self, timers: list[Timer]) -> None:
        """Send queued mail, some at a time. No failure of one holds back another.

        What went out before, when its outcome could not be noted, is only noted now.
        """
        waiting = {
            delivery_id: timer
            for timer in timers
            for delivery_id in _deliveries(timer)
            if not _is_sent(_outcomes(timer).get(delivery_id))
        }
        if not waiting:
            return
        tenant_id = timers[0].tenant_id
        async with self.databases.for_tenant(tenant_id).transaction(tenant_id) as tx:
            mails, failed = await delivering.write_mails(
                tx, delivery_ids=waiting, links=self.links, now=datetime.now(UTC)
            )
        places = asyncio.Semaphore(SEND_AT_ONCE)

        async def one(mail: delivering.Mail) -> delivering.Outcome:
            async with self.alone if mail.files else places:
                return await delivering.send_mail(mail, outgoing=self.outgoing, objects=self.objects)

        for outcome in [*failed, *await asyncio.gather(*map(one, mails))]:
            _outcomes(waiting[outcome.delivery_id])[outcome.delivery_id] = outcome

    async def note(self, tx: Tx, timers: list[Timer]) -> None:
        """Note what came of sending."""
        outcomes = [outcome for timer in timers for outcome in _outcomes(timer).values()]
        await delivering.note_outcomes(tx, outcomes=outcomes, way=delivering.BY_MAIL, now=datetime.now(UTC))


def _deliveries(timer: Timer) -> list[UUID]:
    return [UUID(one) for one in cast("list[str]", timer.payload["deliveries"])]


def _outcomes(timer: Timer) -> dict[UUID, delivering.Outcome]:
    """What came of the timer's deliveries so far."""
    if timer.prepared is None:
        timer.prepared = {}
    return cast("dict[UUID, delivering.Outcome]", timer.prepared)


def _is_sent(outcome: delivering.Outcome | None) -> bool:
    return outcome is not None and outcome.failure is None


async def measure_mail(databases: Databases) -> None:
    """Show how much mail waits to be sent and to be read, and for how long, as metrics."""
    now = datetime.now(UTC)
    for kind, count, seconds in (
        (announcing.DELIVER, MAIL_UNSENT, MAIL_UNSENT_SECONDS),
        (intake.PARSE, MAIL_UNREAD, MAIL_UNREAD_SECONDS),
    ):
        found = [await queries.oldest_work(database, kind) for database in databases.all()]
        ages = [(now - time_of(oldest)).total_seconds() for _, oldest in found if oldest is not None]
        count.show({(): sum(number for number, _ in found)})
        seconds.show({(): max(ages, default=0.0)})


async def backfill_directory(databases: Databases, gateway: Directory) -> None:
    """Ask for what the events of today no longer tell; tenants that are filled are left alone. Safe to repeat.

    While the gateway is away this waits for the next time.
    """
    try:
        await _backfill(databases, gateway)
    except Unavailable as error:
        log.info("backfill_waits_for_gateway", reason=error.reason)


async def _backfill(databases: Databases, gateway: Directory) -> None:
    async for tenants in gateway.tenants():
        for tenant in tenants:
            tenant_id = UUID(tenant.id)
            database = databases.for_tenant(tenant_id)
            async with database.transaction(tenant_id) as tx:
                if await directory.is_backfilled(tx):
                    continue
                await directory.keep_tenant(tx, news=reading.tenant_news(tenant))
            async for users in gateway.users(tenant_id):
                async with database.transaction(tenant_id) as tx:
                    await directory.keep_people(tx, news=[reading.person_news(user) for user in users])
            async for roles in gateway.roles(tenant_id):
                async with database.transaction(tenant_id) as tx:
                    await directory.keep_roles(tx, news=[reading.role_news(role) for role in roles])
            async with database.transaction(tenant_id) as tx:
                await directory.mark_backfilled(tx)
