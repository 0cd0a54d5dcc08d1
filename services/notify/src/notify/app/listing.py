"""Lists and single reads of what came in and what goes out."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from chassis import filters
from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput, NotFound
from chassis.filters import Field, FieldTable, FieldType
from chassis.paging import Keyset, Page, order_of
from notify.db import queries
from notify.db.tables import Delivery, InboundMessage
from notify.domain.audience import Purpose

MAX_PIECE = 1024 * 1024

INBOUND_FIELDS = FieldTable(
    {
        "state": Field(
            FieldType.STRING,
            (InboundMessage.state,),
            frozenset({"received", "processed", "automatic", "duplicate", "quarantined"}),
        ),
        "mailbox": Field(FieldType.STRING, (InboundMessage.mailbox,)),
        "from": Field(FieldType.STRING, (InboundMessage.from_email,)),
        "subject": Field(FieldType.STRING, (InboundMessage.subject,)),
        "message_id": Field(FieldType.STRING, (InboundMessage.message_id,)),
        "ticket_id": Field(FieldType.REFERENCE, (InboundMessage.ticket_id,)),
        "received_at": Field(FieldType.TIMESTAMP, (InboundMessage.received_at,)),
    }
)
INBOUND_ORDERS = {"received_at": InboundMessage.received_at, "from": InboundMessage.from_email}
DELIVERY_FIELDS = FieldTable(
    {
        "to": Field(FieldType.STRING, (Delivery.recipient,)),
        "state": Field(
            FieldType.STRING,
            (Delivery.state,),
            frozenset({"queued", "sending", "sent", "failed", "dead", "suppressed"}),
        ),
        "purpose": Field(FieldType.STRING, (Delivery.purpose,), frozenset({*Purpose, "webhook"})),
        "channel": Field(FieldType.STRING, (Delivery.channel,)),
        "message_id": Field(FieldType.STRING, (Delivery.message_id,)),
        "ticket_id": Field(FieldType.REFERENCE, (Delivery.ticket_id,)),
        "created_at": Field(FieldType.TIMESTAMP, (Delivery.created_at,)),
        "sent_at": Field(FieldType.TIMESTAMP, (Delivery.sent_at,)),
    }
)
DELIVERY_ORDERS = {"created_at": Delivery.created_at, "to": Delivery.recipient, "state": Delivery.state}


async def list_inbound_messages(
    tx: Tx, *, page: Page, filter_text: str, order_by: str
) -> tuple[Sequence[InboundMessage], str]:
    """Return the mails that came in, newest first unless ordered otherwise, and the token of the next page.

    Raises BadRequest for a wrong filter or page token, InvalidInput for a wrong order.
    """
    clause = filters.to_sql(filters.check(filters.parse(filter_text), INBOUND_FIELDS), INBOUND_FIELDS)
    order = order_of(order_by, INBOUND_ORDERS, default="received_at desc", unique=InboundMessage.id)
    keyset = Keyset(order, filter_text)
    statement = select(InboundMessage).where(InboundMessage.tenant_id == tx.tenant_id, clause)
    return keyset.cut((await tx.scalars(keyset.select(statement, page))).all(), page)


async def list_deliveries(
    tx: Tx, *, page: Page, filter_text: str, order_by: str
) -> tuple[Sequence[Delivery], str]:
    """Return the mails that go out, newest first unless ordered otherwise, and the token of the next page.

    Raises BadRequest for a wrong filter or page token, InvalidInput for a wrong order.
    """
    clause = filters.to_sql(filters.check(filters.parse(filter_text), DELIVERY_FIELDS), DELIVERY_FIELDS)
    order = order_of(order_by, DELIVERY_ORDERS, default="created_at desc", unique=Delivery.id)
    keyset = Keyset(order, filter_text)
    statement = select(Delivery).where(Delivery.tenant_id == tx.tenant_id, clause)
    return keyset.cut((await tx.scalars(keyset.select(statement, page))).all(), page)


async def get_inbound_message(tx: Tx, *, message_id: UUID) -> InboundMessage:
    """Return one mail that came in. Raises NotFound."""
    found = await tx.get(InboundMessage, message_id)
    if found is None:
        raise NotFound("inbound message")
    return found


async def get_delivery(tx: Tx, *, delivery_id: UUID) -> Delivery:
    """Return one mail that goes out. Raises NotFound."""
    found = await tx.get(Delivery, delivery_id)
    if found is None:
        raise NotFound("delivery")
    return found


async def read_raw(tx: Tx, *, message_id: UUID, offset: int) -> tuple[bytes, int]:
    """Return at most a MiB of a mail as it came, from `offset`, and its length in bytes.

    Raises NotFound, and InvalidInput for an offset outside of it.
    """
    if offset < 0:
        raise InvalidInput([FieldError("offset", "must not be negative")])
    found = await queries.raw_piece(tx, message_id=message_id, offset=offset, length=MAX_PIECE)
    if found is None:
        raise NotFound("inbound message")
    if offset > found[1]:
        raise InvalidInput([FieldError("offset", "lies behind the end")])
    return found
