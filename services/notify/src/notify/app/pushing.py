"""Pushes to the devices of people: queued beside their mails, written when they are sent; and the devices themselves."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from prometheus_client import Counter as Metric
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import FieldError, Forbidden, InvalidInput, NotFound
from chassis.guarded_http import Network
from chassis.ids import is_id, new_id
from chassis.paging import Keyset, Page
from chassis.timers import NewTimer
from notify.clients.calling_out import problem_with
from notify.clients.push import Push
from notify.db import deliveries
from notify.db.deliveries import NewDelivery
from notify.db.tables import Delivery, PushSubscription
from notify.domain import pushing as rules
from notify.domain.audience import Purpose
from notify.domain.push_encryption import DeviceKeys, read_public_key, read_secret

PUSH = "push"
"""The kind of the timer by which a push is sent; its key is the delivery's id."""

MOST = 20
"""Devices of a person; a further one takes the place of that which was not renewed for longest."""

PUSHES_OUT = Metric("deskmesh_notify_pushes_out", "Tries to send a push: sent, failed, dead.", ["outcome"])


@dataclass(frozen=True, slots=True)
class Device:
    """A device as its browser describes it; no topics: all."""

    endpoint: str
    p256dh: str
    auth: str
    topics: Sequence[str] = ()


async def register_my_subscription(
    tx: Tx, *, device: Device, allowed: Sequence[Network], now: datetime
) -> PushSubscription:
    """Tell a device of the caller from now on; one that is known is renewed, whosever it was.

    Raises InvalidInput, Forbidden (a program).
    """
    person_id, session_id = _own_session()
    keys = _checked(device, allowed)
    values = {
        "person_id": person_id,
        "session_id": session_id,
        "p256dh": keys.public,
        "auth": keys.secret,
        "topics": [one for one in rules.ALL_TOPICS if one in (device.topics or rules.ALL_TOPICS)],
        "renewed_at": now,
    }
    statement = insert(PushSubscription).values(
        tenant_id=tx.tenant_id, id=new_id(), endpoint=device.endpoint, **values
    )
    kept = (
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "endpoint"],
            set_={**values, "version": PushSubscription.version + 1, "updated_at": now},
        )
        .returning(PushSubscription)
        .execution_options(populate_existing=True)
    )
    row = await tx.scalar(kept)
    assert row is not None  # it was written or changed
    of_person = (PushSubscription.tenant_id == tx.tenant_id, PushSubscription.person_id == person_id)
    latest = select(PushSubscription.id).where(*of_person)
    latest = latest.order_by(PushSubscription.renewed_at.desc(), PushSubscription.id.desc())
    await tx.execute(delete(PushSubscription).where(*of_person, PushSubscription.id.in_(latest.offset(MOST))))
    return row


async def list_my_subscriptions(tx: Tx, *, page: Page) -> tuple[Sequence[PushSubscription], str]:
    """Return a page of the caller's devices, the latest first, and the token of the next. Raises Forbidden (a program)."""
    person_id, _ = _own_session()
    keyset = Keyset([(PushSubscription.id, True)], "push_subscriptions")
    statement = select(PushSubscription).where(
        *_alive(tx, datetime.now(UTC)), PushSubscription.person_id == person_id
    )
    return keyset.cut((await tx.scalars(keyset.select(statement, page))).all(), page)


async def delete_my_subscription(tx: Tx, *, subscription_id: UUID) -> None:
    """Tell a device of the caller no more. Raises NotFound (none, another's), Forbidden (a program)."""
    person_id, _ = _own_session()
    gone = await _remove(tx, PushSubscription.id == subscription_id, PushSubscription.person_id == person_id)
    if not gone:
        raise NotFound("push subscription")


async def end_subscriptions(tx: Tx, *, session_ids: Collection[UUID]) -> None:
    """Tell the devices no more that were registered in sessions that have ended."""
    await _remove(tx, PushSubscription.session_id.in_(session_ids))


async def queue_pushes(
    tx: Tx,
    *,
    mails: Sequence[tuple[UUID, NewDelivery]],
    contents: Mapping[UUID, Mapping[str, str]],
    now: datetime,
) -> list[NewTimer]:
    """Queue pushes of what these mails say, to the people with these ids; return the timers that send them."""
    wanted = [(person_id, mail) for person_id, mail in mails if Purpose(mail.purpose) in rules.TOPICS]
    if not wanted:
        return []
    rows = await tx.scalars(
        select(PushSubscription).where(
            *_alive(tx, now), PushSubscription.person_id.in_({person_id for person_id, _ in wanted})
        )
    )
    devices = rows.all()
    new = []
    for person_id, mail in wanted:
        for device in devices:
            if device.person_id == person_id and rules.is_told(Purpose(mail.purpose), device.topics):
                push_id = new_id()
                new.append(mail._replace(id=push_id, recipient=str(device.id), message_id=str(push_id)))
    used = {one.event_id: contents[one.event_id] for one in new}
    queued = await deliveries.add_deliveries(tx, new, used, channel="push")
    return timers_of([one for ids in queued.values() for one in ids], now)


