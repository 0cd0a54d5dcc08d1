"""Webhooks: what administrators say of them."""

import base64
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from chassis import timers
from chassis.db import Tx, check_version, get_for_update
from chassis.errors import AlreadyExists, FieldError, InvalidInput, NotFound, WrongState
from chassis.guarded_http import Network
from chassis.ids import new_id
from chassis.paging import Keyset, Page
from chassis.sealing import Sealer
from notify import publish
from notify.app import hooking
from notify.clients.calling_out import problem_with
from notify.db.hooks import Listener
from notify.db.tables import Delivery, Webhook
from notify.domain import webhooks as rules

MOST = 50
"""Webhooks of a tenant."""

MAX_NAME = 200
WRITABLE = ("active", "paused")
TESTED = "WebhookTested"
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Draft:
    """All that people say of a webhook."""

    name: str = ""
    url: str = ""
    events: Sequence[str] = ()
    state: str = "active"


@dataclass(frozen=True, slots=True)
class Desk:
    """What saving a webhook needs beside the database."""

    sealer: Sealer
    allowed: Sequence[Network]
    known: Collection[str]
    """Names of the events that may be subscribed to."""


async def create_webhook(tx: Tx, *, desk: Desk, draft: Draft, secret: str) -> tuple[Webhook, str]:
    """Keep a webhook; return it and its secret, made here where none is given. Its name is its host's where it has none.

    Raises InvalidInput, AlreadyExists, WrongState.
    """
    _check(draft, desk)
    secret = _checked_secret(secret)
    own = select(func.count()).select_from(Webhook).where(Webhook.tenant_id == tx.tenant_id)
    if (await tx.scalar(own) or 0) >= MOST:
        raise WrongState("TOO_MANY_WEBHOOKS", f"A tenant has at most {MOST} webhooks.")
    webhook_id = new_id()
    row = Webhook(id=webhook_id, secret=_sealed(desk, secret, webhook_id), state_reason="", failures=0)
    _write(row, draft)
    tx.add(row)
    await _flush(tx)
    _tell(tx, row, {}, _said(row))
    return row, secret


async def get_webhook(tx: Tx, *, webhook_id: UUID) -> Webhook:
    """Return one webhook. Raises NotFound."""
    row = await tx.get(Webhook, webhook_id)
    if row is None:
        raise NotFound("webhook")
    return row


async def list_webhooks(tx: Tx, *, page: Page) -> tuple[Sequence[Webhook], str]:
    """Return a page of the webhooks by name, and the token of the next page."""
    keyset = Keyset([(Webhook.name, False), (Webhook.id, False)], "webhooks")
    statement = select(Webhook).where(Webhook.tenant_id == tx.tenant_id)
    return keyset.cut((await tx.scalars(keyset.select(statement, page))).all(), page)


async def update_webhook(
    tx: Tx, *, desk: Desk, webhook_id: UUID, changes: Mapping[str, object], expected_version: int | None
) -> Webhook:
    """Change a webhook; one that is made active begins anew, and what waits for it goes out.

    Raises NotFound, Stale, InvalidInput, AlreadyExists.
    """
    row = await get_for_update(tx, Webhook, webhook_id)
    check_version(row, expected_version)
    before = _said(row)
    state = row.state if row.state in WRITABLE else "paused"
    draft = replace(Draft(row.name, row.url, row.events, state), **changes)  # type: ignore[arg-type]  # the door's fields
    _check(draft, desk)
    _write(row, replace(draft, state=draft.state if "state" in changes else row.state))
    if "state" in changes or "url" in changes:
        row.state_reason, row.failures, row.failing_since, row.rest_until = "", 0, None, None
    await _flush(tx)
    if row.state == "active":
        await hooking.wake(tx, [row.id], datetime.now(UTC))
    _tell(tx, row, before, _said(row))
    return row


async def delete_webhook(tx: Tx, *, webhook_id: UUID, expected_version: int | None) -> None:
    """Remove a webhook; what waits for it is never sent. Raises NotFound, Stale."""
    row = await get_for_update(tx, Webhook, webhook_id)
    check_version(row, expected_version)
    await timers.cancel(tx, kind=hooking.CALL, key=str(row.id))
    await tx.execute(
        update(Delivery)
        .where(Delivery.tenant_id == tx.tenant_id, *hooking.waiting_for(row.id))
        .values(state="suppressed", last_error="the webhook was removed", content={})
    )
    await tx.session.delete(row)
    await tx.flush()
    _tell(tx, row, _said(row), {})


