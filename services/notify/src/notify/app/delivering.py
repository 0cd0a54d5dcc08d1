"""Sends what is queued: writes the mails, hands them on, and notes what came of it."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prometheus_client import Counter as Metric
from sqlalchemy import select

from chassis import timers
from chassis.db import Tx
from chassis.errors import NotFound, Unavailable
from chassis.objects import ObjectStore
from chassis.templates import BrokenTemplate
from chassis.timers import NewTimer
from notify import publish
from notify.app import texts
from notify.app.announcing import timers_of
from notify.app.linking import Links
from notify.clients.outgoing import NotSent, Outgoing
from notify.db import queries
from notify.db.tables import Delivery, Tenant
from notify.domain import audience, composing, enclosing, rendering, retrying, threads

MAIL_OUT = Metric("deskmesh_notify_mail_out", "Tries to send a mail: sent, failed, dead.", ["outcome"])
UNSENT = ("queued", "failed")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to go but for its files; `sender` is the envelope's, empty for none."""

    delivery_id: UUID
    sender: str
    recipient: str
    draft: composing.Draft
    files: Sequence[enclosing.File] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of trying a delivery; no failure: it was sent."""

    delivery_id: UUID
    failure: NotSent | None = None


async def write_mails(
    tx: Tx, *, delivery_ids: Collection[UUID], links: Links, now: datetime
) -> tuple[list[Mail], list[Outcome]]:
    """Write the mails of these deliveries, without those that are sent or given up; and say which cannot be written."""
    statement = select(Delivery).where(
        Delivery.tenant_id == tx.tenant_id, Delivery.id.in_(delivery_ids), Delivery.state.in_(UNSENT)
    )
    rows = (await tx.scalars(statement.order_by(Delivery.id))).all()
    tenant = await queries.own_tenant(tx)
    if tenant is None or not tenant.support_address:
        # The copy of the tenant may lag behind its first ticket by a moment.
        failure = NotSent("the tenant has no support address", permanent=False)
        return [], [Outcome(row.id, failure) for row in rows]
    parts: dict[str, list[threads.ThreadPart]] = defaultdict(list)
    for part in await queries.thread_parts(
        tx,
        ticket_ids={row.ticket_id for row in rows if row.ticket_id is not None},
        recipients={row.recipient for row in rows},
    ):
        parts[part.ticket_id].append(part)
    sources: dict[tuple[str, str], tuple[rendering.Source, str]] = {}
    mails: list[Mail] = []
    for row in rows:
        wanted = (row.purpose, row.language)
        if wanted not in sources:
            sources[wanted] = await texts.find_template(tx, purpose=row.purpose, language=row.language)
        thread: list[str] = []
        if row.ticket_id is not None:
            thread = threads.thread_for(
                parts[str(row.ticket_id)],
                ticket_id=str(row.ticket_id),
                recipient=row.recipient,
                before=str(row.id),
            )
        draft = _draft(row, tenant, _rendered(row, tenant, links, *sources[wanted]), thread, now)
        sender = tenant.support_address if row.purpose in audience.WRITTEN_BY_PEOPLE else ""
        files = enclosing.files_in(row.content) if row.purpose in audience.WITH_FILES else ()
        mails.append(Mail(row.id, sender, row.recipient, draft, files))
    return mails, []


async def send_mail(mail: Mail, *, outgoing: Outgoing, objects: ObjectStore) -> Outcome:
    """Hand a mail on, with its files; one whose files cannot be had waits for them.

    Towards the relay this is at least once: where the answer to a mail that was taken is lost, it goes again with the
    same Message-ID.
    """
    try:
        await outgoing.send(
            delivery_id=mail.delivery_id,
            sender=mail.sender,
            recipient=mail.recipient,
            raw=await _composed(mail, objects),
        )
    except NotSent as failure:
        return Outcome(mail.delivery_id, failure)
    return Outcome(mail.delivery_id)


async def _composed(mail: Mail, objects: ObjectStore) -> bytes:
    """Raises NotSent."""
    try:
        enclosed = [await _read(objects, file) for file in mail.files]
        if not enclosed:
            return composing.compose(mail.draft)
        return await asyncio.to_thread(composing.compose, replace(mail.draft, enclosed=enclosed))
    except composing.ForbiddenHeader as error:
        raise NotSent(str(error), permanent=True) from error
    except (NotFound, Unavailable) as error:
        raise NotSent(f"a file of it cannot be read: {error}", permanent=False) from error


async def _read(objects: ObjectStore, file: enclosing.File) -> composing.Enclosed:
    content = b"".join([chunk async for chunk in await objects.get(file.key)])
    return composing.Enclosed(composing.flat(file.name), file.content_type.lower(), content)


@dataclass(frozen=True, slots=True)
class Way:
    """How deliveries of a channel are tried again, and where the tries are counted."""

    timers_of: Callable[[Sequence[UUID], datetime], list[NewTimer]]
    tries: Metric
    pauses: Sequence[timedelta] = retrying.PAUSES


BY_MAIL = Way(timers_of, MAIL_OUT)


async def note_outcomes(tx: Tx, *, outcomes: Collection[Outcome], way: Way, now: datetime) -> None:
    """Note what was sent, have what failed tried again later, and give up after the last attempt."""
    failures = {outcome.delivery_id: outcome.failure for outcome in outcomes}
    if not failures:
        return
    rows = await tx.scalars(
        select(Delivery)
        .where(Delivery.tenant_id == tx.tenant_id, Delivery.id.in_(failures), Delivery.state.in_(UNSENT))
        .order_by(Delivery.id)
        .with_for_update()
    )
    again: list[NewTimer] = []
    states: Counter[str] = Counter()
    for row in rows.all():
        row.attempts += 1
        failure = failures[row.id]
        if failure is None:
            row.state, row.sent_at, row.last_error = "sent", now, ""
            states["sent"] += 1
            publish.message_delivered(tx, delivery=row, at=now)
            continue
        row.last_error = failure.reason
        pause = _next_pause(row.attempts, failure, way.pauses)
        if pause is None:
            row.state = "dead"
            publish.message_failed(tx, delivery=row, at=now)
        else:
            row.state = "failed"
            again += way.timers_of([row.id], now + pause)
        states[row.state] += 1
    tx.after_commit(lambda: _count(way.tries, states))
    await timers.schedule_many(tx, again)


def _count(tries: Metric, states: Mapping[str, int]) -> None:
    for state, count in states.items():
        tries.labels(state).inc(count)


def _rendered(
    row: Delivery, tenant: Tenant, links: Links, source: rendering.Source, language: str
) -> rendering.Rendered:
    values: Mapping[str, str] = {
        **{name: str(value) for name, value in row.content.items()},
        **links.for_mail(row.tenant_id, row.content, row.recipient),
        "tenant.name": tenant.name,
        "recipient.name": row.recipient_name,
        "clock.due_at": _local_time(str(row.content.get("clock.due_at", "")), row.time_zone),
    }
    try:
        return rendering.render(source, values, language=language)
    except BrokenTemplate:
        return rendering.render(texts.shipped_template(row.purpose, language), values, language=language)


def _draft(
    row: Delivery, tenant: Tenant, rendered: rendering.Rendered, thread: list[str], now: datetime
) -> composing.Draft:
    return composing.Draft(
        message_id=row.message_id,
        sender=tenant.support_address,
        sender_name=composing.flat(tenant.name),
        recipient=row.recipient,
        recipient_name=composing.flat(row.recipient_name),
        subject=row.subject,
        text=rendered.text,
        html=rendered.html,
        language=rendered.language,
        sent_at=now,
        thread=thread,
        submitted=_submitted(row.purpose),
    )


def _submitted(purpose: str) -> str:
    if purpose in audience.WRITTEN_BY_PEOPLE:
        return ""
    return "auto-replied" if purpose == audience.Purpose.ACKNOWLEDGEMENT else "auto-generated"


def _next_pause(attempts: int, failure: NotSent, pauses: Sequence[timedelta]) -> timedelta | None:
    if failure.permanent:
        return None
    return retrying.pause_after(attempts, pauses, spread=random.random())  # noqa: S311 (spreads load, guards nothing)


def _local_time(iso: str, time_zone: str) -> str:
    """Write a time for the reader: "2026-11-23 09:30 (Europe/Warsaw)"; UTC where the zone is not known."""
    if not iso:
        return ""
    try:
        zone = ZoneInfo(time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    return f"{datetime.fromisoformat(iso).astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"
