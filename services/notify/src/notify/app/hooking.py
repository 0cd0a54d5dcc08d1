"""Calls of webhooks: queued with the event, claimed and sent some at a time, noted, tried again, given up."""

import json
import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from prometheus_client import Counter as Metric
from sqlalchemy import ColumnElement, select, update
from standardwebhooks import Webhook as Signer

from chassis import timers
from chassis.db import Tx
from chassis.ids import new_id
from chassis.sealing import Sealer
from chassis.timers import NewTimer
from notify import publish
from notify.app import hook_notices
from notify.clients.calling_out import Call
from notify.clients.outgoing import NotSent
from notify.db import hooks
from notify.db.hooks import Listener, NewCall
from notify.db.tables import Delivery, Webhook
from notify.domain import retrying
from notify.domain import webhooks as rules

CALL = "call"
"""The kind of the timer; its key is the webhook's id. It only wakes: what is to be sent, the deliveries say."""

AT_ONCE = 8
"""Calls of a webhook that are sent together; then it is the others' turn."""

CLAIM = timedelta(seconds=40)
"""So long nobody else sends what is claimed: longer than a call and noting it take."""

CALLS = Metric("deskmesh_notify_webhook_calls", "Tries to call a webhook: sent, failed, dead.", ["outcome"])


@dataclass(frozen=True, slots=True)
class News:
    """An event to be told: its id, the name of its kind, when it was committed (UTC), and what it says."""

    event_id: UUID
    kind: str
    at: datetime
    said: Mapping[str, object]
    ticket_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call; no failure: it was taken."""

    delivery_id: UUID
    failure: NotSent | None = None


def waiting_for(webhook_id: UUID) -> Sequence[ColumnElement[bool]]:
    """What a delivery is that waits for this webhook."""
    return (
        Delivery.channel == "webhook",
        Delivery.recipient == str(webhook_id),
        Delivery.state.in_(("queued", "failed")),
    )


async def queue_calls(tx: Tx, *, calls: Sequence[tuple[News, Listener]], now: datetime) -> set[UUID]:
    """Write down the calls that are not there yet, and have them sent; return their ids."""
    if not calls:
        return set()
    new = [
        NewCall(new_id(), one.event_id, one.ticket_id, to.id, to.name, one.kind, _body(one))
        for one, to in calls
    ]
    made = await hooks.add_calls(tx, new)
    await wake(tx, {call.webhook_id for call in new if call.id in made}, now)
    return made


async def wake(tx: Tx, webhook_ids: Iterable[UUID], at: datetime) -> None:
    """Have somebody look, at this time, at what waits for these webhooks."""
    await timers.schedule_many(tx, [NewTimer(CALL, str(one), at) for one in webhook_ids])


async def claim_calls(
    tx: Tx, *, webhook_id: UUID, sealer: Sealer, now: datetime
) -> tuple[list[tuple[UUID, Call]], list[Outcome]]:
    """Take calls that are due, signed, and say which can't be made. Nothing while the webhook rests or is not active."""
    webhook = await tx.get(Webhook, webhook_id)
    if webhook is None or webhook.state != "active" or (webhook.rest_until and webhook.rest_until > now):
        return [], []
    claimed = await hooks.claim_calls(tx, webhook_id, limit=AT_ONCE, lease=CLAIM)
    try:
        signers = _signers(webhook, sealer, now)
    except ValueError:
        failure = NotSent("the secret can't be read; rotate it", permanent=False)
        return [], [Outcome(delivery_id, failure) for delivery_id, _ in claimed]
    return [
        (delivery_id, _call(webhook.url, signers, str(delivery_id), body, now))
        for delivery_id, body in claimed
    ], []


async def note_calls(tx: Tx, *, webhook_id: UUID, outcomes: Collection[Outcome], now: datetime) -> None:
    """Note what was taken, have what failed tried again later, and give up after the last attempt.

    A webhook that fails is left alone for a while; one that has failed for days, or says that it is gone, is switched
    off, and the administrators are told.
    """
    failures = {outcome.delivery_id: outcome.failure for outcome in outcomes}
    if not failures:
        return
    webhook = await _locked(tx, webhook_id)
    rows = await tx.scalars(
        select(Delivery)
        .where(Delivery.tenant_id == tx.tenant_id, Delivery.id.in_(failures), *waiting_for(webhook_id))
        .order_by(Delivery.id)
        .with_for_update()
    )
    states: Counter[str] = Counter()
    for row in rows.all():
        _note(tx, row, failures[row.id], now)
        states[row.state] += 1
    tx.after_commit(lambda: _count(states))
    if webhook is not None:
        await _judge(tx, webhook, list(failures.values()), now)