async def rotate_secret(tx: Tx, *, desk: Desk, webhook_id: UUID, secret: str) -> tuple[Webhook, str]:
    """Give a webhook another secret; the one before signs too for a day. Raises NotFound, InvalidInput, WrongState."""
    row = await get_for_update(tx, Webhook, webhook_id)
    secret = _checked_secret(secret)
    row.previous_secret, row.previous_secret_until = row.secret, datetime.now(UTC) + rules.OVERLAP
    row.secret = _sealed(desk, secret, row.id)
    await tx.flush()
    publish.setting_changed(
        tx,
        kind="webhook",
        setting_id=row.id,
        name=row.name,
        version=row.version,
        changes={"secret": ("", "rotated")},
    )
    return row, secret


async def test_webhook(tx: Tx, *, webhook_id: UUID) -> Delivery:
    """Queue a call that says nothing but that it is one. Raises NotFound, WrongState for one that is not active."""
    row = await get_webhook(tx, webhook_id=webhook_id)
    if row.state != "active":
        raise WrongState("WEBHOOK_NOT_ACTIVE", f"The webhook is {row.state}; make it active first.")
    now = datetime.now(UTC)
    news = hooking.News(new_id(), TESTED, now, {"webhook": {"id": str(row.id), "name": row.name}})
    (delivery_id,) = await hooking.queue_calls(
        tx, calls=[(news, Listener(row.id, row.name, frozenset()))], now=now
    )
    return await tx.session.get_one(Delivery, (tx.tenant_id, delivery_id))


def _check(draft: Draft, desk: Desk) -> None:
    faults = []
    if len(draft.name) > MAX_NAME or not all(one.isprintable() for one in draft.name):
        faults.append(FieldError("name", f"must be one line of at most {MAX_NAME} characters"))
    problem = problem_with(draft.url, desk.allowed)
    if problem:
        faults.append(FieldError("url", problem))
    faults += [
        FieldError(f"events[{place}]", f"must be one of: {', '.join(sorted(desk.known))}")
        for place, one in enumerate(draft.events)
        if one not in desk.known
    ]
    if draft.state not in WRITABLE:
        faults.append(FieldError("state", f"must be one of: {', '.join(WRITABLE)}"))
    if faults:
        raise InvalidInput(faults)


def _sealed(desk: Desk, secret: str, webhook_id: UUID) -> bytes:
    if not desk.sealer.can_seal:
        raise WrongState("NO_SERVICE_KEY", "The operator must set NOTIFY_SERVICE_KEY first.")
    return desk.sealer.seal(secret, about=webhook_id.bytes)


def _checked_secret(secret: str) -> str:
    if not secret:
        return rules.SECRET_PREFIX + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()
    problem = rules.secret_problem(secret)
    if problem:
        raise InvalidInput([FieldError("secret", problem)])
    return secret


def _write(row: Webhook, draft: Draft) -> None:
    row.name = draft.name.strip() or urlsplit(draft.url).hostname or ""
    row.url, row.events, row.state = draft.url, sorted(set(draft.events)), draft.state


def _said(row: Webhook) -> dict[str, publish.Plain]:
    """What the audit log shows; of the address the host alone, for the rest may be a secret."""
    host = urlsplit(row.url).hostname or ""
    return {"name": row.name, "url": host, "events": list(row.events), "state": row.state}


def _tell(
    tx: Tx, row: Webhook, before: Mapping[str, publish.Plain], after: Mapping[str, publish.Plain]
) -> None:
    publish.webhook_changed(tx, webhook=row, deleted=not after)
    names = [name for name in (after or before) if before.get(name) != after.get(name)]
    if names:
        publish.setting_changed(
            tx,
            kind="webhook",
            setting_id=row.id,
            name=row.name,
            version=row.version if after else row.version + 1,
            changes={name: (before.get(name), after.get(name)) for name in names},
        )


async def _flush(tx: Tx) -> None:
    try:
        async with tx.session.begin_nested():
            await tx.flush()
    except IntegrityError as error:
        raise AlreadyExists("There is a webhook with this name.", reason="NAME_TAKEN") from error
