"""Mail that comes in is stored before anybody is told that it was taken."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis import timers
from chassis.db import Tx
from chassis.ids import new_id
from notify.db import queries
from notify.db.tables import InboundMessage
from notify.domain import parsing

PARSE = "parse_inbound"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail at the door: the bytes, their identity, and the envelope's sender."""

    raw: bytes
    identity: parsing.Identity
    return_path: str


async def store_mail(tx: Tx, *, mailbox: str, arrival: Arrival, now: datetime) -> UUID:
    """Store a mail for one mailbox and have it read; return its id.

    The same mail again (mailbox, Message-ID and body within 30 days) changes nothing and gives the first one's id,
    also when both come at the same moment.
    """
    identity = arrival.identity
    await queries.lock(tx, f"mail/{mailbox}/{identity.message_id}/{identity.body_sha256.hex()}")
    known = await queries.find_same_mail(
        tx,
        mailbox=mailbox,
        message_id=identity.message_id,
        body_sha256=identity.body_sha256,
        since=queries.same_mail_since(now),
    )
    if known is not None:
        return known
    message = InboundMessage(
        id=new_id(),
        mailbox=mailbox,
        message_id=identity.message_id,
        body_sha256=identity.body_sha256,
        return_path=arrival.return_path,
        from_email="",
        from_name="",
        subject="",
        state="received",
        reason="",
        attachments=[],
        size_bytes=len(arrival.raw),
        received_at=now,
        raw=arrival.raw,
    )
    tx.add(message)
    await timers.schedule(tx, kind=PARSE, key=str(message.id), due_at=now)
    return message.id