async def go_on(tx: Tx, *, webhook_id: UUID, not_before: datetime) -> None:
    """Set the timer for what waits next, if anything; for a webhook that is not active there is nothing to do."""
    webhook = await tx.get(Webhook, webhook_id)
    due = await hooks.next_call_at(tx, webhook_id)
    if webhook is not None and webhook.state == "active" and due is not None:
        await wake(tx, [webhook_id], max(due, not_before, webhook.rest_until or due))


def _count(states: Mapping[str, int]) -> None:
    for state, count in states.items():
        CALLS.labels(state).inc(count)


async def _locked(tx: Tx, webhook_id: UUID) -> Webhook | None:
    statement = select(Webhook).where(Webhook.tenant_id == tx.tenant_id, Webhook.id == webhook_id)
    return await tx.scalar(statement.with_for_update().execution_options(populate_existing=True))


def _note(tx: Tx, row: Delivery, failure: NotSent | None, now: datetime) -> None:
    row.attempts += 1
    if failure is None:
        # What was taken is the other side's; its text need not be kept twice.
        row.state, row.sent_at, row.last_error, row.content = "sent", now, "", {}
        publish.message_delivered(tx, delivery=row, at=now)
        return
    row.last_error = failure.reason
    pause = None if failure.permanent else retrying.pause_after(row.attempts, spread=random.random())  # noqa: S311 (spreads load, guards nothing)
    if pause is None:
        row.state = "dead"
        publish.message_failed(tx, delivery=row, at=now)
    else:
        row.state, row.next_attempt_at = "failed", now + pause


async def _judge(tx: Tx, webhook: Webhook, failures: Collection[NotSent | None], now: datetime) -> None:
    """How the webhook does, after these calls."""
    if None in failures:
        webhook.failures, webhook.failing_since, webhook.rest_until = 0, None, None
        webhook.last_success_at = now
        return
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now
    webhook.rest_until = now + rules.rest_after(webhook.failures)
    last = next(failure for failure in failures if failure is not None)
    if webhook.state == "active" and (last.permanent or rules.is_hopeless(webhook.failing_since, now)):
        await _switch_off(tx, webhook, last.reason, now)


async def _switch_off(tx: Tx, webhook: Webhook, reason: str, now: datetime) -> None:
    webhook.state, webhook.state_reason = "disabled", reason
    rows = await tx.scalars(
        update(Delivery)
        .where(Delivery.tenant_id == tx.tenant_id, *waiting_for(webhook.id))
        .values(state="dead", last_error="the webhook was switched off", version=Delivery.version + 1)
        .returning(Delivery)
        .execution_options(populate_existing=True)
    )
    for row in rows.all():
        publish.message_failed(tx, delivery=row, at=now)
    await tx.flush()
    publish.webhook_changed(tx, webhook=webhook)
    publish.setting_changed(
        tx,
        kind="webhook",
        setting_id=webhook.id,
        name=webhook.name,
        version=webhook.version,
        changes={"state": ("active", "disabled")},
    )
    await hook_notices.tell_administrators(tx, webhook=webhook, now=now)


def _signers(webhook: Webhook, sealer: Sealer, now: datetime) -> list[Signer]:
    sealed = [webhook.secret]
    if webhook.previous_secret and webhook.previous_secret_until and webhook.previous_secret_until > now:
        sealed.append(webhook.previous_secret)
    return [Signer(sealer.unseal(one, about=webhook.id.bytes)) for one in sealed]


def _call(url: str, signers: Sequence[Signer], delivery_id: str, body: str, now: datetime) -> Call:
    headers = {
        "content-type": "application/json",
        "user-agent": "Deskmesh",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(one.sign(delivery_id, now, body) for one in signers),
    }
    return Call(url, headers, body.encode())


def _body(news: News) -> str:
    said = {"type": news.kind, "timestamp": news.at.isoformat(), "data": news.said}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