def timers_of(delivery_ids: Sequence[UUID], due_at: datetime) -> list[NewTimer]:
    """The timers by which some pushes are sent, each by its own."""
    return [NewTimer(PUSH, str(one), due_at) for one in delivery_ids]


async def write_pushes(tx: Tx, *, delivery_ids: Collection[UUID], now: datetime) -> dict[UUID, Push]:
    """Write the pushes of these deliveries; those whose device is told no more are suppressed."""
    rows = (await tx.scalars(select(Delivery).where(*_waiting(tx, delivery_ids)))).all()
    found = await tx.scalars(
        select(PushSubscription).where(
            *_alive(tx, now), PushSubscription.id.in_({UUID(row.recipient) for row in rows})
        )
    )
    devices = {str(device.id): device for device in found.all()}
    pushes = {}
    for row in rows:
        device = devices.get(row.recipient)
        if device is None:
            row.state, row.last_error = "suppressed", "the device is told no more"
            continue
        keys = DeviceKeys(device.p256dh, device.auth)
        pushes[row.id] = Push(device.endpoint, keys, _content(row))
    return pushes


async def suppress(tx: Tx, *, delivery_ids: Collection[UUID], reason: str) -> None:
    """Send those of these deliveries never that still wait, and say why."""
    given_up = update(Delivery).where(*_waiting(tx, delivery_ids))
    await tx.execute(given_up.values(state="suppressed", last_error=reason))


async def forget_gone(tx: Tx, *, delivery_ids: Collection[UUID]) -> None:
    """Tell the devices of these deliveries no more: their push services say that they are gone."""
    recipients = select(Delivery.recipient).where(
        Delivery.tenant_id == tx.tenant_id, Delivery.id.in_(delivery_ids)
    )
    gone = [UUID(one) for one in await tx.scalars(recipients)]
    await _remove(tx, PushSubscription.id.in_(gone))


async def _remove(tx: Tx, *which: ColumnElement[bool]) -> int:
    removed = await tx.scalars(
        delete(PushSubscription)
        .where(PushSubscription.tenant_id == tx.tenant_id, *which)
        .returning(PushSubscription.id)
    )
    return len(removed.all())


def _waiting(tx: Tx, delivery_ids: Collection[UUID]) -> tuple[ColumnElement[bool], ...]:
    return (
        Delivery.tenant_id == tx.tenant_id,
        Delivery.id.in_(delivery_ids),
        Delivery.state.in_(("queued", "failed")),
    )


def _alive(tx: Tx, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        PushSubscription.tenant_id == tx.tenant_id,
        PushSubscription.renewed_at > now - rules.VALID_FOR,
    )


def _own_session() -> tuple[UUID, UUID]:
    caller = current_caller()
    if caller.kind != "user" or caller.user_id is None or not is_id(caller.session_id):
        raise Forbidden("Only a person has this.", reason="NOT_A_PERSON")
    return caller.user_id, UUID(caller.session_id)


def _checked(device: Device, allowed: Sequence[Network]) -> DeviceKeys:
    faults = []
    problem = problem_with(device.endpoint, allowed)
    if problem:
        faults.append(FieldError("endpoint", problem))
    read = {}
    for field, reader, text in (
        ("p256dh", read_public_key, device.p256dh),
        ("auth", read_secret, device.auth),
    ):
        try:
            read[field] = reader(text)
        except ValueError as error:
            faults.append(FieldError(f"keys.{field}", str(error)))
    faults += [
        FieldError(f"topics[{index}]", f"must be one of: {', '.join(rules.ALL_TOPICS)}")
        for index, one in enumerate(device.topics)
        if one not in rules.ALL_TOPICS
    ]
    if faults:
        raise InvalidInput(faults)
    return DeviceKeys(read["p256dh"], read["auth"])


def _content(row: Delivery) -> bytes:
    purpose = Purpose(row.purpose)
    shown = {
        "title": row.subject,
        "body": rules.words_for(purpose, row.language),
        "url": rules.path_for(purpose, str(row.content["ticket.number"])),
        "tag": str(row.ticket_id),
    }
    return json.dumps(shown, ensure_ascii=False).encode()
